import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dump, load } from 'js-yaml';
import { KubernetesError, type KubernetesClient } from '../drill/runner/kubernetes';
import type { Evidence } from '../evidence/evidence';
import { DRILL_EXIT_CODES, exitCodeOf } from '../evidence/exit-code';
import { isObject } from '../policy/resource';
import { CLUSTER_OPTIONS, withCluster } from './_cluster';
import { type CommandIo, type ExitCode, UsageMistake, command } from './_command';
import { findEvidence } from './_drill-evidence';
import { type CronJob, type Job, committedJob, isFailoverDrill, ownedJob } from './_drill-job';
import { keepEvidence } from './_evidence-files';
import { checkNamespace } from './_evidence-source';
import { followJob, type JobEnd } from './_follow-job';
import { paint } from './_paint';
import { printable } from '../_printable';

/** A Job's name is a label of its pod. */
const MAX_JOB = 63;

/** `phoenix drill failover`: starts a run from the drill's CronJob and follows it to its end. */
export const drillFailover = command({
  name: 'drill failover',
  summary: 'run a failover drill, follow it, and keep its evidence',
  help: `
Makes a Job from the CronJob of a failover drill, as 'kubectl create job --from' does, and follows its log: one line a
second with phase, time, writes and primary. The drill takes the primary of a live database away. It looks first whether
everything is healthy, and stops without harm if not.

While the container does not start, it says why; after --start-timeout it deletes the Job, so that no drill begins when
nobody looks. When the connection or the API server goes away, it comes back and goes on where it was.

The evidence goes into a file of the output folder, as the very bytes that the cluster keeps: 'phoenix evidence pull'
finds the same. Ctrl-C stops following, not the drill: delete the Job to stop that, and it cleans up after itself.

With --manifest nothing is run: the Job is written as YAML with the date in its name, for a run that must be a commit.
The CronJob is then read from the folder of manifests.`,
  positionals: { usage: 'NAME', min: 1, max: 1, description: 'CronJob of the drill: state-hub-failover-drill' },
  options: {
    namespace: { type: 'string', short: 'n', value: 'NAME', description: 'namespace of the drill; required to run it' },
    output: { type: 'string', short: 'o', value: 'DIR', default: 'evidence', description: 'folder for the evidence' },
    'start-timeout': {
      type: 'string',
      value: 'SECONDS',
      default: '300',
      description: 'how long its container may take to start',
    },
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
  exits: { table: DRILL_EXIT_CODES, notDone: 4 },
  async run({ options, positionals }, io) {
    const [name = ''] = positionals;
    if (!/^[a-z0-9]([-a-z0-9.]{0,51}[a-z0-9])?$/.test(name)) {
      throw new UsageMistake(`NAME must be the name of a CronJob, at most 52 characters, got '${name}'`);
    }
    const job = `${name}-${stamp(new Date(), MAX_JOB - name.length - 1)}`;
    if (options.manifest) {
      io.stdout(jobManifest(readCronJob(io, options.manifests, name), job));
      return 0;
    }
    const { namespace } = options;
    if (namespace === undefined) {
      throw new UsageMistake('--namespace is missing: the namespace of the drill');
    }
    checkNamespace(namespace);
    const startSeconds = Number(options['start-timeout']);
    if (!(startSeconds > 0)) {
      throw new UsageMistake(`--start-timeout must be a number of seconds, got '${options['start-timeout']}'`);
    }
    return withCluster(io, options, async (client, transport) => {
      const started = await start(client, namespace, name, job);
      io.stderr(`started Job ${job}\nCtrl-C stops following, not the drill; to stop it: ${deletion(namespace, job)}\n`);
      const run = new RunLog(io);
      const end = await followJob({
        client,
        transport,
        namespace,
        job: started,
        startSeconds,
        onLine: (line) => run.take(line),
        note: (text) => io.stderr(`${paint(io, 'yellow', printable(text))}\n`),
      });
      return end.is === 'not-started'
        ? giveUp(io, client, namespace, started, end.why)
        : conclude(io, client, { namespace, job: started, run, end, output: options.output });
    });
  },
});

/** @throws UsageMistake where there is no such drill, or the API refuses */
async function start(client: KubernetesClient, namespace: string, name: string, job: string): Promise<Job> {
  const jobs = `/apis/batch/v1/namespaces/${namespace}`;
  try {
    const cronJob = await client.find<CronJob>(`${jobs}/cronjobs/${name}`);
    if (cronJob === undefined) {
      throw new UsageMistake(
        `there is no CronJob '${name}' in namespace '${namespace}'; list them: kubectl --namespace ${namespace} get cronjobs`,
      );
    }
    if (!isFailoverDrill(cronJob)) {
      throw new UsageMistake(`CronJob '${name}' is no failover drill; it was not started`);
    }
    try {
      return await client.create<Job>(`${jobs}/jobs`, ownedJob(cronJob, job));
    } catch (error) {
      // No answer is not a no. The name has the second in it: what has it is ours.
      const made = await client.find<Job>(`${jobs}/jobs/${job}`).catch(() => undefined);
      if (made === undefined || (error instanceof KubernetesError && error.code === 409)) {
        throw error;
      }
      return made;
    }
  } catch (error) {
    throw error instanceof KubernetesError ? new UsageMistake(`the drill was not started: ${error.message}`) : error;
  }
}

/** A Job that starts an hour later takes a primary away when nobody looks. */
async function giveUp(
  io: CommandIo,
  client: KubernetesClient,
  namespace: string,
  job: Job,
  why: string,
): Promise<ExitCode> {
  const { name, uid = '' } = job.metadata;
  const fate = await client
    .delete(`/apis/batch/v1/namespaces/${namespace}/jobs/${name}`, uid, undefined, 'Background')
    .then(() => 'its Job was deleted: nothing was taken away, and nothing will be')
    .catch((error: Error) => `delete its Job, or it may start when nobody looks: ${deletion(namespace, name)} (${error.message})`); // prettier-ignore
  io.stderr(`${paint(io, 'red', 'the drill did not start')}: ${printable(why)}\n${printable(fate)}\n`);
  return 4;
}

interface Conclusion {
  readonly namespace: string;
  readonly job: Job;
  readonly run: RunLog;
  readonly end: JobEnd;
  readonly output: string;
}

async function conclude(io: CommandIo, client: KubernetesClient, of: Conclusion): Promise<ExitCode> {
  const { namespace, job, run, end, output } = of;
  const { name, creationTimestamp: since = '' } = job.metadata;
  // Its last message names the run, also where the log was never seen.
  const runId = run.id ?? /^run ([a-z0-9-]{8,40}),/m.exec(end.why)?.[1];
  const found = await findEvidence(client, { namespace, since, runId, logged: run.evidence }, (problem) =>
    io.stderr(`${printable(problem)}\n`),
  );
  if (found === undefined) {
    io.stderr(
      `${paint(io, 'red', 'the drill left no evidence')}: ${printable(end.why.split('\n')[0] ?? '')}; its last words: ${printable(run.last) || 'none'}\n` +
        `look at it: kubectl --namespace ${namespace} describe job ${name}\n`,
    );
    return 4;
  }
  const { evidence, text } = found;
  const file = `${evidence.runId}.json`;
  const kept = keepEvidence(io, output, file, text);
  const list = (title: string, lines: readonly string[]): void =>
    io.stderr(lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  ${printable(line)}\n`).join('')}`);
  list('for whoever takes over', evidence.handover);
  list(evidence.cleanup.ok ? 'cleaned up' : paint(io, 'red', 'not cleaned up'), evidence.cleanup.notes);
  if (kept === 'differs') {
    io.stderr(`${join(output, file)} is there already with other content, and was kept\n`);
  }
  io.stdout(`${verdict(io, evidence.verdict)}: ${printable(evidence.reason)}\n${join(output, file)}\n`);
  return exitCodeOf(evidence.verdict, evidence.cleanup.ok);
}

function deletion(namespace: string, job: string): string {
  return `kubectl --namespace ${namespace} delete job ${job}`;
}

function verdict(io: CommandIo, text: Evidence['verdict']): string {
  return paint(io, text === 'passed' ? 'green' : text === 'failed' ? 'red' : 'yellow', text);
}

/** The log of a run as it is shown, and what is remembered of it. */
class RunLog {
  public evidence: unknown;
  public id: string | undefined;
  public last = '';

  public constructor(private readonly io: CommandIo) {}

  public take(line: string): void {
    const { event, time = '', message = line, evidence, runId } = parse(line);
    this.last = String(message);
    this.id = typeof runId === 'string' ? runId : this.id;
    this.evidence = event === 'evidence' ? evidence : this.evidence;
    const text = printable(this.last);
    const shown =
      event === 'armed' ? paint(this.io, 'bold', text) : event === 'error' ? paint(this.io, 'red', text) : text;
    this.io.stderr(`${paint(this.io, 'dim', String(time).slice(11, 19))} ${shown}\n`);
  }
}

/** A line of the drill's log. Node itself may write lines that are no JSON, such as a warning: nothing is known of them. */
function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function readCronJob(io: CommandIo, folder: string, name: string): CronJob {
  const root = resolve(io.cwd, folder);
  const files = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : [];
  const file = files.find((path) => /(^|\/)CronJob\.[^/]+$/.test(path) && path.endsWith(`.${name}.yaml`));
  if (file === undefined) {
    throw new UsageMistake(`there is no CronJob '${name}' below '${folder}'; name the folder with --manifests`);
  }
  return load(readFileSync(join(root, file), 'utf8')) as CronJob;
}

function jobManifest(cronJob: CronJob, name: string): string {
  if (!isFailoverDrill(cronJob)) {
    throw new UsageMistake(`CronJob '${cronJob.metadata.name}' is no failover drill`);
  }
  const note = '# Leave it in git until a later run has passed: the alerts count its success only while it is there.\n';
  return note + dump(committedJob(cronJob, name), { lineWidth: -1 });
}

/** `20261123041700`, UTC; without the year after a name that leaves no room for it. */
function stamp(now: Date, room: number): string {
  return now.toISOString().replace(/\D/g, '').slice(0, 14).slice(-room);
}
