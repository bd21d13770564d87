import type { Command, CommandOption } from './_command';
import type { CommandEntry } from './registry';

const EXIT_CODES = `Exit codes
  0  all well
  1  it could not do its work: a wrong option, a missing file
  2  it did its work and found something that needs a person`;

/** What `phoenix --help` says. */
export function overview(entries: readonly CommandEntry[]): string {
  const width = Math.max(...entries.map((entry) => entry.name.length));
  const lines = entries.map((entry) => `  phoenix ${entry.name.padEnd(width)}  ${entry.summary}`);
  return `Usage: phoenix COMMAND [ARGUMENTS]

Commands
${lines.join('\n')}

  phoenix COMMAND --help says what a command reads, what it never does and what to do next.
  phoenix --version prints the version.

${EXIT_CODES}
`;
}

/** What `phoenix VERB --help` says. */
export function commandHelp(command: Command): string {
  const positional = command.positionals;
  const rows: (readonly [string, string])[] = [
    ...(positional === undefined ? [] : [[positional.usage, positional.description] as const]),
    ...Object.entries(command.options).map(([name, option]) => [flag(name, option), describe(option)] as const),
    ['-h, --help', 'this text'],
  ];
  const usage = ['phoenix', command.name, positional?.usage, '[OPTIONS]'].filter((word) => word !== undefined);
  const examples = command.examples.map(([line, purpose]) => `  ${line}\n      ${purpose}`);
  return `Usage: ${usage.join(' ')}

${command.help.trim()}

Arguments
${table(rows)}

Examples
${examples.join('\n')}

${EXIT_CODES}
`;
}

function flag(name: string, option: CommandOption): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  const value = option.type === 'boolean' ? '' : ` ${option.choices?.join('|') ?? option.value ?? 'VALUE'}`;
  return `${short}--${name}${value}`;
}

function describe(option: CommandOption): string {
  const notes = [
    ...(option.multiple === true ? ['may be given more than once'] : []),
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
  ];
  return notes.length === 0 ? option.description : `${option.description} (${notes.join('; ')})`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
