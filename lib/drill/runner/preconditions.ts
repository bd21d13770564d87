import type { EvidenceCheck } from '../../evidence/evidence';
import type { Backup, Cluster, FailoverQuorum, Pod, Replication } from './cluster';
import type { FailoverConfig } from './config';

/** What is known of a cluster before anything is done to it. */
export interface ClusterFacts {
  readonly cluster: Cluster;
  readonly pods: readonly Pod[];
  /** Pods of the API under test. */
  readonly apiPods: readonly Pod[];
  readonly quorum: FailoverQuorum | undefined;
  readonly backups: readonly Backup[];
  readonly replication: Replication | undefined;
  /** Why `replication` is missing. */
  readonly replicationError?: string;
  readonly now: Date;
  /** Node that the drill runs on; undefined where nobody says. */
  readonly ownNode: string | undefined;
}

export const HEALTHY = 'Cluster in healthy state';

/** Everything that must hold before a primary may be taken away. Each failed one aborts the drill. */
export function checkPreconditions(facts: ClusterFacts, config: FailoverConfig): EvidenceCheck[] {
  const { cluster, pods, quorum, backups, replication } = facts;
  const { status } = cluster;
  const wanted = config.preconditions;
  const instances = cluster.spec.instances;
  const running = backups.filter(
    (b) => !['completed', 'failed', 'invalid backup definition'].includes(b.status?.phase ?? ''),
  );
  const ready = pods.filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined);
  const checks = [
    check(
      'phase-healthy',
      status?.phase === HEALTHY,
      HEALTHY,
      `${status?.phase ?? 'no phase'} ${status?.phaseReason ?? ''}`.trim(),
    ),
    check(
      'nothing-reconciling',
      status?.currentPrimary !== undefined && status.currentPrimary === status.targetPrimary,
      'current primary is the target primary',
      `current ${status?.currentPrimary ?? 'none'}, target ${status?.targetPrimary ?? 'none'}`,
    ),
    check(
      'instances-ready',
      status?.readyInstances === instances && ready.length === instances && instances >= 2,
      `${Math.max(2, instances)} instances and pods ready`,
      `${status?.readyInstances ?? 0} instances and ${ready.length} pods ready`,
    ),
    check('no-backup-running', running.length === 0, 'no Backup running', names(running)),
    check(
      'standbys-streaming',
      replication !== undefined && replication.visible && replication.streaming.length === instances - 1,
      `${instances - 1} standbys streaming`,
      replication === undefined
        ? (facts.replicationError ?? 'the primary does not answer')
        : replication.visible
          ? list(replication.streaming)
          : `the drill role may not see standbys: grant it pg_read_all_stats`,
    ),
  ];
  if (config.mode === 'external') {
    const node = pods.find((pod) => pod.metadata.name === status?.currentPrimary)?.spec?.nodeName;
    const apart = facts.ownNode !== undefined && facts.ownNode !== node;
    checks.push(
      check(
        'drill-survives',
        apart,
        `the drill runs on another node than ${node ?? 'the primary'}`,
        facts.ownNode ?? 'unknown: set NODE_NAME',
      ),
    );
  }
  if (wanted.synchronous) {
    checks.push(
      check(
        'synchronous-standby',
        (replication?.synchronous.length ?? 0) > 0 && !['off', 'local'].includes(replication?.synchronousCommit ?? ''),
        'at least one standby that commits wait for',
        `${list(replication?.synchronous ?? [])}, synchronous_commit ${replication?.synchronousCommit ?? 'unknown'}`,
      ),
    );
  }
  if (cluster.spec.postgresql?.synchronous?.failoverQuorum === true) {
    checks.push(checkQuorum(quorum, pods, status?.currentPrimary));
  }
  if (wanted.archiving) {
    const condition = status?.conditions?.find((c) => c.type === 'ContinuousArchiving');
    checks.push(
      check(
        'archiving-works',
        condition?.status === 'True',
        'ContinuousArchiving is True',
        `${condition?.status ?? 'absent'} ${condition?.reason ?? ''}`.trim(),
      ),
    );
  }
  if (wanted.backupMaxAgeSeconds > 0) {
    checks.push(checkBackupAge(backups, wanted.backupMaxAgeSeconds, facts.now));
  }
  return checks;
}

/** CloudNativePG fails over only if R + W > N: ready standbys that could have the commit, waited for, listed. */
export function checkQuorum(quorum: FailoverQuorum | undefined, pods: readonly Pod[], primary = ''): EvidenceCheck {
  const listed = quorum?.status?.standbyNames ?? [];
  const waited = quorum?.status?.standbyNumber ?? 0;
  const ready = listed.filter((name) => name !== primary && pods.some((p) => p.metadata.name === name && isReady(p)));
  return check(
    'failover-quorum',
    waited > 0 && ready.length + waited > listed.length,
    'ready + synchronous > listed standbys',
    quorum === undefined
      ? 'no FailoverQuorum object'
      : `${ready.length} ready + ${waited} synchronous against ${listed.length} listed`,
  );
}

function checkBackupAge(backups: readonly Backup[], maxAgeSeconds: number, now: Date): EvidenceCheck {
  const ends = backups.filter((b) => b.status?.phase === 'completed').map((b) => Date.parse(b.status?.stoppedAt ?? ''));
  const newest = Math.max(...ends.filter(Number.isFinite), -Infinity);
  const age = Math.round((now.getTime() - newest) / 1000);
  return check(
    'backup-fresh',
    Number.isFinite(age) && age <= maxAgeSeconds,
    `a completed Backup at most ${maxAgeSeconds} s old`,
    Number.isFinite(age) ? `newest is ${age} s old` : 'no completed Backup',
  );
}

export function check(name: string, ok: boolean, expected: string, observed: string): EvidenceCheck {
  return { name, ok, expected, observed };
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}

function names(objects: readonly { readonly metadata: { readonly name: string } }[]): string {
  return list(objects.map((object) => object.metadata.name));
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? 'none' : [...texts].sort().join(', ');
}
