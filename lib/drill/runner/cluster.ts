import type { Client } from 'pg';
import type { Clock } from './clock';
import type { FailoverConfig } from './config';
import { LOOK_MS } from './context';
import type { DrillDatabase } from './database';
import type { KubernetesClient, KubernetesObject } from './kubernetes';

/** What the runner reads of a CloudNativePG Cluster. */
export interface Cluster extends KubernetesObject {
  readonly spec: {
    readonly instances: number;
    readonly postgresql?: { readonly synchronous?: { readonly failoverQuorum?: boolean } };
  };
  readonly status?: {
    readonly phase?: string;
    readonly phaseReason?: string;
    readonly currentPrimary?: string;
    readonly targetPrimary?: string;
    readonly readyInstances?: number;
    readonly timelineID?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  };
}

export interface FailoverQuorum extends KubernetesObject {
  readonly status?: {
    readonly standbyNames?: readonly string[];
    readonly standbyNumber?: number;
    readonly primary?: string;
  };
}

export interface Backup extends KubernetesObject {
  readonly spec?: { readonly cluster?: { readonly name?: string } };
  readonly status?: { readonly phase?: string; readonly stoppedAt?: string };
}

export interface Pod extends KubernetesObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly imageID?: string;
}

export interface EndpointSlice extends KubernetesObject {
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly conditions?: { readonly ready?: boolean };
  }[];
}

/** What the primary says of its standbys. */
export interface Replication {
  readonly version: string;
  /** Names of standbys in state streaming. */
  readonly streaming: readonly string[];
  /** Names of standbys that a commit may wait for. */
  readonly synchronous: readonly string[];
  /** Whether the drill role may see the state of standbys. */
  readonly visible: boolean;
  readonly synchronousCommit: string;
}

/** Paths of the objects of one cluster. */
export function clusterPaths(namespace: string, cluster: string) {
  const cnpg = `/apis/postgresql.cnpg.io/v1/namespaces/${namespace}`;
  return {
    clusters: `${cnpg}/clusters`,
    cluster: `${cnpg}/clusters/${cluster}`,
    quorum: `${cnpg}/failoverquorums/${cluster}`,
    backups: `${cnpg}/backups`,
    pods: `/api/v1/namespaces/${namespace}/pods`,
    slices: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    podLabels: `cnpg.io/cluster=${cluster},cnpg.io/podRole=instance`,
    rwLabels: `kubernetes.io/service-name=${cluster}-rw`,
  };
}

/** Asks the primary, through the Service that applications use. */
export function readReplication(
  database: DrillDatabase,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Replication> {
  const look = async (client: Client): Promise<Replication> => {
    const { rows } = await client.query<{ name: string | null; state: string | null; sync: string | null }>(
      `select application_name as name, state, sync_state as sync from pg_stat_replication`,
    );
    const settings = await client.query<{ version: string; commit: string }>(
      `select current_setting('server_version') as version, current_setting('synchronous_commit') as commit`,
    );
    const streaming = rows.filter((row) => row.state === 'streaming');
    return {
      version: settings.rows[0]!.version,
      synchronousCommit: settings.rows[0]!.commit,
      visible: rows.every((row) => row.state !== null),
      streaming: streaming.map((row) => row.name ?? ''),
      synchronous: streaming.filter((row) => row.sync === 'sync' || row.sync === 'quorum').map((row) => row.name ?? ''),
    };
  };
  return database.use(database.primary, timeoutMs, look, signal);
}

/** One look at every instance: who of them takes writes. */
export interface RoleSample {
  readonly at: number;
  readonly primaries: readonly string[];
}

/** Asks each instance directly whether it is a primary; those that do not answer are left out. */
export async function sampleRoles(
  kubernetes: KubernetesClient,
  database: DrillDatabase,
  namespace: string,
  config: FailoverConfig,
  clock: Clock,
): Promise<RoleSample> {
  const paths = clusterPaths(namespace, config.cluster);
  const pods = await kubernetes.list<Pod>(paths.pods, paths.podLabels);
  const primaries = await whoIsPrimary(database, pods);
  const at = clock.now();
  if (primaries.length < 2) {
    return { at, primaries };
  }
  // One may have answered before it died and the other after its promotion: both must say so again.
  const again = await whoIsPrimary(database, pods);
  return { at, primaries: primaries.filter((name) => again.includes(name)) };
}

async function whoIsPrimary(database: DrillDatabase, pods: readonly Pod[]): Promise<string[]> {
  const answers = await Promise.all(
    pods.map(async (pod) => {
      try {
        return (await isPrimary(database, pod)) ? pod.metadata.name : undefined;
      } catch {
        return undefined;
      }
    }),
  );
  return answers.filter((name) => name !== undefined).sort();
}

async function isPrimary(database: DrillDatabase, pod: Pod): Promise<boolean> {
  const ip = pod.status?.podIP;
  if (ip === undefined) {
    return false;
  }
  return database.use(database.instance(ip), 1000, async (client) => {
    const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
    return rows[0]?.standby === false;
  });
}

/** Tries to write to one instance. Returns the SQLSTATE of the refusal, or `accepted`. */
export async function tryToWrite(
  database: DrillDatabase,
  podIp: string,
  table: string,
  signal: AbortSignal,
): Promise<string> {
  // Rolled back: should it be accepted, it must leave nothing behind.
  const text = `begin; insert into ${table} (writer, seq) values (-1, -1); rollback`;
  try {
    await database.use(database.instance(podIp), LOOK_MS, (client) => client.query(text), signal);
    return 'accepted';
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).message;
  }
}
