import type { IConstruct } from 'constructs';
import { MAX_CRON_JOB_NAME, checkDnsLabel, checkServiceName } from './_names';
import { refuse } from './_refuse';
import { MAX_CLUSTER_NAME } from './postgres/postgres-cluster';

/** What of a service is switched on, as far as names depend on it. */
export interface NamedParts {
  readonly companions: readonly string[];
  readonly failoverDrill: boolean;
  readonly readinessCheck: boolean;
}

/** Names of a service's parts: its id, and what each part is. */
export function serviceNames(id: string) {
  return {
    database: `${id}-db`,
    api: `${id}-api`,
    companion: (name: string) => `${id}-${name}`,
    runner: `${id}-drill-runner`,
    failoverDrill: `${id}-failover-drill`,
    readinessCheck: `${id}-readiness-check`,
  };
}

/** Refuses an id that leaves no room for a name that derives from it, whatever part that name belongs to. */
export function checkServiceId(where: IConstruct, id: string, parts: NamedParts): void {
  checkServiceName(where, 'id', id);
  parts.companions.forEach((part) => checkDnsLabel(where, 'companions', part, 61));
  const names = serviceNames(id);
  const limits: readonly { readonly object: string; readonly name: string; readonly max: number }[] = [
    { object: 'Cluster', name: names.database, max: MAX_CLUSTER_NAME },
    ...(parts.readinessCheck ? [{ object: 'CronJob', name: names.readinessCheck, max: MAX_CRON_JOB_NAME }] : []),
    ...(parts.failoverDrill ? [{ object: 'CronJob', name: names.failoverDrill, max: MAX_CRON_JOB_NAME }] : []),
    ...parts.companions.map((part) => ({ object: 'Service', name: names.companion(part), max: 63 })),
  ];
  // The one that leaves least room first: a shorter id then fits them all.
  const [worst] = limits.toSorted((a, b) => a.max - a.name.length - (b.max - b.name.length));
  if (worst !== undefined && worst.name.length > worst.max) {
    const { object, name, max } = worst;
    refuse(
      where,
      `'id' must have at most ${max - (name.length - id.length)} characters, because ${object} '${name}' has at most ${max}, ` +
        `got ${id.length}`,
    );
  }
}
