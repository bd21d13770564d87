import { manifestOf } from '../_manifests';
import { failoverSeconds } from './_terms-node';
import type { Platform } from './platform';
import { apiFacts, databaseFacts, type HasApiObject, predictionPlatform } from './read-input';

/** An `ApiService`, as far as its liveness depends on the database. */
export interface LivenessParts extends HasApiObject {
  readonly database: (HasApiObject & { readonly platform: Platform }) | undefined;
}

/**
 * Seconds without writes when the primary's node is lost, at worst: the sum that the prediction shows, without the
 * client's own reconnect. Reads the Cluster as it stands now.
 */
export function predictedFailoverSeconds(database: HasApiObject & { readonly platform: Platform }): number {
  return failoverSeconds({
    platform: predictionPlatform(database.platform),
    database: databaseFacts(manifestOf(database.apiObject)),
    backup: undefined,
    api: undefined,
  });
}

/** Why the liveness probe, as written, would restart every replica during a failover; nothing if it would not. */
export function livenessProblems({ apiObject, database }: LivenessParts): string[] {
  if (database === undefined) {
    return [];
  }
  const failover = predictedFailoverSeconds(database);
  const { livenessFailureThreshold, livenessPeriod } = apiFacts(manifestOf(apiObject));
  const patience = livenessPeriod * livenessFailureThreshold;
  return patience < failover
    ? [
        `'livenessProbe' gives up after ${patience} s (${livenessFailureThreshold} times ${livenessPeriod} s), but a failover of the ` +
          `database takes ${failover} s at worst, and every replica would be restarted in the middle of it; raise ` +
          `'livenessTolerance' or shorten the failover`,
      ]
    : [];
}
