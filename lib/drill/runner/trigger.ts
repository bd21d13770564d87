import { clusterPaths, type Cluster, type Pod } from './cluster';
import { Stopped, until } from './clock';
import type { FailoverConfig } from './config';
import { LAST_LOOK_MS, patiently } from './context';
import { isUncertain, KubernetesError, type KubernetesClient } from './kubernetes';

/** The trigger was not pulled: nothing happened and nothing will. */
export class NotTriggered extends Error {
  public override readonly name = 'NotTriggered';
}

/** What a trigger needs to see besides the API. */
export interface TriggerContext {
  readonly namespace: string;
  readonly config: FailoverConfig;
  readonly primary: string;
  /** Fires on SIGTERM: nothing is sent any more. */
  readonly signal: AbortSignal;
  readonly wall: () => Date;
  /** Why this run may do no harm now, such as a lost Lease. */
  readonly doubt: () => string | undefined;
  /** `external` only: whether the primary is gone, for clients or for the operator. */
  readonly gone: () => boolean;
  readonly tell: (message: string) => void;
}

/** How long the API server may take for all that a trigger asks; then nothing is triggered. */
const TRIGGER_MS = 20_000;
const ATTEMPTS = 5;

/**
 * Takes the primary away, in the way that the mode says. Where nobody knows whether it is gone, it counts as gone.
 * @throws `NotTriggered` when it is certain that nothing was done
 */
export async function trigger(kubernetes: KubernetesClient, context: TriggerContext): Promise<void> {
  if (context.config.mode === 'external') {
    return waitForPlug(context);
  }
  const bounded = kubernetes.until(AbortSignal.any([context.signal, AbortSignal.timeout(TRIGGER_MS)]));
  return context.config.mode === 'switchover'
    ? switchOver(bounded, context)
    : deletePrimary(bounded, kubernetes, context);
}

/** Grace 1, not 0: the operator relies on a pod name not being reused while the old process may live. */
async function deletePrimary(
  bounded: KubernetesClient,
  kubernetes: KubernetesClient,
  context: TriggerContext,
): Promise<void> {
  const { namespace, config, primary, signal } = context;
  const path = `${clusterPaths(namespace, config.cluster).pods}/${primary}`;
  const pod = await read(context, `the primary's pod could not be read`, () => bounded.get<Pod>(path));
  const uid = pod.metadata.uid ?? '';
  const isGone = (): Promise<boolean> =>
    patiently(signal, 3 * LAST_LOOK_MS, 'the look for the pod', async (late) => {
      const now = await kubernetes.until(late).find<Pod>(path);
      return now === undefined || now.metadata.uid !== uid || now.metadata.deletionTimestamp !== undefined;
    });
  // With the uid in it a delete can be repeated: it cannot hit the pod's successor.
  for (let attempt = 1; ; attempt++) {
    const reason = reasonAgainst(context);
    if (reason !== undefined) {
      return notAgain(attempt > 1, reason);
    }
    try {
      return await bounded.delete(path, uid, 1);
    } catch (error) {
      if (!isUncertain(error)) {
        return notAgain(attempt > 1, (error as Error).message);
      }
      // No answer is not a no.
      if (attempt === ATTEMPTS || (await isGone().catch(() => true))) {
        return;
      }
    }
  }
}

/** What `kubectl cnpg promote` writes; refused by the server if the Cluster changed in between. */
async function switchOver(bounded: KubernetesClient, context: TriggerContext): Promise<void> {
  const { namespace, config, primary } = context;
  const paths = clusterPaths(namespace, config.cluster);
  const pods = await read(context, 'the pods could not be listed', () =>
    bounded.list<Pod>(paths.pods, paths.podLabels),
  );
  const target = pods
    .map((pod) => pod.metadata.name)
    .sort()
    .find((name) => name !== primary);
  let sent = false;
  let problem = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    let cluster: Cluster;
    try {
      cluster = await read(context, 'the Cluster could not be read', () => bounded.get<Cluster>(paths.cluster));
    } catch (error) {
      return notAgain(sent, (error as Error).message);
    }
    const { targetPrimary, currentPrimary } = cluster.status ?? {};
    if (sent && targetPrimary === target) {
      return;
    }
    if (target === undefined || currentPrimary !== primary) {
      return notAgain(sent, `there is no standby to switch to, or the primary is no longer ${primary}`);
    }
    const reason = reasonAgainst(context);
    if (reason !== undefined) {
      return notAgain(sent, reason);
    }
    try {
      await bounded.patch(`${paths.cluster}/status`, promotion(cluster, target, context.wall()));
      return;
    } catch (error) {
      problem = (error as Error).message;
      if (isUncertain(error)) {
        sent = true;
      } else if (!(error instanceof KubernetesError && error.code === 409)) {
        break;
      }
    }
  }
  return notAgain(sent, problem);
}

/** @throws `NotTriggered`: a read does no harm */
async function read<T>({ signal }: TriggerContext, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new NotTriggered(signal.aborted ? beforeTrigger() : `${what}: ${(error as Error).message}`);
  }
}

/** Asked right before anything is sent. */
function reasonAgainst({ signal, doubt }: TriggerContext): string | undefined {
  const doubtful = doubt();
  return signal.aborted ? beforeTrigger() : doubtful === undefined ? undefined : `lease-lost: ${doubtful}`;
}

/**
 * Nothing is sent any more. What was sent before without an answer may have arrived.
 * @throws `NotTriggered` if nothing was
 */
function notAgain(sentBefore: boolean, reason: string): void {
  if (!sentBefore) {
    throw new NotTriggered(reason);
  }
}

export function beforeTrigger(): string {
  return `${new Stopped().message} before the trigger`;
}

function promotion(cluster: Cluster, target: string, now: Date): object {
  const { conditions = [] } = cluster.status ?? {};
  const notReady = {
    type: 'Ready',
    status: 'False',
    reason: 'ClusterIsNotReady',
    message: 'Cluster Is Not Ready',
    lastTransitionTime: now.toISOString(),
  };
  return {
    metadata: { resourceVersion: cluster.metadata.resourceVersion },
    status: {
      targetPrimary: target,
      targetPrimaryTimestamp: now.toISOString(),
      phase: 'Switchover in progress',
      phaseReason: `Switching over to ${target}`,
      conditions: [...conditions.filter((condition) => condition.type !== 'Ready'), notReady],
    },
  };
}

async function waitForPlug(context: TriggerContext): Promise<void> {
  const { config, signal, gone, doubt, tell, primary } = context;
  const seconds = config.bounds.armSeconds;
  tell(`armed: pull the plug of the node that runs ${primary} within ${seconds} s`);
  await until(() => gone() || doubt() !== undefined, seconds * 1000, signal);
  if (!gone()) {
    const nothing = `nothing happened within ${seconds} s: writes succeed and ${primary} is still the primary`;
    throw new NotTriggered(reasonAgainst(context) ?? nothing);
  }
}
