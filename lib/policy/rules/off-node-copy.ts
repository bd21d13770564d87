import { type Resource, listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import type { World } from '../world';
import { cluster, example, object } from './_examples';
import { databaseHosts } from './_hosts';
import { inTreeStore } from './_archives';

/** Every Cluster has a copy that the loss of the cluster does not take along. */
export const offNodeCopy: PolicyRule = {
  name: 'off-node-copy',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'every Cluster that takes writes archives to an object store and has a backup schedule',
  why: 'Replication copies a deleted table within milliseconds; only base backups and archived WAL undo a mistake or the loss of the cluster (CloudNativePG, Backup).',
  remediation: 'add the Barman Cloud plugin and a ScheduledBackup',
  example: () =>
    example(
      [
        cluster(),
        object('postgresql.cnpg.io/v1', 'ScheduledBackup', 'db', {
          spec: { schedule: '0 0 2 * * *', cluster: { name: 'db' }, method: 'plugin' },
        }),
      ],
      'spec.cluster.name',
      'other',
      1,
    ),
  check(resource, world, report) {
    if (objectOr(resource.spec['replica'])['enabled'] === true) {
      return;
    }
    const bootstrap = objectOr(resource.spec['bootstrap']);
    const archives = listOr(resource.spec['plugins']).length > 0 || inTreeStore(resource) !== undefined;
    // A copy that is restored to be looked at archives nowhere; one that serves has to.
    if (!archives && (bootstrap['recovery'] === undefined || serves(resource, world))) {
      const snapshots = objectOr(resource.spec['backup'])['volumeSnapshot'] !== undefined;
      report.fail(
        'spec.plugins',
        snapshots
          ? 'only volume snapshots are made of it: what came after the last one is lost, and all of it with the storage'
          : 'nothing archives it: it is lost with the cluster, and no mistake can be undone',
      );
    }
    const schedules = world
      .in(resource.namespace, 'postgresql.cnpg.io/v1/ScheduledBackup')
      .filter(
        ({ namespace, spec }) =>
          namespace === resource.namespace && objectOr(spec['cluster'])['name'] === resource.name,
      );
    const [first] = schedules;
    if (archives && first === undefined) {
      report.fail(
        '',
        'no ScheduledBackup makes base backups of it: WAL alone restores nothing',
        'add a ScheduledBackup',
      );
    } else if (first !== undefined && schedules.every(({ spec }) => spec['suspend'] === true)) {
      report.fail(
        '',
        `its ScheduledBackup '${first.name}' has suspend: true, so no base backup is made`,
        'remove suspend',
      );
    }
  },
};

/** Whether a Cluster has standbys, a Pooler, or a program that logs in to it. */
function serves(resource: Resource, world: World): boolean {
  const { namespace, name } = resource;
  return Number(resource.spec['instances'] ?? 1) > 1 || world.once(usedClusters).has(`${namespace}/${name}`);
}

/** `namespace/name` of each Cluster that a Pooler or a program is about. */
function usedClusters(world: World): ReadonlySet<string> {
  const poolers = world
    .all('postgresql.cnpg.io/v1/Pooler')
    .map(({ namespace, spec }) => `${namespace}/${objectOr(spec['cluster'])['name']}`);
  const programs = world.resources
    .flatMap((one) => world.pods(one) ?? [])
    .flatMap((pods) => world.onceFor(pods, databaseHosts))
    .map(({ namespace, service }) => `${namespace}/${service.replace(/-(rw|ro|r)$/, '')}`);
  return new Set([...poolers, ...programs]);
}
