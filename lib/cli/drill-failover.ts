import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { dump, load } from 'js-yaml';
import type { Evidence } from '../evidence/evidence';
import { type YamlObject, isObject } from '../policy/resource';
import { CLUSTER_OPTIONS } from './_cluster';
import { type CommandIo, type ExitCode, UsageMistake, command } from './_command';
import { type KubectlChoice, follow, kubectl } from './_kubectl';
import { paint } from './_paint';
import { printable } from '../_printable';

/** `phoenix drill failover`: starts a run from the drill's CronJob and follows it to its end. */
export const drillFailover = command({
  name: 'drill failover',
  summary: 'run a failover drill, follow it, and keep its evidence',
  help: `
Makes a Job from the CronJob of a failover drill, as 'kubectl create job --from' does, and follows its log: one line a
second with phase, time, writes and primary. The drill takes the primary of a live database away. It looks first whether
everything is healthy, and stops without harm if not.

The evidence goes into a file of the output folder; it is also kept in the cluster, where 'phoenix evidence pull' finds
it. Ctrl-C stops following, not the drill: delete the Job to stop that, and it cleans up after itself.

With --manifest nothing is run: the Job is written as YAML with the date in its name, for a run that must be a commit.
The CronJob is then read from the folder of manifests.

Exit codes here: 0 the drill passed, 1 it was aborted or could not be followed, 2 it failed.`,
  positionals: { usage: 'NAME', min: 1, max: 1, description: 'CronJob of the drill: state-hub-failover-drill' },
  options: {
    namespace: { type: 'string', short: 'n', value: 'NAME', description: 'namespace of the drill; required to run it' },
    output: { type: 'string', short: 'o', value: 'DIR', default: 'evidence', description: 'folder for the evidence' },
    manifest: { type: 'boolean', description: 'write the dated Job to standard output instead of running it' },
    manifests: {
      type: 'string',
      value: 'DIR',
      default: 'dist/manifests',
      description: 'where --manifest finds the CronJob',
    },
    ...CLUSTER_OPTIONS,
  },
  examples: [
    ['phoenix drill failover state-hub-failover-drill --namespace state-hub', 'run it now'],
    ['phoenix drill failover state-hub-failover-drill --manifest > drill-job.yaml', 'for a commit'],
  ],
  async run({ options, positionals }, io) {
    const [name = ''] = positionals;
    const job = `${name}-${stamp(new Date())}`;
    if (job.length > 63) {
      throw new UsageMistake(`'${name}' is too long for a Job with a date: ${job.length} characters, 63 are allowed`);
    }
    if (options.manifest) {
      io.stdout(jobManifest(readCronJob(io, options.manifests, name), job));
      return 0;
    }
    if (options.namespace === undefined) {
      throw new UsageMistake('--namespace is missing: the namespace of the drill');
    }
    const choice = { context: options.context, kubeconfig: options.kubeconfig, namespace: options.namespace };
    return runDrill({ io, choice, name, job, output: options.output });
  },
});

interface DrillStart {
  readonly io: CommandIo;
  readonly choice: KubectlChoice;
  readonly name: string;
  readonly job: string;
  readonly output: string;
}

async function runDrill({ io, choice, name, job, output }: DrillStart): Promise<ExitCode> {
  await kubectl(io, choice, ['create', 'job', `--from=cronjob/${name}`, job]);
  io.stderr(`started ${job}; to stop it: kubectl --namespace ${choice.namespace} delete job ${job}\n`);
  await kubectl(io, choice, [
    'wait',
    'pod',
    '--selector',
    `job-name=${job}`,
    '--for',
    'jsonpath={.status.phase}',
    '--timeout',
    '5m',
  ]).catch(() => undefined);
  let evidence: Evidence | undefined;
  let last = '';
  await follow(io, choice, ['logs', '--follow', `job/${job}`, '--pod-running-timeout=5m'], (line) => {
    const entry = parse(line);
    evidence = entry.evidence ?? evidence;
    last = entry.message;
    io.stderr(`${paint(io, 'dim', entry.time)} ${printable(entry.message)}\n`);
  });
  if (evidence === undefined) {
    io.stderr(
      `the drill left no evidence; its last words: ${printable(last) || 'none'}\nlook at it: kubectl --namespace ${choice.namespace} describe job ${job}\n`,
    );
    return 1;
  }
  const file = join(output, `${evidence.runId}.json`);
  const path = resolve(io.cwd, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(evidence)}\n`);
  io.stdout(`${verdict(io, evidence.verdict)}: ${printable(evidence.reason)}\n${file}\n`);
  return evidence.verdict === 'passed' ? 0 : evidence.verdict === 'failed' ? 2 : 1;
}

function verdict(io: CommandIo, text: Evidence['verdict']): string {
  return paint(io, text === 'passed' ? 'green' : text === 'failed' ? 'red' : 'yellow', text);
}

interface LogEntry {
  readonly time: string;
  readonly message: string;
  readonly evidence?: Evidence;
}

/** A line of the drill's log; what is no JSON is shown as it is. */
function parse(line: string): LogEntry {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) {
      const { time, message, evidence, event } = value;
      return {
        time: String(time ?? '').slice(11, 19),
        message: String(message ?? ''),
        ...(event === 'evidence' && isObject(evidence) ? { evidence: evidence as unknown as Evidence } : {}),
      };
    }
  } catch {
    // Node itself may write lines that are no JSON, such as a warning.
  }
  return { time: '', message: line };
}

function readCronJob(io: CommandIo, folder: string, name: string): YamlObject {
  const root = resolve(io.cwd, folder);
  const files = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : [];
  const file = files.find((one) =>
    new RegExp(`(^|/)CronJob\\..*\\.${name.replace(/[^-a-z0-9]/g, '')}\\.yaml$`).test(one),
  );
  if (file === undefined) {
    throw new UsageMistake(`there is no CronJob '${name}' below '${folder}'; name the folder with --manifests`);
  }
  return load(readFileSync(join(root, file), 'utf8')) as YamlObject;
}

/** The Job that `kubectl create job --from` would make, without an owner: it must not die with the CronJob in git. */
function jobManifest(cronJob: YamlObject, name: string): string {
  const { metadata, spec } = cronJob['spec'].jobTemplate;
  // A Job in git that deletes itself would be run again by the engine.
  const { ttlSecondsAfterFinished: _, ...rest } = spec;
  return dump(
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: cronJob['metadata'].namespace, ...metadata },
      spec: rest,
    },
    { lineWidth: -1 },
  );
}

/** `20261123041700`, UTC. */
function stamp(now: Date): string {
  return now.toISOString().replace(/\D/g, '').slice(0, 14);
}
