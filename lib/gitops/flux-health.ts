import { DEAD_PHASES } from './_cluster-phases';

/** When a database unit counts as ready, so that units behind it go on. */
export type DatabaseGate = 'ready' | 'serving';

/** One entry of `healthCheckExprs`. */
export interface HealthCheckExpr {
  readonly apiVersion: string;
  readonly kind: string;
  readonly failed: string;
  readonly current: string;
}

const CURRENT: Readonly<Record<DatabaseGate, string>> = {
  // `exists`, because `filter(...).all(...)` is true while there is no condition at all.
  ready: "has(status.conditions) && status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')",
  serving:
    'has(status.readyInstances) && status.readyInstances >= 1 && ' +
    "has(status.currentPrimary) && status.currentPrimary != ''",
};

/**
 * When Flux takes a CloudNativePG Cluster as healthy. Without it a new Cluster passes at once: it has no
 * `observedGeneration`, and no condition yet counts as current.
 *
 * With no status at all an expression is an error, which Flux reads as "not yet".
 */
export function clusterHealth(gate: DatabaseGate): HealthCheckExpr {
  const phases = DEAD_PHASES.map((phase) => `'${phase}'`).join(', ');
  return {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    failed: `has(status.phase) && status.phase in [${phases}]`,
    current: CURRENT[gate],
  };
}

/**
 * When Flux takes a CronJob as healthy: never scheduled, running, or succeeded since it was last scheduled. Without
 * it a CronJob is always healthy, however its last run ended.
 */
export const cronJobHealth: HealthCheckExpr = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  failed:
    'has(status.lastScheduleTime) && (!has(status.active) || size(status.active) == 0) && ' +
    '(!has(status.lastSuccessfulTime) || timestamp(status.lastSuccessfulTime) < timestamp(status.lastScheduleTime))',
  current:
    '!has(status.lastScheduleTime) || (has(status.active) && size(status.active) > 0) || ' +
    '(has(status.lastSuccessfulTime) && timestamp(status.lastSuccessfulTime) >= timestamp(status.lastScheduleTime))',
};
