import type { OutputFile } from '../../gitops/rendered';
import { ageKeygen, aws, curl, jq, pgDump, pgRestore, psql, sops } from './_data-tools';
import { argocd, flux } from './_gitops-tools';
import { type Complain, judge, type Page, parse, type Place, type Tool, type Value } from './_grammar';
import { kubectl } from './_kubectl';
import { manifestProblems } from './_manifests';
import { folderOf, npx } from './_phoenix';
import { PLAIN_TOOLS, script } from './_plain-tools';
import { readShell, type ShellCommand, type ShellText, UNKNOWN } from './_shell';
import { anything, file, like, newFile, oneOf } from './_values';
import type { CommandWorld } from './world';

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

/**
 * Checks every command of every document against the world: programs, verbs, flags, names, fields, files, and that each
 * variable is set somewhere in the document and used. Syntax is left to `sh -n`, SQL to PostgreSQL.
 */
export function checkCommands(documents: readonly OutputFile[], world: CommandWorld): CommandProblem[] {
  return documents.flatMap((document) => {
    const blocks = commandBlocks(document).map((block) => ({ ...block, shell: readShell(block.text) }));
    const page = pageOf(blocks);
    return blocks.flatMap(({ shell, text, line }) => {
      const lineAt = (start: number) => line + text.slice(0, start).split('\n').length - 1;
      const found: CommandProblem[] = [];
      const complain = (start: number, problem: string) =>
        found.push({ path: document.path, line: lineAt(start), problem });
      shell.problems.forEach(({ start, problem }) => complain(start, problem));
      shell.reads
        .filter(({ name }) => !page.variables.has(name) && !Object.hasOwn(ENVIRONMENT, name))
        .forEach(({ name, start }) => complain(start, `nothing on this page sets '${name}'`));
      for (const command of shell.commands) {
        checkCommand(command, { world, page, command }, (problem) => complain(command.start, problem));
      }
      return found;
    });
  });
}

interface WholePage extends Page {
  /** Variables that some command sets. */
  readonly variables: ReadonlySet<string>;
  /** Variables that some command uses. */
  readonly used: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
}

/** What the commands of a page share. */
function pageOf(blocks: readonly (CommandBlock & { readonly shell: ShellText })[]): WholePage {
  const commands = blocks.flatMap(({ shell }) => shell.commands);
  return {
    variables: new Set(commands.flatMap(variablesSet)),
    used: new Set(blocks.flatMap(({ shell }) => shell.reads.map(({ name }) => name))),
    written: new Set(commands.flatMap(filesWritten)),
    functions: new Set(blocks.flatMap(({ text }) => [...text.matchAll(/^(\w+)\(\) \{/gm)].map((match) => match[1]!))),
  };
}

function variablesSet({ words, assignments }: ShellCommand): string[] {
  const [program, ...rest] = words.map(({ text }) => text);
  return [
    ...assignments.map(({ name }) => name),
    ...(program === 'for' ? rest.slice(0, 1) : []),
    ...(program === 'read' ? rest.filter((text) => !text.startsWith('-')) : []),
    ...(program === 'export' ? rest.map((text) => text.split('=', 1)[0]!) : []),
  ];
}

/** Files that a command leaves: by redirection, or as an argument that says so. */
function filesWritten({ words, redirects }: ShellCommand): string[] {
  const files = redirects
    .filter(({ operator }) => operator === '>' || operator === '>>')
    .map(({ target }) => target.text);
  const program = words[0]?.text ?? '';
  if (program === 'npx') {
    return [...files, ...folderOf(words.map(({ text }) => text))];
  }
  const flag = OUTPUTS[program];
  if (flag === undefined) {
    return files;
  }
  const texts = words.slice(1).map(({ text }) => text);
  const plain = texts.filter((text) => !text.startsWith('-'));
  const named =
    flag === 'all' ? plain : flag === 'last' ? plain.slice(-1) : texts.filter((_, i) => texts[i - 1] === flag);
  return [...files, ...named];
}

/** Which arguments of a program are files that it writes: those behind a flag, the last or all. */
const OUTPUTS: Readonly<Record<string, string>> = {
  pg_dump: '--file',
  'age-keygen': '-o',
  install: 'last',
  tee: 'all',
};

const TOOLS: Readonly<Record<string, Tool>> = {
  ...PLAIN_TOOLS,
  kubectl,
  flux,
  argocd,
  npx,
  psql,
  pg_dump: pgDump,
  pg_restore: pgRestore,
  sops,
  'age-keygen': ageKeygen,
  aws,
  curl,
  jq,
};

/** Variables that programs read, with what they may hold. */
const ENVIRONMENT: Readonly<Record<string, Value>> = {
  HOME: anything,
  IFS: oneOf('', UNKNOWN),
  PGOPTIONS: like(/^-c default_transaction_read_only=(on|off)$/, 'a setting of PostgreSQL'),
  SOPS_AGE_KEY: anything,
  SOPS_AGE_KEY_CMD: anything,
  SOPS_AGE_KEY_FILE: file,
  XDG_CONFIG_HOME: oneOf('/nonexistent'),
};

function checkCommand(command: ShellCommand, place: Place & { page: WholePage }, complain: Complain): void {
  const { words, assignments, redirects } = command;
  assignments.forEach(({ name, value }) => checkAssignment(name, value, place, complain));
  variablesSet(command)
    .filter((name) => !Object.hasOwn(ENVIRONMENT, name) && !place.page.used.has(name))
    .forEach((name) => complain(`'${name}' is set, and nothing on this page uses it`));
  for (const { operator, target, body } of redirects) {
    if (body === undefined && operator !== '>&' && operator !== '<&') {
      judge(target.text, operator === '<' ? file : newFile, place, complain);
    } else if (body !== undefined && isForManifests(words.map(({ text }) => text))) {
      manifestProblems(body, place.world).forEach(complain);
    }
  }
  if (words.length > 0) {
    checkProgram(
      words.map(({ text }) => text),
      place,
      complain,
    );
  }
}

function checkProgram(texts: readonly string[], place: Place & { page: WholePage }, complain: Complain): void {
  const [program = '', ...rest] = texts;
  const tool = Object.hasOwn(TOOLS, program) ? TOOLS[program] : program.startsWith('./') ? script : undefined;
  if (program === 'env') {
    checkEnv(rest, place, complain);
  } else if (program === 'export') {
    rest.forEach((text) => checkAssignment(...(text.split(/=(.*)/s, 2) as [string, string]), place, complain));
  } else if (tool !== undefined) {
    tool(program.startsWith('./') ? texts : rest, place, complain);
  } else if (!place.page.functions.has(program) && !program.includes(UNKNOWN)) {
    complain(`unknown program '${program}'`);
  }
  const inside = rest.indexOf('--') + 1;
  if (program === 'kubectl' && rest.includes('exec') && inside > 0) {
    checkProgram(rest.slice(inside), place, complain);
  }
}

/** `env -u NAME NAME=value PROGRAM ...` */
function checkEnv(texts: readonly string[], place: Place & { page: WholePage }, complain: Complain): void {
  let at = 0;
  while (texts[at]?.startsWith('-') === true || texts[at]?.includes('=') === true) {
    if (texts[at]!.startsWith('-')) {
      parse(texts.slice(at, at + 2), { '-u': oneOf(...Object.keys(ENVIRONMENT)) }, place, complain);
      at += 2;
    } else {
      const [name = '', value = ''] = texts[at]!.split(/=(.*)/s, 2);
      judge(value, ENVIRONMENT[name] ?? (() => `no program reads '${name}'`), place, complain);
      at += 1;
    }
  }
  checkProgram(texts.slice(at), place, complain);
}

function checkAssignment(name: string, value: string, place: Place & { page: WholePage }, complain: Complain): void {
  if (Object.hasOwn(ENVIRONMENT, name)) {
    judge(value, ENVIRONMENT[name]!, place, complain);
  }
}

/** Programs that read manifests from their input. */
function isForManifests([program = '', ...rest]: readonly string[]): boolean {
  return (
    (program === 'sops' && rest.includes('encrypt')) ||
    (program === 'kubectl' && rest.includes('-')) ||
    program === 'cat'
  );
}
