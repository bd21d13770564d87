import { type Command, type CommandOption, EXITS, type Exits } from './_command';
import type { CommandEntry } from './registry';
import { COLUMNS, wrapLine, wrapText } from './_wrap';

function exitCodes({ table: codes }: Exits, columns: number): string {
  return `Exit codes\n${codes.map(([code, meaning]) => wrapLine(`  ${code}  ${meaning}`, columns, 5)).join('\n')}`;
}

/** What `phoenix --help` says. */
export function overview(entries: readonly CommandEntry[], columns = COLUMNS): string {
  const width = Math.max(...entries.map((entry) => entry.name.length));
  const lines = entries.map((entry) =>
    wrapLine(`  phoenix ${entry.name.padEnd(width)}  ${entry.summary}`, columns, width + 12),
  );
  return `Usage: phoenix COMMAND [ARGUMENTS]

Commands
${lines.join('\n')}

${wrapLine('  phoenix COMMAND --help says what a command reads, what it never does and what to do next.', columns, 2)}
  phoenix --version prints the version.

${exitCodes(EXITS, columns)}
'phoenix drill' ends with the verdict of the drill instead: see its --help.
`;
}

/** What `phoenix VERB --help` says. */
export function commandHelp(command: Command, columns = COLUMNS): string {
  const positional = command.positionals;
  const rows: (readonly [string, string])[] = [
    ...(positional === undefined ? [] : [[positional.usage, positional.description] as const]),
    ...Object.entries(command.options).map(([name, option]) => [flag(name, option), describe(option)] as const),
    ['-h, --help', 'this text'],
  ];
  const usage = ['phoenix', command.name, positional?.usage, '[OPTIONS]'].filter((word) => word !== undefined);
  const examples = command.examples.map(([line, purpose]) => `  ${line}\n      ${purpose}`);
  return `Usage: ${usage.join(' ')}

${wrapText(command.help, columns)}

Arguments
${table(rows, columns)}

Examples
${examples.join('\n')}

${exitCodes(command.exits ?? EXITS, columns)}
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

function table(rows: readonly (readonly [string, string])[], columns: number): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => wrapLine(`  ${left.padEnd(width)}  ${right}`, columns, width + 4)).join('\n');
}
