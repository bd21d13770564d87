import type { CommandIo } from './_command';

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** Wraps text in an escape code, or leaves it as it is where colour is not welcome. */
export function paint(io: Pick<CommandIo, 'color'>, color: keyof typeof CODES, text: string): string {
  const [on, off] = CODES[color];
  return io.color ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}
