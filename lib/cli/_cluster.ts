import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubernetesClient } from '../drill/runner/kubernetes';
import { httpTransport, type Transport } from '../drill/runner/transport';
import { type CommandIo, UsageMistake } from './_command';

/** Which cluster, as kubectl understands it. */
export interface ClusterChoice {
  /** @default - the current context of the kubeconfig */
  readonly context?: string | undefined;
  /** @default - what kubectl takes: `KUBECONFIG`, else `~/.kube/config` */
  readonly kubeconfig?: string | undefined;
}

/** The options of every verb that opens a cluster. */
export const CLUSTER_OPTIONS = {
  context: { type: 'string', value: 'NAME', description: 'context of the kubeconfig instead of the current one' },
  kubeconfig: { type: 'string', value: 'FILE', description: "kubeconfig instead of kubectl's own choice" },
} as const;

const START_MS = 15_000;
const STOP_MS = 2000;

/**
 * Runs `work` with a client of the cluster, and with what carries its requests. Credentials are kubectl's business: a `kubectl proxy` serves on a socket in
 * a folder that only this user can open, and is stopped when the work ends, however it ends.
 *
 * @throws UsageMistake if there is no kubectl, or it cannot serve this context
 */
export async function withCluster<T>(
  io: CommandIo,
  choice: ClusterChoice,
  work: (client: KubernetesClient, transport: Transport) => Promise<T>,
): Promise<T> {
  // mkdtemp makes the folder with mode 0700.
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-'));
  const socketPath = join(folder, 'api.sock');
  const proxy = spawn('kubectl', proxyArguments(choice, socketPath), {
    env: io.env,
    cwd: io.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const abandon = (): void => {
    proxy.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  const interrupted = (signal: NodeJS.Signals): void => {
    abandon();
    process.removeListener(signal, interrupted);
    process.kill(process.pid, signal);
  };
  process.once('exit', abandon);
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    await serving(proxy);
    const transport = httpTransport({ url: 'http://localhost', socketPath });
    return await work(new KubernetesClient(transport), transport);
  } finally {
    await stop(proxy);
    process.removeListener('exit', abandon);
    process.removeListener('SIGINT', interrupted).removeListener('SIGTERM', interrupted);
    rmSync(folder, { recursive: true, force: true });
  }
}

function proxyArguments({ context, kubeconfig }: ClusterChoice, socketPath: string): string[] {
  return [
    'proxy',
    `--unix-socket=${socketPath}`,
    ...(context === undefined ? [] : [`--context=${context}`]),
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
  ];
}

function serving(proxy: ChildProcess): Promise<void> {
  return new Promise((done, failed) => {
    let said = '';
    const deadline = setTimeout(() => {
      failed(new UsageMistake(`kubectl proxy did not start within ${START_MS / 1000} s`));
    }, START_MS);
    const settle = (error?: Error): void => {
      clearTimeout(deadline);
      if (error === undefined) {
        done();
      } else {
        failed(error);
      }
    };
    proxy.stdout?.on('data', (text: Buffer) => {
      if (text.includes('Starting to serve')) {
        settle();
      }
    });
    proxy.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    proxy.on('error', (error: NodeJS.ErrnoException) => {
      settle(
        error.code === 'ENOENT'
          ? new UsageMistake('there is no kubectl on the PATH; this command reaches the cluster through it')
          : new UsageMistake(`kubectl does not start: ${error.message}`),
      );
    });
    proxy.on('close', (code) => {
      const why = said.trim().split('\n').at(-1)?.replace(/^error: /, '') ?? ''; // prettier-ignore
      settle(new UsageMistake(`kubectl cannot open the cluster: ${why || `exit code ${code}`}`));
    });
  });
}

async function stop(proxy: ChildProcess): Promise<void> {
  if (proxy.pid === undefined || proxy.exitCode !== null || proxy.signalCode !== null) {
    return;
  }
  const gone = new Promise<void>((done) => proxy.once('exit', () => done()));
  proxy.kill('SIGTERM');
  const force = setTimeout(() => proxy.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(force);
}
