import type { PostgresCluster } from '../postgres/postgres-cluster';

/** Seconds without writes when the primary's node is lost, at worst (CloudNativePG 1.30, facts of its failover). */
export function failoverSeconds(database: PostgresCluster): number {
  const { failoverDelay, primaryLease } = database.timings;
  const operatorPoll = 5;
  const walReceiversDown = 5;
  const promotion = 10;
  const endpoints = 5;
  return (
    database.platform.nodeMonitorGraceSeconds +
    operatorPoll +
    failoverDelay +
    walReceiversDown +
    primaryLease.leaseDurationSeconds +
    primaryLease.retryPeriodSeconds +
    promotion +
    endpoints
  );
}
