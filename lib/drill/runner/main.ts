import { readFileSync, writeFileSync } from 'node:fs';
import { sha256 } from '../../evidence/digest';
import { parseConfig } from './config';
import { runDrill } from './run';

/** `node runner.cjs failover|readiness CONFIG`; the restore drill is not a subcommand yet. */
async function main(): Promise<number> {
  const [, program = '', subcommand = '', configFile = '/etc/phoenix/config.json'] = process.argv;
  if (subcommand !== 'failover' && subcommand !== 'readiness') {
    process.stderr.write(`usage: runner failover|readiness [CONFIG], got '${subcommand}'\n`);
    return 2;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => stopping.abort());
  }
  const termination = process.env['TERMINATION_MESSAGE_PATH'] ?? '/dev/termination-log';
  return runDrill({
    subcommand,
    config: parseConfig(configFile, readFileSync(configFile, 'utf8')),
    runnerDigest: sha256(readFileSync(program)),
    holder: process.env['POD_NAME'] ?? `pid-${process.pid}`,
    signal: stopping.signal,
    writeLine: (line) => void process.stdout.write(line),
    writeTermination: (text) => {
      try {
        writeFileSync(termination, text);
      } catch {
        // Outside a pod there is no such file; the evidence line has everything.
      }
    },
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
    process.exit(2);
  },
);
