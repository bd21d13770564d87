import { leaksIn } from './_leaks';
import { type SourceFile, isObject, readYaml, unlisted } from './_sops-yaml';
import { type SopsFinding, edit, restore } from './sops-finding';

type Fields = Readonly<Record<string, unknown>>;

/** A folder with SOPS files. */
export interface SopsFolder {
  /** As a person would type it: `secrets`. */
  readonly path: string;
  /** Every file in it, with its path as a person would type it. */
  readonly files: readonly SourceFile[];
  /** The nearest `.sops.yaml`, in the folder or above; absent where there is none. */
  readonly config?: SourceFile & {
    /** A path of `files` as `path_regex` sees it: relative to the folder of `.sops.yaml`. */
    readonly relative: (path: string) => string;
  };
}

/** A Secret and the file that holds it. */
export interface FoundSecret {
  readonly file: string;
  readonly secret: Fields;
}

/** What is in a folder. */
export interface FolderContents {
  readonly secrets: readonly FoundSecret[];
  readonly findings: readonly SopsFinding[];
  /** Objects that are no Secrets. */
  readonly skipped: number;
  /** Files whose Secret cannot be told, so that it is not missed a second time. */
  readonly mute: ReadonlySet<string>;
}

/** Takes the Secrets out of a folder, and reports what else is there that should not be. */
export function readFolder(folder: SopsFolder): FolderContents {
  const read = folder.files.map((file) => readFile(file, folder.path));
  return {
    secrets: read.flatMap((x) => x.secrets),
    findings: read.flatMap((x) => x.findings),
    skipped: read.reduce((all, x) => all + x.skipped, 0),
    mute: new Set(read.flatMap((x) => [...x.mute])),
  };
}

const NOTHING: FolderContents = { secrets: [], findings: [], skipped: 0, mute: new Set() };
const CONFIG = /^(\.sops|kustomization)\.ya?ml$/;
const MANIFEST = /\.(ya?ml|json)$/;
const NOTE = /^(README|LICENSE|NOTICE)\b|\.md$|^\.(gitignore|gitattributes|gitkeep|editorconfig)$/;

function readFile(file: SourceFile, folder: string): FolderContents {
  const { path, text } = file;
  const name = path.split('/').at(-1) ?? '';
  if (file.unread !== undefined) {
    return { ...NOTHING, findings: [unknownFile(path, `it is ${file.unread}, so nobody looked into it`, folder)] };
  }
  const isManifest = MANIFEST.test(name) && !CONFIG.test(name);
  const contents = isManifest ? readManifests(path, text, folder) : NOTHING;
  const leaks = leakFindings(file, isManifest);
  const known = isManifest || CONFIG.test(name) || NOTE.test(name);
  const problem = 'nothing reads this file, and it may hold what was decrypted';
  const unknown = known || leaks.length > 0 ? [] : [unknownFile(path, problem, folder)];
  return { ...contents, findings: [...leaks, ...contents.findings, ...unknown] };
}

function readManifests(path: string, text: string, folder: string): FolderContents {
  const parsed = readYaml(text);
  if ('unreadable' in parsed || parsed.documents.length === 0) {
    const why = 'unreadable' in parsed ? parsed.unreadable : 'it is empty';
    const problem = `the file cannot be read: ${why}`;
    return {
      ...NOTHING,
      findings: [{ rule: 'corrupted', file: path, path: '', problem, fix: restore(path) }],
      mute: new Set([path]),
    };
  }
  const objects = parsed.documents.flatMap(unlisted);
  const secrets = objects.filter(({ kind }) => kind === 'Secret' || isHidden(kind));
  const strange = objects.filter(({ kind }) => typeof kind !== 'string');
  return {
    secrets: secrets.map((secret) => ({ file: path, secret })),
    findings:
      strange.length === 0
        ? []
        : [unknownFile(path, 'what is in it is no Kubernetes object, and may be what was decrypted', folder)],
    skipped: objects.length - secrets.length - strange.length,
    mute: new Set(secrets.some((x) => isHidden(x['kind']) || hidesMetadata(x)) ? [path] : []),
  };
}

function isHidden(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('ENC[');
}

function hidesMetadata({ metadata }: Fields): boolean {
  return isObject(metadata) && JSON.stringify(metadata).includes('"ENC[');
}

/** How many leaks of one file are told one by one. */
const MOST = 10;

/** What stands in clear in a file beside the SOPS files. Secrets that are judged as objects are passed over. */
function leakFindings({ path, text }: SourceFile, judged: boolean): readonly SopsFinding[] {
  const isSops = /^["']?sops["']?:/m.test(text);
  return leaksIn(text, { thorough: true, judged })
    .slice(0, MOST)
    .map(({ place, what }) =>
      what === 'a private key'
        ? {
            rule: 'plaintext',
            file: path,
            path: place,
            problem: 'a private key is in this file: whoever has the repository can decrypt everything',
            fix: 'move it out of the repository, make a new key, and change every value that the old one could read',
          }
        : {
            rule: 'plaintext',
            file: path,
            path: place,
            problem: `everybody who has the repository can read ${what}`,
            fix: `take it out${isSops ? ` with ${edit(path)}` : ''}; if it was ever pushed, change the value: it is known`,
          },
    );
}

function unknownFile(file: string, problem: string, folder: string): SopsFinding {
  const fix = `move it out of '${folder}': only *.sops.yaml, kustomization.yaml, .sops.yaml and README.md belong there`;
  return { rule: 'unknown-file', file, path: '', problem, fix };
}
