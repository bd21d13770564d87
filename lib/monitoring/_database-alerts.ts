import { ALERTED_LAG_SECONDS } from '../platform/replication-lag';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import type { Alert } from './alert';

/** Alerts on the instances' own metrics (CloudNativePG 1.30, config/manager/default-monitoring.yaml and pg_collector.go). */
export function databaseAlerts(cluster: PostgresCluster): Alert[] {
  const subject = cluster.name;
  const own = `namespace="${cluster.namespace}",pod=~"${cluster.name}-[0-9]+"`;
  const standbys = cluster.instances - 1;
  const wal = Math.floor(cluster.walStorageBytes * 0.8);
  const data = Math.floor(cluster.storageBytes * 0.8);
  return [
    {
      name: 'PhoenixDatabaseNoPrimary',
      subject,
      expr: `(count(cnpg_pg_replication_in_recovery{${own}} == 0) or vector(0)) < 1`,
      for: '2m',
      severity: 'critical',
      summary: `${cluster.name} has no primary: nothing can be written`,
      description: `No instance of ${cluster.namespace}/${cluster.name} accepts writes. A failover should have ended by now. Read the phase with 'kubectl get cluster -n ${cluster.namespace} ${cluster.name}'.`,
    },
    {
      name: 'PhoenixDatabaseTwoPrimaries',
      subject,
      expr: `count(cnpg_pg_replication_in_recovery{${own}} == 0) > 1`,
      for: '1m',
      severity: 'critical',
      summary: `${cluster.name} has more than one primary`,
      description: `Two instances of ${cluster.namespace}/${cluster.name} believe they are the primary. One of them is probably cut off. Do not delete volumes before you know which one the clients wrote to.`,
    },
    {
      name: 'PhoenixDatabaseWritesBlocked',
      subject,
      expr: `max(cnpg_collector_sync_replicas{${own},value="observed"}) < max(cnpg_collector_sync_replicas{${own},value="expected"})`,
      for: '1m',
      severity: 'critical',
      summary: `${cluster.name} has fewer synchronous standbys than a commit needs`,
      description: `Commits on ${cluster.namespace}/${cluster.name} wait until a standby streams again; none is lost. Find out why the standbys are gone.`,
    },
    {
      name: 'PhoenixDatabaseInstanceDown',
      subject,
      expr: `(count(cnpg_collector_up{${own}} == 1) or vector(0)) < ${cluster.instances}`,
      for: '5m',
      severity: 'warning',
      summary: `${cluster.name} runs fewer than ${cluster.instances} instances`,
      description: `The service works, but the next lost node may stop writes. Look for pods that are not ready and for nodes that are gone.`,
    },
    {
      name: 'PhoenixDatabaseStandbysMissing',
      subject,
      expr: `(max(cnpg_pg_replication_streaming_replicas{${own}}) or vector(0)) < ${standbys}`,
      for: '5m',
      severity: 'warning',
      summary: `${cluster.name} has fewer than ${standbys} streaming standbys`,
      description: `An instance may run and still not follow the primary. With no standby left, writes stop.`,
    },
    {
      name: 'PhoenixDatabaseReplicationLag',
      subject,
      expr: `max(cnpg_pg_replication_lag{${own}}) > ${ALERTED_LAG_SECONDS}`,
      for: '5m',
      severity: 'warning',
      summary: `A standby of ${cluster.name} replays more than ${ALERTED_LAG_SECONDS} seconds behind`,
      description: `A failover to it would first replay what is missing, and take that much longer.`,
    },
    {
      name: 'PhoenixDatabaseFenced',
      subject,
      expr: `max(cnpg_collector_fencing_on{${own}}) > 0`,
      for: '15m',
      severity: 'warning',
      summary: `An instance of ${cluster.name} is fenced`,
      description: `Somebody stopped it on purpose. A fenced primary is not failed over. Lift the fence when the work is done.`,
    },
    {
      name: 'PhoenixDatabaseWalVolumeFilling',
      subject,
      expr: `max(cnpg_collector_pg_wal{${own},value="size"}) > ${wal}`,
      for: '5m',
      severity: 'critical',
      summary: `WAL of ${cluster.name} fills more than 80 % of its volume`,
      description: `When the volume is full PostgreSQL stops, and the operator does not fail over. Usually the archive fails or a standby's slot holds WAL back.`,
    },
    {
      name: 'PhoenixDatabaseVolumeFilling',
      subject,
      expr: `max(sum by (pod) (cnpg_pg_database_size_bytes{${own}})) > ${data}`,
      for: '15m',
      severity: 'warning',
      summary: `Databases of ${cluster.name} fill more than 80 % of their volume`,
      description: `Grow 'storage' in the program that makes these manifests; the volume can be resized in use if the storage class allows it.`,
    },
  ];
}
