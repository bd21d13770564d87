import { clusterPaths, type Cluster, type Pod } from './cluster';
import { until } from './clock';
import type { FailoverConfig } from './config';
import { isUncertain, KubernetesError, type KubernetesClient } from './kubernetes';
import type { Observer } from './observer';

/** The trigger was not pulled: nothing happened and nothing will. */
export class NotTriggered extends Error {
  public override readonly name = 'NotTriggered';
}

/** What a trigger needs to see besides the API. */
export interface TriggerContext {
  readonly namespace: string;
  readonly config: FailoverConfig;
  readonly primary: string;
  readonly observer: Observer;
  readonly signal: AbortSignal;
  readonly wall: () => Date;
  /** Whether clients see an outage already. */
  readonly writesDown: () => boolean;
  readonly tell: (message: string) => void;
}

/**
 * Takes the primary away, in the way that the mode says.
 * @throws `NotTriggered` when it is certain that nothing was done
 */
export async function trigger(kubernetes: KubernetesClient, context: TriggerContext): Promise<void> {
  switch (context.config.mode) {
    case 'deletePrimary':
      return deletePrimary(kubernetes, context);
    case 'switchover':
      return switchOver(kubernetes, context);
    case 'external':
      return waitForPlug(context);
  }
}

/** Grace 1, not 0: the operator relies on a pod name not being reused while the old process may live. */
async function deletePrimary(kubernetes: KubernetesClient, context: TriggerContext): Promise<void> {
  const { namespace, config, primary } = context;
  const path = `${clusterPaths(namespace, config.cluster).pods}/${primary}`;
  const pod = await kubernetes.get<Pod>(path).catch((error: unknown) => {
    throw new NotTriggered(`the primary's pod could not be read: ${(error as Error).message}`);
  });
  const uid = pod.metadata.uid ?? '';
  const isGone = async () => {
    const now = await kubernetes.find<Pod>(path);
    return now === undefined || now.metadata.uid !== uid || now.metadata.deletionTimestamp !== undefined;
  };
  // With the uid in it a delete can be repeated: it cannot hit the pod's successor.
  for (let attempt = 1; ; attempt++) {
    try {
      return await kubernetes.delete(path, uid, 1);
    } catch (error) {
      const message = (error as Error).message;
      if (!isUncertain(error) && attempt === 1) {
        throw new NotTriggered(message);
      }
      // No answer is not a no. If nobody knows, it counts as done.
      if (await isGone().catch(() => true)) {
        return;
      }
      if (attempt === 3) {
        throw new NotTriggered(`the API server did not take the delete: ${message}`);
      }
    }
  }
}

/** What `kubectl cnpg promote` writes; refused by the server if the Cluster changed in between. */
async function switchOver(kubernetes: KubernetesClient, context: TriggerContext): Promise<void> {
  const { namespace, config, primary } = context;
  const paths = clusterPaths(namespace, config.cluster);
  const pods = await kubernetes.list<Pod>(paths.pods, paths.podLabels);
  const target = pods
    .map((pod) => pod.metadata.name)
    .sort()
    .find((name) => name !== primary);
  for (let attempt = 1; ; attempt++) {
    const cluster = await kubernetes.get<Cluster>(paths.cluster);
    if (attempt > 1 && cluster.status?.targetPrimary === target) {
      return;
    }
    if (target === undefined || cluster.status?.currentPrimary !== primary) {
      throw new NotTriggered(`there is no standby to switch to, or the primary is no longer ${primary}`);
    }
    try {
      await kubernetes.patch(`${paths.cluster}/status`, promotion(cluster, target, context.wall()));
      return;
    } catch (error) {
      const again = isUncertain(error) || (error instanceof KubernetesError && error.code === 409);
      if (!again || attempt === 5) {
        throw new NotTriggered((error as Error).message);
      }
    }
  }
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

async function waitForPlug({ config, observer, signal, writesDown, tell, primary }: TriggerContext): Promise<void> {
  const seconds = config.bounds.armSeconds;
  tell(`armed: pull the plug of the node that runs ${primary} within ${seconds} s`);
  const moved = () => observer.cluster?.status?.currentPrimary !== primary && observer.cluster !== undefined;
  if (!(await until(() => writesDown() || moved(), seconds * 1000, signal))) {
    throw new NotTriggered(`nothing happened within ${seconds} s: no write failed and ${primary} is still the primary`);
  }
}
