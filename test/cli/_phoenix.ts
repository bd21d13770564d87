import { Readable } from 'node:stream';
import { type CommandEntry, commands } from '../../lib/cli/registry';
import { runCli } from '../../lib/cli/_run';

/** Where a command line runs, and what it finds there. */
export interface Shell {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string | Buffer;
  readonly verbs?: readonly CommandEntry[];
  readonly version?: string;
}

/** How a command line ended, and what it said. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `phoenix` in this process, as `main.ts` does. */
export async function phoenix(
  argv: readonly string[],
  { cwd = '/', env = {}, stdin = '', verbs = commands, version = '0' }: Shell = {},
): Promise<Ended> {
  let out = '';
  let err = '';
  const io = {
    stdout: (text: string) => (out += text),
    stderr: (text: string) => (err += text),
    stdin: Readable.from([stdin]),
    env,
    cwd,
    color: false,
  };
  return { code: await runCli(argv, io, verbs, version), out, err };
}
