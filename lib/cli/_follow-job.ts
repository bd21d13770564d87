import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesError, type KubernetesClient } from '../drill/runner/kubernetes';
import type { Transport } from '../drill/runner/transport';
import type { Job } from './_drill-job';
import { PodLog } from './_pod-log';
import { type JobPod, podState } from './_pod-state';

/** What is followed, and who is told. */
export interface FollowedJob {
  readonly client: KubernetesClient;
  readonly transport: Transport;
  readonly namespace: string;
  readonly job: Job;
  /** How long its container may take to start. */
  readonly startSeconds: number;
  /** A line of its log. */
  readonly onLine: (line: string) => void;
  /** Something about the following itself, for the person. */
  readonly note: (text: string) => void;
}

/** How it ended; `why` in words. */
export interface JobEnd {
  readonly is: 'ended' | 'not-started' | 'out-of-sight';
  readonly why: string;
}

const POLL_MS = 500;
/** Past its own deadline a Job has ended, also where nobody can see it. */
const GRACE_SECONDS = 120;
const NO_DEADLINE_SECONDS = 4 * 3600;
/** A container has ended and its log cannot be read: then its node may be gone for good. */
const LAST_LOOKS = 10;

/**
 * Follows a Job to its end: waits until its container runs and says why it does not, tells its log, and comes back
 * whenever the connection or the API server goes away, as they do while a node is lost.
 *
 * @throws KubernetesError if the API refuses a look
 */
export async function followJob(followed: FollowedJob): Promise<JobEnd> {
  const { client, transport, namespace, job, startSeconds, onLine, note } = followed;
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const sight = new Sight(note);
  const said = new Set<string>();
  const once = (text: string): void => {
    if (!said.has(text)) {
      said.add(text);
      note(text);
    }
  };
  let log: { readonly pod: string; readonly lines: PodLog } | undefined;
  let why = 'nothing was seen of it';
  let started = false;
  let unread = 0;
  while (seconds() < (job.spec.activeDeadlineSeconds ?? NO_DEADLINE_SECONDS) + GRACE_SECONDS) {
    const seen = await sight.of(() => look(client, namespace, job.metadata.name));
    if (seen === 'deleted') {
      return { is: 'ended', why: 'its Job was deleted' };
    }
    if (seen !== undefined) {
      const { pod, state, finished } = seen;
      ({ why = why } = state as { why?: string });
      if (pod !== undefined && state.is !== 'waiting') {
        started = true;
        log = log?.pod === pod.metadata.name ? log : { pod: pod.metadata.name, lines: new PodLog(transport, pathOf(namespace, pod), containerOf(job)) }; // prettier-ignore
        const whole = await readLog(log.lines, state.is === 'ended', onLine, once);
        unread = whole ? 0 : unread + 1;
        if (state.is === 'ended' && (whole || unread === LAST_LOOKS)) {
          return { is: 'ended', why };
        }
      } else if (!started) {
        once(`waiting: ${why}`);
      }
      if (finished !== undefined && state.is !== 'ended') {
        return { is: 'ended', why: finished };
      }
    }
    if (!started && seconds() > startSeconds) {
      return { is: 'not-started', why };
    }
    await sleep(POLL_MS);
  }
  return { is: 'out-of-sight', why: 'its Job did not end within its own deadline, as far as this machine can see' };
}

type Seen = {
  readonly pod: JobPod | undefined;
  readonly state: Awaited<ReturnType<typeof podState>>;
  /** Why the Job has finished; undefined where it has not. */
  readonly finished: string | undefined;
};

async function look(client: KubernetesClient, namespace: string, name: string): Promise<Seen | 'deleted'> {
  const job = await client.find<Job>(`/apis/batch/v1/namespaces/${namespace}/jobs/${name}`);
  if (job === undefined) {
    return 'deleted';
  }
  const pods = await client.list<JobPod>(`/api/v1/namespaces/${namespace}/pods`, `job-name=${name}`);
  const at = ({ metadata }: JobPod): string => metadata.creationTimestamp ?? '';
  const pod = pods.toSorted((a, b) => (at(a) < at(b) ? -1 : 1)).at(-1);
  const end = job.status?.conditions?.find((c) => c.status === 'True' && ['Complete', 'Failed'].includes(c.type));
  const finished = end === undefined ? undefined : [end.reason ?? end.type, end.message].filter(Boolean).join(': ');
  return { pod, state: await podState(client, namespace, name, pod), finished };
}

/** Whether the log was read to its end. A stream that ends may go on: the next look decides. */
async function readLog(
  log: PodLog,
  ended: boolean,
  onLine: (line: string) => void,
  once: (text: string) => void,
): Promise<boolean> {
  try {
    await (ended ? log.finish(onLine) : log.follow(onLine));
    return true;
  } catch (error) {
    if (!(error instanceof KubernetesError)) {
      // Cut or silent: the next look says whether anything is wrong.
      return false;
    }
    if (error.code === 403) {
      once(`your account may not read the log (pods/log): the drill is followed without it`);
      return true;
    }
    // 400: it has not started after all. 404: its pod has gone. 0: no answer, which the next look meets too.
    if (![0, 400, 404].includes(error.code)) {
      once(`the log cannot be read now: ${error.message}; trying again`);
    }
    return false;
  }
}

function pathOf(namespace: string, pod: JobPod): string {
  return `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}`;
}

function containerOf(job: Job): string {
  return job.spec.template.spec.containers[0]?.name ?? 'drill';
}

/** Looks at a cluster that may go out of sight, and says so once each time. */
class Sight {
  private lostAt: number | undefined;
  private seenOnce = false;

  public constructor(private readonly note: (text: string) => void) {}

  /** Undefined while the cluster does not answer. @throws what is no matter of sight */
  public async of<T>(look: () => Promise<T>): Promise<T | undefined> {
    try {
      const seen = await look();
      if (this.lostAt !== undefined) {
        this.note(`the cluster answers again, after ${Math.round((performance.now() - this.lostAt) / 1000)} s`);
        this.lostAt = undefined;
      }
      this.seenOnce = true;
      return seen;
    } catch (error) {
      if (!(error instanceof KubernetesError) || !this.passes(error)) {
        throw error;
      }
      if (this.lostAt === undefined) {
        this.lostAt = performance.now();
        this.note(`no answer from the cluster (${error.message}); the drill runs on in it, trying again`);
      }
      return undefined;
    }
  }

  /** `NeverSent`: kubectl proxy on this machine has ended. An API server that starts refuses before it knows the rights. */
  private passes({ code, reason }: KubernetesError): boolean {
    const refused = code === 401 || code === 403;
    return reason !== 'NeverSent' && (code === 0 || code === 429 || code >= 500 || (refused && this.seenOnce));
  }
}
