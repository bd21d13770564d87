import { DATABASE_TIMEOUT_ANNOTATION } from '../api/database-timeout';
import { ALERTED_LAG_SECONDS } from './replication-lag';
import type { ApiFacts, DatabaseFacts, PredictionInput } from './prediction-input';
import { byField, byPlatform, bySoftware, sum, type Term } from './term';

/** Where the figures are documented. */
export const SOURCE = {
  failover: 'CloudNativePG 1.30 documentation, Automated failover',
  failoverTest:
    'CloudNativePG 1.30 end-to-end tests, fast failover: 3 seconds beside the lease; and a poll of 1 second',
  clusterReference: 'CloudNativePG 1.30 API reference, ClusterSpec',
  wal: 'CloudNativePG 1.30 documentation, WAL archiving',
  recovery: 'CloudNativePG 1.30 documentation, Recovery',
  replication: 'CloudNativePG 1.30 documentation, Replication',
  nodes: 'Kubernetes documentation, Nodes: node heartbeats and node controller',
  controllerManager: 'Kubernetes documentation, kube-controller-manager: --node-monitor-grace-period',
  services: 'Kubernetes documentation, Services: EndpointSlices; no bound is published, the seconds are an estimate',
  taints: 'Kubernetes documentation, Taints and tolerations: taint-based evictions',
  probes: 'Kubernetes documentation, Configure liveness, readiness and startup probes',
  libpq: 'PostgreSQL documentation, libpq: connect_timeout',
  silentSession: 'Linux documentation, tcp_retries2; PostgreSQL documentation, libpq: tcp_user_timeout',
  walReceiver: 'PostgreSQL documentation, wal_receiver_timeout',
  checkpoint: 'PostgreSQL documentation, Checkpoints; CloudNativePG 1.30 promotes and then runs CHECKPOINT',
  measured: "given to Platform in 'measured', else a cautious default",
} as const;

/** The operator looks at the instances' status again after this long, if nothing woke it earlier. */
export function operatorPoll(): Term {
  return {
    name: 'operator notices',
    typical: 1,
    worst: 5,
    source: SOURCE.failover,
    setBy: bySoftware('CloudNativePG'),
  };
}

export function failoverDelay(database: DatabaseFacts): Term {
  return fixed(
    'failover delay',
    database.failoverDelay,
    SOURCE.clusterReference,
    byField(database.object, 'spec.failoverDelay'),
  );
}

/** The lease of a primary that cannot give it back: it must be seen unchanged for its whole duration. */
export function uncleanLease(database: DatabaseFacts): Term[] {
  return [
    fixed(
      'primary lease runs out',
      database.leaseDurationSeconds,
      SOURCE.failover,
      byField(database.object, 'spec.primaryLease.leaseDurationSeconds'),
    ),
    leaseRetry(database),
  ];
}

/** The lease of a primary that stopped in order. */
export function releasedLease(database: DatabaseFacts): Term[] {
  return [
    fixed(
      'released primary lease runs out',
      database.releasedLeaseDurationSeconds,
      SOURCE.failover,
      byField(database.object, 'spec.primaryLease.releasedLeaseDurationSeconds'),
    ),
    leaseRetry(database),
  ];
}

function leaseRetry(database: DatabaseFacts): Term {
  return {
    name: 'next look at the lease',
    typical: database.retryPeriodSeconds / 2,
    worst: database.retryPeriodSeconds,
    source: SOURCE.failover,
    setBy: byField(database.object, 'spec.primaryLease.retryPeriodSeconds'),
  };
}

/** Promotion itself: the end-to-end test allows 3 seconds, and one poll of a second follows. */
export function promotion(): Term {
  return { name: 'promotion', typical: 2, worst: 4, source: SOURCE.failoverTest, setBy: bySoftware('CloudNativePG') };
}

/**
 * The checkpoint before the new primary is announced. What is dirty fits into shared_buffers, and is no more than about
 * the WAL since the last restart point, because each page's first change writes the whole page into WAL.
 */
export function checkpoint({ database, platform }: PredictionInput, name = 'checkpoint'): Term {
  const byBuffers = database.sharedBuffersMebibytes <= database.maxWalMebibytes;
  const dirty = byBuffers ? database.sharedBuffersMebibytes : database.maxWalMebibytes;
  const flush = Math.ceil(dirty / platform.measured.diskThroughput);
  return {
    name,
    typical: Math.min(1, flush),
    worst: flush,
    source: SOURCE.checkpoint,
    setBy: byField(database.object, `spec.postgresql.parameters.${byBuffers ? 'shared_buffers' : 'max_wal_size'}`),
  };
}

/** What a sum of seconds cannot know of a standby. */
export function replayed(): string {
  return (
    `the standby that is promoted has replayed what it received: it replays the rest first, and that time is added; a lag of ` +
    `more than ${ALERTED_LAG_SECONDS} s raises PhoenixDatabaseReplicationLag`
  );
}

/** Until kube-proxy on each node has heard of the new endpoints. */
export function endpoints(name: string): Term {
  return { name, typical: 1, worst: 5, source: SOURCE.services, setBy: bySoftware('Kubernetes') };
}

/** One attempt to connect may be under way when the endpoint moves; the next one succeeds. */
export function clientReconnect(api: ApiFacts | undefined): Term {
  return {
    name: 'client reconnects',
    typical: 1,
    worst: api?.usesDatabase === true ? api.connectTimeout : 5,
    source: SOURCE.libpq,
    setBy:
      api?.usesDatabase === true
        ? byField(api.object, 'spec.template.spec.containers[0].env PGCONNECT_TIMEOUT')
        : bySoftware('PostgreSQL'),
  };
}

/**
 * A node that is lost closes no session: a client that used one at the last moment waits as long as it ever does. What it
 * sent at the loss it has given up by then, if its limit is shorter than the outage.
 */
export function silentSession(api: ApiFacts | undefined, outage: readonly Term[]): Term[] {
  return api?.usesDatabase === true
    ? [
        {
          name: 'client gives up a silent session',
          typical: Math.max(0, api.databaseTimeout - sum(outage, 'typical')),
          worst: api.databaseTimeout,
          source: SOURCE.silentSession,
          setBy: byField(api.object, `metadata.annotations ${DATABASE_TIMEOUT_ANNOTATION}`),
        },
      ]
    : [];
}

/** The API's own way back into its Service, once it can do its work. */
export function apiReady(api: ApiFacts): Term[] {
  const period = api.readinessPeriod;
  return [
    {
      name: 'readiness probe succeeds',
      typical: period * (api.readinessSuccessThreshold - 0.5),
      worst: period * api.readinessSuccessThreshold,
      source: SOURCE.probes,
      setBy: byField(api.object, 'spec.template.spec.containers[0].readinessProbe'),
    },
    endpoints('API endpoints follow'),
  ];
}

/** A replica starts from nothing: the pod, its containers, the startup probe. */
export function apiStart({ platform, api }: PredictionInput & { api: ApiFacts }): Term[] {
  return [
    podStart('API pod starts', platform.measured.podStart),
    {
      name: 'API starts',
      typical: api.startupPeriod,
      worst: api.startupPeriod * api.startupFailureThreshold,
      source: SOURCE.probes,
      setBy: byField(api.object, 'spec.template.spec.containers[0].startupProbe'),
    },
  ];
}

export function podStart(name: string, seconds: number): Term {
  return {
    name,
    typical: seconds / 2,
    worst: seconds,
    source: SOURCE.measured,
    setBy: byPlatform('measured.podStart'),
  };
}

/** A time that is the same on any day. */
export function fixed(name: string, seconds: number, source: string, setBy: Term['setBy']): Term {
  return { name, typical: seconds, worst: seconds, source, setBy };
}
