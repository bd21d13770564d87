import type { KubernetesClient, KubernetesObject } from '../drill/runner/kubernetes';

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: { readonly exitCode?: number; readonly reason?: string; readonly message?: string };
}

/** A pod, as far as it says why it does not run. */
export interface JobPod extends KubernetesObject {
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly containerStatuses?: readonly { readonly name: string; readonly state?: ContainerState }[];
  };
}

interface Event extends KubernetesObject {
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}

/** What a pod does, and in words why, where it does not run. */
export type PodState =
  | { readonly is: 'waiting'; readonly why: string }
  | { readonly is: 'running' }
  | { readonly is: 'ended'; readonly why: string };

/** Reasons that every pod passes through: only an event says what is wrong, if something is. */
const ORDINARY = new Set(['ContainerCreating', 'PodInitializing']);

/** What the pod of a Job does; without one, what keeps the Job from making it. */
export async function podState(
  client: KubernetesClient,
  namespace: string,
  job: string,
  pod?: JobPod,
): Promise<PodState> {
  if (pod === undefined) {
    return { is: 'waiting', why: (await lastWarning(client, namespace, job)) ?? 'it has no pod yet' };
  }
  const { phase, reason, message, conditions = [], containerStatuses = [] } = pod.status ?? {};
  const { waiting, running, terminated } = containerStatuses[0]?.state ?? {};
  if (terminated !== undefined) {
    return {
      is: 'ended',
      why: words(`exit code ${terminated.exitCode ?? 'unknown'}`, terminated.message ?? terminated.reason),
    };
  }
  if (running !== undefined) {
    return { is: 'running' };
  }
  if (phase === 'Failed' || phase === 'Succeeded') {
    return { is: 'ended', why: words(reason ?? phase, message) };
  }
  const unscheduled = conditions.find((c) => c.type === 'PodScheduled' && c.status === 'False');
  if (unscheduled !== undefined) {
    return { is: 'waiting', why: words(unscheduled.reason ?? 'not scheduled', unscheduled.message) };
  }
  if (waiting?.reason !== undefined && !ORDINARY.has(waiting.reason)) {
    return { is: 'waiting', why: words(waiting.reason, waiting.message) };
  }
  const warning = await lastWarning(client, namespace, pod.metadata.name);
  return { is: 'waiting', why: warning ?? waiting?.reason ?? phase ?? 'Pending' };
}

/** The newest warning about an object; undefined where there is none, or nobody may read it. */
async function lastWarning(client: KubernetesClient, namespace: string, name: string): Promise<string | undefined> {
  const selector = encodeURIComponent(`involvedObject.name=${name},type=Warning`);
  const path = `/api/v1/namespaces/${namespace}/events?fieldSelector=${selector}`;
  const events = await client.list<Event>(path).catch((): readonly Event[] => []);
  const at = ({ lastTimestamp, eventTime }: Event): string => lastTimestamp ?? eventTime ?? '';
  const newest = events.toSorted((a, b) => (at(a) < at(b) ? -1 : 1)).at(-1);
  return newest === undefined ? undefined : words(newest.reason ?? 'Warning', newest.message);
}

function words(reason: string, message: string | undefined): string {
  return message === undefined || message === '' || message === reason ? reason : `${reason}: ${message}`;
}
