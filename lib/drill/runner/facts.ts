import {
  clusterPaths,
  readReplication,
  tryToWrite,
  type Backup,
  type Cluster,
  type FailoverQuorum,
  type Pod,
} from './cluster';
import type { FailoverConfig } from './config';
import type { RunContext } from './context';
import { LOOK_MS } from './context';
import type { DrillDatabase } from './database';
import { checkQuorum, type ClusterFacts } from './preconditions';

/** What a cluster is like when a repetition is over. */
export interface Aftermath {
  readonly primary: string;
  readonly timeline: number;
  /** What the operator says. */
  readonly state: string;
  readonly streaming: readonly string[];
  readonly synchronous: readonly string[];
  /** Answer of the old primary to a write: SQLSTATE, `accepted`, or why it was not asked. */
  readonly exPrimaryWrite: string;
}

/** Reads all that the preconditions are about. */
export async function gatherFacts(
  run: RunContext,
  database: DrillDatabase,
  failover: FailoverConfig,
): Promise<ClusterFacts> {
  const { kubernetes, config, clock } = run;
  const paths = clusterPaths(config.namespace, failover.cluster);
  const [cluster, pods, apiPods, quorum, backups] = await Promise.all([
    kubernetes.get<Cluster>(paths.cluster),
    kubernetes.list<Pod>(paths.pods, paths.podLabels),
    kubernetes.list<Pod>(paths.pods, failover.apiPods),
    kubernetes.find<FailoverQuorum>(paths.quorum),
    kubernetes.list<Backup>(paths.backups),
  ]);
  const ours = backups.filter((backup) => backup.spec?.cluster?.name === failover.cluster);
  const facts = { cluster, pods, apiPods, quorum, backups: ours, now: clock.wall(), ownNode: run.node };
  try {
    return { ...facts, replication: await readReplication(database, LOOK_MS) };
  } catch (error) {
    return { ...facts, replication: undefined, replicationError: (error as Error).message };
  }
}

/** Version of the API server; null where it does not say. */
export async function kubernetesVersion({ kubernetes }: RunContext): Promise<string | null> {
  try {
    return (await kubernetes.read<{ gitVersion?: string }>('/version')).gitVersion ?? null;
  } catch {
    return null;
  }
}

/** Looks once more when clients have stopped. What does not answer is left empty and fails its check. */
export async function lookAfter(
  run: RunContext,
  database: DrillDatabase,
  failover: FailoverConfig,
  exPrimary: string,
  table: string,
  signal: AbortSignal,
): Promise<Aftermath> {
  const { kubernetes, config } = run;
  const paths = clusterPaths(config.namespace, failover.cluster);
  const [cluster, pods, quorum, replication] = await Promise.all([
    kubernetes.get<Cluster>(paths.cluster).catch(() => undefined),
    kubernetes.list<Pod>(paths.pods, paths.podLabels).catch(() => []),
    kubernetes.find<FailoverQuorum>(paths.quorum).catch(() => undefined),
    readReplication(database, LOOK_MS, signal).catch(() => undefined),
  ]);
  const ip = pods.find((pod) => pod.metadata.name === exPrimary)?.status?.podIP;
  return {
    primary: cluster?.status?.currentPrimary ?? '',
    timeline: cluster?.status?.timelineID ?? 0,
    state: cluster === undefined ? UNKNOWN_AFTERMATH.state : describeState(cluster, pods, quorum),
    streaming: replication?.streaming ?? [],
    synchronous: replication?.synchronous ?? [],
    exPrimaryWrite: ip === undefined ? `${exPrimary} has no pod` : await tryToWrite(database, ip, table, signal),
  };
}

/** What is known when nothing could be looked at any more. */
export const UNKNOWN_AFTERMATH: Aftermath = {
  primary: '',
  timeline: 0,
  state: 'the cluster could not be looked at',
  streaming: [],
  synchronous: [],
  exPrimaryWrite: 'not asked',
};

function describeState(cluster: Cluster, pods: readonly Pod[], quorum: FailoverQuorum | undefined): string {
  const { phase = 'unknown', phaseReason, readyInstances = 0, currentPrimary } = cluster.status ?? {};
  const state = `${readyInstances} of ${cluster.spec.instances} instances ready, phase '${phase}'${phaseReason === undefined ? '' : `: ${phaseReason}`}`;
  if (cluster.spec.postgresql?.synchronous?.failoverQuorum !== true) {
    return state;
  }
  const held = checkQuorum(quorum, pods, currentPrimary);
  return held.ok ? state : `${state}; the failover quorum is not held: ${held.observed}`;
}
