import type { OutputFile } from '../gitops/rendered';
import { type Complain, checkKubectl } from './_kubectl';
import { type ShellCommand, shellCommands, UNKNOWN } from './_shell';
import type { CommandWorld } from './command-world';

/** A command in a document that refers to something that does not exist, or cannot work. */
export interface CommandProblem {
  readonly path: string;
  /** Line in the file, from 1. */
  readonly line: number;
  readonly problem: string;
}

/** A block of shell in a document. */
export interface CommandBlock {
  readonly text: string;
  /** Line of its first command in the file, from 1. */
  readonly line: number;
}

/** All `sh` blocks of a Markdown file, or the whole of a shell script. Indented blocks lose their indentation. */
export function commandBlocks({ path, text }: OutputFile): CommandBlock[] {
  if (path.endsWith('.sh')) {
    return [{ text, line: 1 }];
  }
  if (!path.endsWith('.md')) {
    return [];
  }
  let line = 1;
  let counted = 0;
  return [...text.matchAll(/^([ ]*)```sh\n([\s\S]*?)^\1```$/gm)].map((match) => {
    line += text.slice(counted, match.index).split('\n').length - 1;
    counted = match.index;
    return { text: match[2]!.replace(new RegExp(`^${match[1]}`, 'gm'), ''), line: line + 1 };
  });
}

/** Checks every command of every document against the world. Syntax is left to `sh -n`. */
export function checkCommands(documents: readonly OutputFile[], world: CommandWorld): CommandProblem[] {
  return documents.flatMap((document) =>
    commandBlocks(document).flatMap((block) => {
      const functions = [...block.text.matchAll(/^(\w+)\(\) \{/gm)].map((match) => match[1]!);
      return shellCommands(block.text).flatMap((command) => {
        const line = block.line + block.text.slice(0, command[0]!.start).split('\n').length - 1;
        return problemsOf(command, world, functions).map((problem) => ({ path: document.path, line, problem }));
      });
    }),
  );
}

const CHECKS: Readonly<Record<string, (words: readonly string[], world: CommandWorld, complain: Complain) => void>> = {
  flux: checkFlux,
  argocd: checkArgoCd,
  install: checkFiles,
  psql: checkPostgres,
  pg_dump: checkPostgres,
  pg_restore: checkPostgres,
  sh: checkFiles,
  systemctl: checkSystemd,
};

/** Programs that are only known by name. */
const PROGRAMS = new Set(
  `[ : age-keygen aws base64 cat cd curl df echo exit for git grep journalctl kill kubectl loginctl npm npx openssl
   printf read return rm set shift sleep sops ssh tail tr trap true wait wget`.split(/\s+/),
);

function problemsOf(command: ShellCommand, world: CommandWorld, functions: readonly string[]): string[] {
  const problems: string[] = [];
  const program = command[0]!.text;
  const words = command.slice(1).map((word) => word.text);
  if (program === 'kubectl') {
    checkKubectl(command, world, (problem) => problems.push(problem));
    const inside = words.indexOf('--') + 1;
    if (words.includes('exec') && inside > 0) {
      problems.push(...problemsOf(command.slice(inside + 1), world, functions));
    }
  } else if (CHECKS[program] !== undefined) {
    CHECKS[program](words, world, (problem) => problems.push(problem));
  } else if (program.startsWith('./')) {
    checkFiles([program], world, (problem) => problems.push(problem));
  } else if (!PROGRAMS.has(program) && !functions.includes(program) && !program.includes(UNKNOWN)) {
    problems.push(`unknown program '${program}'`);
  }
  words
    .filter(
      (word, i) => /^(\.\/)?(dist|secrets)\//.test(word) || PATH_FLAGS.has(words[i - 1] ?? '') || isGlob(program, word),
    )
    .forEach((word) => checkPath(word, world, problems));
  return problems;
}

const PATH_FLAGS = new Set(['-k', '--patch-file']);

function isGlob(program: string, word: string): boolean {
  return program === 'for' && word.includes('*');
}

function checkPath(word: string, world: CommandWorld, problems: string[]): void {
  const path = word.replace(/^\.\//, '').replace(/\/$/, '');
  if (!path.includes(UNKNOWN) && !world.hasPath(path)) {
    problems.push(`no file '${word}' is written or needed`);
  }
}

function checkFlux(words: readonly string[], world: CommandWorld, complain: Complain): void {
  const [verb = '', kind = '', ...rest] = words.filter((word) => word !== '--with-source');
  const at = rest.indexOf('--namespace');
  const namespace = rest[at + 1] ?? '';
  const names = at === -1 ? rest : [...rest.slice(0, at), ...rest.slice(at + 2)];
  if (!['suspend', 'resume', 'reconcile', 'get'].includes(verb)) {
    complain(`flux has no verb '${verb}'`);
  }
  const isSource = verb === 'reconcile' && kind === 'source';
  if (!isSource && !['kustomization', 'kustomizations'].includes(kind)) {
    complain(`flux ${verb} does not know '${kind}'`);
  }
  if (at === -1 || !world.namespaces.has(namespace)) {
    complain(`no namespace '${at === -1 ? '' : namespace}' for flux`);
  }
  if (isSource && !['git', 'oci'].includes(names[0] ?? '')) {
    complain(`flux knows no source '${names[0] ?? ''}'`);
  }
  const kinds = isSource ? ['GitRepository', 'OCIRepository'] : ['Kustomization'];
  for (const name of isSource ? names.slice(1) : names) {
    if (!kinds.some((known) => world.has(known, name, namespace))) {
      complain(`no ${kinds.join(' or ')} '${name}' in namespace '${namespace}'`);
    }
  }
}

function checkArgoCd(words: readonly string[], world: CommandWorld, complain: Complain): void {
  const [noun = '', verb = '', name = ''] = words;
  if (noun !== 'app' || !['set', 'get', 'sync', 'delete', 'list', 'confirm-deletion', 'terminate-op'].includes(verb)) {
    complain(`argocd has no '${noun} ${verb}'`);
  }
  if (verb !== 'list' && !world.hasAnywhere('Application', name)) {
    complain(`no Application '${name}'`);
  }
}

function checkPostgres(words: readonly string[], world: CommandWorld, complain: Complain): void {
  const at = words.indexOf('--dbname');
  const database = words[at + 1] ?? '';
  if (at !== -1 && !world.databases.has(database)) {
    complain(`no database '${database}'`);
  }
}

/** Scripts and files to install are taken from the folder that the text names: some file must have this name. */
function checkFiles(words: readonly string[], world: CommandWorld, complain: Complain): void {
  const file = words.find((word, i) => !word.startsWith('-') && words[i - 1] !== '-m') ?? '';
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (!file.includes(UNKNOWN) && !world.hasFileNamed(name)) {
    complain(`no file '${file}' is written`);
  }
}

/** Units of the form `TEMPLATE@SERVICE`. */
function checkSystemd(words: readonly string[], world: CommandWorld, complain: Complain): void {
  for (const unit of words.filter((word) => word.includes('@'))) {
    const [template = '', service] = unit.split('@');
    checkFiles([`${template}@.service`], world, complain);
    if (!world.hasAnywhere('Service', service ?? '')) {
      complain(`no Service '${service}' for the unit '${unit}'`);
    }
  }
}
