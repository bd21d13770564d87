import type { ApiFacts, DatabaseFacts, PredictionInput, PredictionPlatform } from './prediction-input';

/** Why the database does not come back by itself after losing one instance; undefined if it does. */
export function failoverBlock({ database, platform }: PredictionInput, lost: string): string | undefined {
  const { instances, switchedOff, synchronousStandbys } = database;
  if (switchedOff !== undefined) {
    return switchedOff;
  }
  if (instances < 2) {
    return lost === 'one node' && platform.storageKind !== 'replicated'
      ? `there is 1 instance and its disk is lost with the node; only a restore brings it back`
      : `there is 1 instance, so there is nothing to promote; writes wait for its pod`;
  }
  const together = lost === 'one node' ? togetherOnANode(database, platform) : undefined;
  if (together !== undefined) {
    return together;
  }
  if (database.durability === 'required' && instances - 2 < synchronousStandbys) {
    return (
      `after losing ${lost} of ${instances} instances the new primary has ${plural(instances - 2)}, and a commit waits ` +
      `for ${synchronousStandbys}`
    );
  }
  const stall = lost === 'one node' ? failoverStall : impatientReadiness;
  return stall(database, platform.nodeMonitorGraceSeconds);
}

/** Why a failover that has its quorum does not come to an end after a node was lost. */
export function failoverStall(database: DatabaseFacts, graceSeconds: number): string | undefined {
  return database.walReceiverTimeout === 0
    ? `'wal_receiver_timeout' is 0, which switches it off: standbys go on waiting for a primary that sends nothing, and ` +
        `promotion waits for them to stop`
    : impatientReadiness(database, graceSeconds);
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

/** Why reads do not come back: with two instances or more, only what takes or stops all of them. */
export function readBlock({ database, platform }: PredictionInput, lost: string): string | undefined {
  if (database.switchedOff !== undefined) {
    return database.switchedOff;
  }
  return lost === 'one node' ? togetherOnANode(database, platform) : undefined;
}

/** Why the API does not come back, whatever the database does. */
export function apiBlock(api: ApiFacts, lost: string): string | undefined {
  if (api.replicas === 0) {
    return `'spec.replicas' is 0, so there is none`;
  }
  return lost === 'one node' && api.replicas === 1 ? evictionBlock(api) : undefined;
}

/** Why a lost node's replica is not replaced. */
export function evictionBlock({ tolerationSeconds }: ApiFacts): string | undefined {
  return tolerationSeconds === undefined
    ? 'its pod tolerates a lost node for ever, so it is not replaced until somebody deletes it'
    : undefined;
}

/** Why one node may take several instances. */
function togetherOnANode(database: DatabaseFacts, platform: PredictionPlatform): string | undefined {
  if (!database.requiredAntiAffinity) {
    return `'podAntiAffinityType' is not 'required', so one node may take several instances at once`;
  }
  return platform.storageKind === 'singleCopy'
    ? `the storage keeps one copy of a volume, on any node, so one node may take the volumes of several instances at once`
    : undefined;
}
