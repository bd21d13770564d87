import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type SecretsReport, checkSecrets } from '../gitops/sops';
import { type SecretsContract, parseContract } from '../gitops/sops-contract';
import type { SopsFinding } from '../gitops/sops-finding';
import type { SopsFolder } from '../gitops/sops-folder';
import { type CommandIo, UsageMistake, command } from './_command';
import { paint } from './_paint';
import { readSourceFiles } from './_source-files';

/** `phoenix secrets check`: reads files, hands them to `checkSecrets`, prints what it says. */
export const secretsCheck = command({
  name: 'secrets check',
  summary: 'check the SOPS files against what the manifests need, without the key',
  help: `
Compares the encrypted Secrets in DIR with the list of Secrets that synthesis wrote to dist/docs/secrets.json: each is
there once, in the right namespace, with the right type, keys and labels; every value is encrypted and whole; and only
the keys in .sops.yaml can decrypt it. Also looks for values in clear in every file of DIR and of the output folder:
copies, lists, generators, ConfigMaps, scripts, comments, pages, private keys. It is no scanner for whole repositories.

It needs no key, no cluster and no network. It decrypts nothing and changes nothing, and so cannot say whether a
password is the right one.

Each finding names the file, the place, what is wrong and what to do. Mend them from the top: one mistake can cause
several.`,
  positionals: {
    usage: '[DIR...]',
    min: 0,
    max: 1000,
    description: 'folders that together hold the SOPS files (default: secrets)',
  },
  options: {
    contract: {
      type: 'string',
      value: 'FILE',
      default: 'dist/docs/secrets.json',
      description: 'the list of needed Secrets, in the output folder or a copy of it',
    },
    output: {
      type: 'string',
      value: 'DIR',
      description: 'the output folder, to be searched too (default: the one whose docs/ holds the list)',
    },
    format: { type: 'string', choices: ['text', 'json'], default: 'text', description: 'for people or for programs' },
  },
  examples: [
    ['phoenix secrets check', 'check secrets/ against dist/, as CI does'],
    ['phoenix secrets check deploy/secrets --contract deploy/dist/docs/secrets.json', 'the same in a subfolder'],
    ['phoenix secrets check --format json | jq .findings', 'for a program'],
  ],
  run({ options, positionals }, io) {
    const folders = (positionals.length === 0 ? ['secrets'] : positionals).map((path) => relative('', path) || '.');
    const contract = readContract(io, options.contract);
    const output = options.output ?? outputFolder(options.contract);
    const outer = folders.filter((path) => !folders.some((other) => isBelow(path, other)));
    const report = checkSecrets({
      contract,
      folders: [...new Set(outer)].map((path) => readSopsFolder(io, path)),
      // What lies in a folder of SOPS files is judged there.
      output: (output === undefined ? [] : readSourceFiles(io, output)).filter(
        (file) => !folders.some((path) => isBelow(file.path, path)),
      ),
    });
    if (output === undefined) {
      io.stderr(`the output folder was not searched: '${options.contract}' is not in it; name it with --output\n`);
    }
    io.stdout(options.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : asText(report, io));
    return report.findings.length === 0 ? 0 : 2;
  },
});

function readContract(io: CommandIo, file: string): SecretsContract {
  if (!existsSync(resolve(io.cwd, file))) {
    throw new UsageMistake(`there is no '${file}'; write it with 'npm run synth', or name it with --contract`);
  }
  const text = readFileSync(resolve(io.cwd, file), 'utf8');
  try {
    return parseContract(text, file);
  } catch (error) {
    throw new UsageMistake((error as Error).message);
  }
}

/** `dist` for `dist/docs/secrets.json`; unknown where the list lies elsewhere. */
function outputFolder(contract: string): string | undefined {
  const docs = dirname(contract);
  return docs.split('/').at(-1) === 'docs' ? dirname(docs) : undefined;
}

function isBelow(path: string, folder: string): boolean {
  return path !== folder && (folder === '.' || path.startsWith(`${folder}/`));
}

function readSopsFolder(io: CommandIo, path: string): SopsFolder {
  const files = readSourceFiles(io, path);
  const config = configOf(io, path);
  return config === undefined ? { path, files } : { path, files, config };
}

/** The nearest `.sops.yaml`, in the folder or above it, up to the root of the repository. */
function configOf(io: CommandIo, folder: string): SopsFolder['config'] {
  let home = resolve(io.cwd, folder);
  while (!existsSync(join(home, '.sops.yaml'))) {
    if (existsSync(join(home, '.git')) || dirname(home) === home) {
      return undefined;
    }
    home = dirname(home);
  }
  const file = join(home, '.sops.yaml');
  const below = (path: string): string => relative(home, resolve(io.cwd, path));
  return { path: relative(io.cwd, file), text: readFileSync(file, 'utf8'), relative: below };
}

function asText(report: SecretsReport, io: CommandIo): string {
  const files = new Map<string, SopsFinding[]>();
  report.findings.forEach((x) => files.set(x.file, [...(files.get(x.file) ?? []), x]));
  const blocks = [...files].map(([file, findings]) => {
    const rows = findings.map((x) => {
      const place = x.path === '' ? '' : `${x.path}: `;
      return `  ${place}${x.problem} ${paint(io, 'dim', `[${x.rule}]`)}\n    to do: ${x.fix}\n`;
    });
    return `${paint(io, 'bold', file)}\n${rows.join('')}\n`;
  });
  const count = report.findings.length;
  const verdict = count === 0 ? paint(io, 'green', 'no findings') : paint(io, 'red', findingsIn(count, files.size));
  const skipped = report.skipped === 0 ? '' : `, ${report.skipped} other objects not judged`;
  const unread = report.unread.map((file) => `not searched: ${file}\n`).join('');
  return `${blocks.join('')}${unread}${verdict}: ${report.needed} Secrets needed, ${report.found} found${skipped}\n`;
}

function findingsIn(count: number, files: number): string {
  return `${count} finding${count === 1 ? '' : 's'} in ${files} file${files === 1 ? '' : 's'}`;
}
