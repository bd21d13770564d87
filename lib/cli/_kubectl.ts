import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ClusterChoice } from './_cluster';
import { type CommandIo, UsageMistake } from './_command';

/** Which cluster and namespace. */
export interface KubectlChoice extends ClusterChoice {
  readonly namespace: string;
}

/**
 * Runs the operator's own kubectl and gives what it printed.
 * @throws UsageMistake if there is no kubectl, or it fails: with its words
 */
export async function kubectl(io: CommandIo, choice: KubectlChoice, args: readonly string[]): Promise<string> {
  let out = '';
  await follow(io, choice, args, (line) => (out += `${line}\n`));
  return out;
}

/** As `kubectl`, line by line while it runs. */
export async function follow(
  io: CommandIo,
  choice: KubectlChoice,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<void> {
  const child = spawn('kubectl', [...flags(choice), ...args], {
    env: io.env,
    cwd: io.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', onLine);
  const read = new Promise<void>((done) => lines.once('close', done));
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      fail(error.code === 'ENOENT' ? new UsageMistake("there is no 'kubectl' in the PATH; install it first") : error);
    });
    child.once('close', done);
  });
  await read;
  if (code !== 0) {
    throw new UsageMistake(`kubectl ${args.slice(0, 2).join(' ')} failed: ${complaint.trim() || `exit code ${code}`}`);
  }
}

function flags({ namespace, context, kubeconfig }: KubectlChoice): string[] {
  return [
    '--namespace',
    namespace,
    ...(context === undefined ? [] : ['--context', context]),
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
  ];
}
