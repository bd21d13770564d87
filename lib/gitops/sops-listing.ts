import { type SourceFile, readYaml } from './_sops-yaml';
import type { SopsFinding } from './sops-finding';

/**
 * Whether each file with a Secret is listed in the `kustomization.yaml` that is nearest to it. A file that is not
 * listed is in git, looks right, and never reaches the cluster.
 */
export function checkListing(
  folder: string,
  files: readonly SourceFile[],
  secretFiles: readonly string[],
): readonly SopsFinding[] {
  const lists = new Map(
    files
      .filter((file) => /(^|\/)kustomization\.ya?ml$/.test(file.path))
      .map((file) => [folderOf(file.path), file] as const),
  );
  const paths = new Set(files.map((file) => file.path));
  const home = folder === '.' ? '' : folder;
  return [
    ...[...lists.values()].flatMap((list) => checkList(home, list, paths)),
    ...secretFiles.flatMap((file) => checkListed(home, file, lists)),
  ];
}

function checkList(root: string, list: SourceFile, paths: ReadonlySet<string>): readonly SopsFinding[] {
  const parsed = readYaml(list.text);
  if ('unreadable' in parsed) {
    const fix = `find the last good version with 'git log --oneline -- ${list.path}', get it with 'git restore --source COMMIT ${list.path}'`;
    return [{ rule: 'corrupted', file: list.path, path: '', problem: `it cannot be read: ${parsed.unreadable}`, fix }];
  }
  const home = folderOf(list.path);
  const rewriting = ['namespace', 'namePrefix', 'nameSuffix'].filter(
    (field) => parsed.documents[0]?.[field] !== undefined,
  );
  const wrong = resourcesOf(list).filter((entry) => !exists(joined(home, entry), root, paths));
  const config = resourcesOf(list).filter((entry) => /(^|\/)\.sops\.ya?ml$/.test(entry));
  return [
    ...rewriting.map((field) =>
      say(list, field, `it changes names or namespaces, so the files do not say where their Secrets go`, 'take it out'),
    ),
    ...wrong.map((entry) =>
      say(
        list,
        'resources',
        `it lists '${entry}', which does not exist: nothing in the folder is applied`,
        'take it out',
      ),
    ),
    ...config.map((entry) =>
      say(list, 'resources', `it lists '${entry}', which is no Kubernetes object: nothing is applied`, 'take it out'),
    ),
  ];
}

function checkListed(folder: string, file: string, lists: ReadonlyMap<string, SourceFile>): readonly SopsFinding[] {
  let home = folderOf(file);
  while (!lists.has(home) && home !== folder && home.startsWith(folder)) {
    home = folderOf(home);
  }
  const list = lists.get(home);
  if (list === undefined) {
    const problem = 'there is no kustomization.yaml that lists it, so it depends on the engine whether it is applied';
    const fix = `write ${joined(folder, 'kustomization.yaml')} with the file under resources`;
    return [{ rule: 'not-listed', file, path: '', problem, fix }];
  }
  const listed = resourcesOf(list).some((entry) => joined(home, entry) === file);
  const relative = home === '' ? file : file.slice(home.length + 1);
  return listed
    ? []
    : [
        {
          rule: 'not-listed',
          file,
          path: '',
          problem: `${list.path} does not list it, so it never reaches the cluster`,
          fix: `add '${relative}' to its resources`,
        },
      ];
}

function say(list: SourceFile, path: string, problem: string, fix: string): SopsFinding {
  return { rule: 'listed-wrongly', file: list.path, path, problem, fix };
}

function resourcesOf(list: SourceFile): readonly string[] {
  const parsed = readYaml(list.text);
  const resources = 'documents' in parsed ? parsed.documents[0]?.['resources'] : undefined;
  return Array.isArray(resources) ? resources.filter((entry) => typeof entry === 'string') : [];
}

/** A listed path is a file, or a folder with files; what lies outside the folder is not ours to judge. */
function exists(path: string, root: string, paths: ReadonlySet<string>): boolean {
  const outside = root === '' ? path.startsWith('..') : !path.startsWith(`${root}/`);
  return outside || /^\w+:/.test(path) || paths.has(path) || [...paths].some((x) => x.startsWith(`${path}/`));
}

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

function joined(folder: string, entry: string): string {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of entry.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') {
      parts.pop();
    } else if (part !== '.' && part !== '') {
      parts.push(part);
    }
  }
  return parts.join('/');
}
