import { readFileSync, writeFileSync } from 'node:fs';
import { sha256 } from '../../evidence/digest';
import { systemClock } from './clock';
import { parseConfig, type RunnerConfig } from './config';
import { KubernetesClient } from './kubernetes';
import { runFailover, type DrillRun, type ExitCode } from './run';
import { httpTransport, type Transport } from './transport';

/** After SIGTERM the drill cleans up in less; this is for what hangs all the same. */
const HARD_STOP_MS = 9500;

/** `node runner.cjs failover [CONFIG]`. The restore drill has its place beside it. */
async function main(): Promise<ExitCode> {
  const [, program = '', subcommand = '', configFile = '/etc/phoenix/config.json'] = process.argv;
  const run = (): DrillRun => {
    const config = parseConfig(configFile, readFileSync(configFile, 'utf8'));
    return {
      config,
      kubernetes: new KubernetesClient(transportOf(config)),
      runnerDigest: sha256(readFileSync(program)),
      holder: process.env['POD_NAME'] ?? `pid-${process.pid}`,
      node: process.env['NODE_NAME'],
      clock: systemClock(),
      signal: stopSignal(),
      writeLine: (line) => void process.stdout.write(line),
      writeTermination,
    };
  };
  switch (subcommand) {
    case 'failover':
      return runFailover(run());
    default:
      throw new Error(`usage: runner failover [CONFIG], got '${subcommand}'`);
  }
}

/** The token and the CA are read again for each request: the kubelet rotates them under a running pod. */
function transportOf({ kubernetes: { url, tokenFile, caFile } }: RunnerConfig): Transport {
  return httpTransport({
    url,
    token: () => readFileSync(tokenFile, 'utf8'),
    ...(caFile !== undefined && { ca: () => readFileSync(caFile) }),
  });
}

function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      stopping.abort();
      setTimeout(() => {
        fail(new Error(`not cleaned up ${HARD_STOP_MS} ms after ${name}: the next run sweeps`));
        process.exit(1);
      }, HARD_STOP_MS).unref();
    });
  }
  return stopping.signal;
}

function writeTermination(text: string): void {
  try {
    writeFileSync(process.env['TERMINATION_MESSAGE_PATH'] ?? '/dev/termination-log', text);
  } catch {
    // Outside a pod there is no such file; the evidence line has everything.
  }
}

function fail(error: Error): void {
  const line = { time: new Date().toISOString(), event: 'error', message: error.message };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  writeTermination(error.message);
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    fail(error);
    process.exit(2);
  },
);
