import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { RECOVERY, cluster, example, store } from './_examples';

/** A restored copy cannot write to the archive that it came from. */
export const restoreStoreReadOnly: PolicyRule = {
  name: 'restore-store-read-only',
  family: 'drills',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a Cluster that is restored in a namespace of its own has no archiver, and its ObjectStore no retention',
  why: "A restored copy that archives overwrites production, and one whose store has a retention deletes production's backups: the drill destroys what it proves (CloudNativePG, Recovery; peers: isolated restore).",
  remediation: 'leave out plugins, and retentionPolicy of the ObjectStore; give it credentials that may only read',
  example: () =>
    example(
      [
        cluster({
          instances: 1,
          plugins: undefined,
          ...RECOVERY,
        }),
        store(),
      ],
      'spec.retentionPolicy',
      '30d',
      1,
    ),
  check(resource, world, report) {
    const source: unknown = objectOr(objectOr(resource.spec['bootstrap'])['recovery'])['source'];
    if (source === undefined || resource.spec['plugins'] !== undefined) {
      return;
    }
    const origin = listOr(resource.spec['externalClusters']).findIndex((one) => one['name'] === source);
    const plugin = objectOr(listOr(resource.spec['externalClusters'])[origin]?.['plugin']);
    const name = String(objectOr(plugin['parameters'])['barmanObjectName']);
    const place = world.find('ObjectStore', resource.namespace, name);
    const writers = world
      .in(resource.namespace, 'postgresql.cnpg.io/v1/Cluster')
      .filter((one) => one.spec['plugins'] !== undefined);
    if (place?.spec['retentionPolicy'] !== undefined && writers.length === 0) {
      report.fail(
        ['spec', 'externalClusters', origin, 'plugin', 'parameters', 'barmanObjectName'],
        `ObjectStore '${name}' has a retention of ${place.spec['retentionPolicy']}: the restored copy deletes the backups that it came from`,
      );
    }
  },
};
