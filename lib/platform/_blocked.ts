import type { DatabaseFacts, PredictionInput } from './prediction-input';

/** Why the database does not come back by itself after losing one instance; undefined if it does. */
export function failoverBlock({ database, platform }: PredictionInput, lost: string): string | undefined {
  const { instances, synchronousStandbys } = database;
  if (instances < 2) {
    return lost === 'one node' && platform.storageKind === 'nodeLocal'
      ? `there is 1 instance and its disk is lost with the node; only a restore brings it back`
      : `there is 1 instance, so there is nothing to promote; writes wait for its pod`;
  }
  if (lost === 'one node' && !database.requiredAntiAffinity) {
    return `'podAntiAffinityType' is not 'required', so ${lost} may take several instances at once`;
  }
  if (database.durability === 'required' && instances - 2 < synchronousStandbys) {
    return (
      `after losing ${lost} of ${instances} instances the new primary has ${plural(instances - 2)}, and a commit waits ` +
      `for ${synchronousStandbys}`
    );
  }
  return impatientReadiness(database, platform.nodeMonitorGraceSeconds);
}

/** Streaming readiness makes standbys unready once the primary is gone, and unready standbys are not promoted. */
function impatientReadiness(database: DatabaseFacts, graceSeconds: number): string | undefined {
  const needed = graceSeconds + 5 + database.walReceiverTimeout + database.leaseDurationSeconds;
  return database.readinessType === 'streaming' && database.readinessPatience < needed
    ? `'probes.readiness.type' is 'streaming' with ${database.readinessPatience} s of patience: standbys become unready ` +
        `before the failover, which takes ${needed} s to begin, and none is promoted`
    : undefined;
}

function plural(standbys: number): string {
  return standbys === 1 ? '1 standby' : `${standbys} standbys`;
}
