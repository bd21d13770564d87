import { type ParseArgsConfig, parseArgs } from 'node:util';
import { printable } from '../_printable';
import { type Command, type CommandIo, type CommandOptions, EXITS, type ExitCode, UsageMistake } from './_command';
import { commandHelp, overview } from './_help';
import type { CommandEntry } from './registry';

/** Finds the verb, parses its arguments, runs it and turns mistakes into one line and an exit code. */
export async function runCli(
  argv: readonly string[],
  io: CommandIo,
  commands: readonly CommandEntry[],
  version: string,
): Promise<ExitCode> {
  const entry = find(argv, commands);
  const called = ['phoenix', ...(entry === undefined ? [] : [entry.name])].join(' ');
  let { notDone } = EXITS;
  try {
    if (entry === undefined) {
      return withoutCommand(argv, io, commands, version);
    }
    const command = await entry.load();
    ({ notDone } = command.exits ?? EXITS);
    const rest = argv.slice(entry.name.split(' ').length);
    if (asksForHelp(rest)) {
      io.stdout(commandHelp(command, io.columns));
      return 0;
    }
    return await command.run(parse(command, rest), io);
  } catch (error) {
    const mistake = asMistake(error);
    if (mistake === undefined) {
      io.stderr(`${called}: this is a defect of phoenix, not of what you typed\n${stackOf(error)}\n`);
    } else {
      const lines = mistake.split('\n').map(printable).join('\n');
      io.stderr(`${called}: ${lines}\nSee '${called} --help'.\n`);
    }
    return notDone;
  }
}

function find(argv: readonly string[], commands: readonly CommandEntry[]): CommandEntry | undefined {
  return commands
    .filter((entry) => entry.name.split(' ').every((word, i) => argv[i] === word))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}

function withoutCommand(
  argv: readonly string[],
  io: CommandIo,
  commands: readonly CommandEntry[],
  version: string,
): ExitCode {
  const first = argv[0];
  if (first === '--version') {
    io.stdout(`${version}\n`);
    return 0;
  }
  const group = commands.filter((entry) => entry.name.startsWith(`${first} `));
  const listed = group.length > 0 ? group : commands;
  if (asksForHelp(argv) && (first === '--help' || first === '-h' || group.length > 0)) {
    io.stdout(overview(listed, io.columns));
    return 0;
  }
  if (first === undefined || (group.length > 0 && argv.length === 1)) {
    io.stderr(overview(listed, io.columns));
    return 1;
  }
  const typed = argv.filter((word) => !word.startsWith('-')).join(' ') || first;
  throw new UsageMistake(
    `there is no command '${typed}', there is: ${listed.map((entry) => `phoenix ${entry.name}`).join(', ')}`,
  );
}

/** A `--help` after `--` is a file name. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).some((word) => word === '--help' || word === '-h');
}

function parse(command: Command, args: readonly string[]): Parameters<Command['run']>[0] {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: parserOptions(command.options),
    allowPositionals: command.positionals !== undefined,
    strict: true,
  });
  const bounds = command.positionals;
  if (bounds !== undefined && positionals.length < bounds.min) {
    throw new UsageMistake(`${bounds.usage} is missing`);
  }
  if (bounds !== undefined && positionals.length > bounds.max) {
    throw new UsageMistake(`too many arguments: '${positionals.slice(bounds.max).join(' ')}' after ${bounds.usage}`);
  }
  return { options: resolve(command.options, values), positionals };
}

function parserOptions(options: CommandOptions): NonNullable<ParseArgsConfig['options']> {
  const entries = Object.entries(options).map(([name, { type, short, multiple }]) => [
    name,
    { type, ...(short === undefined ? {} : { short }), multiple: multiple === true },
  ]);
  return Object.fromEntries(entries) as NonNullable<ParseArgsConfig['options']>;
}

function resolve(options: CommandOptions, values: Record<string, unknown>): Parameters<Command['run']>[0]['options'] {
  const entries = Object.entries(options).map(([name, option]) => {
    const given = values[name];
    if (option.choices !== undefined) {
      for (const value of [given ?? []].flat() as string[]) {
        if (!option.choices.includes(value)) {
          throw new UsageMistake(`--${name} must be one of ${option.choices.join(', ')}, got '${value}'`);
        }
      }
    }
    if (option.type === 'boolean') {
      return [name, given === true];
    }
    return [name, given ?? (option.multiple === true ? [] : option.default)];
  });
  return Object.fromEntries(entries) as Parameters<Command['run']>[0]['options'];
}

/** The line to print for what a person can mend: a wrong option, or a file that is not there or not readable. */
function asMistake(error: unknown): string | undefined {
  if (!(error instanceof Error)) {
    return undefined;
  }
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof UsageMistake) {
    return error.message;
  }
  if (code?.startsWith('ERR_PARSE_ARGS_') === true) {
    return `${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`.replace(/\. .*|\.$/s, '');
  }
  if (code !== undefined && syscall !== undefined && /^E[A-Z]+$/.test(code)) {
    const what = error.message.replace(/^E[A-Z]+: /, '').replace(/, \w+( '.*)?$/s, '');
    return path === undefined ? what : `'${path}': ${what}`;
  }
  return undefined;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
