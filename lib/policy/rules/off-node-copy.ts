import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example, object } from './_examples';

/** Every Cluster has a copy that the loss of the cluster does not take along. */
export const offNodeCopy: PolicyRule = {
  name: 'off-node-copy',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'every Cluster that takes writes archives to an object store and has a backup schedule',
  why: 'Replication copies a deleted table within milliseconds; only base backups and archived WAL undo a mistake or the loss of the cluster (CloudNativePG, Backup).',
  remediation: 'add the Barman Cloud plugin and a ScheduledBackup',
  example: example(
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
    const plugins = listOr(resource.spec['plugins']);
    if (plugins.length === 0 && bootstrap['recovery'] === undefined) {
      report.fail('spec.plugins', 'nothing archives it: it is lost with the cluster, and no mistake can be undone');
    }
    const schedules = world
      .in(resource.namespace, 'postgresql.cnpg.io/v1/ScheduledBackup')
      .filter(
        ({ namespace, spec }) =>
          namespace === resource.namespace && objectOr(spec['cluster'])['name'] === resource.name,
      );
    const [first] = schedules;
    if (plugins.length > 0 && first === undefined) {
      report.fail('', 'no ScheduledBackup makes base backups of it: WAL alone restores nothing');
    } else if (first !== undefined && schedules.every(({ spec }) => spec['suspend'] === true)) {
      report.fail('', `its ScheduledBackup '${first.name}' has suspend: true, so no base backup is made`);
    }
  },
};
