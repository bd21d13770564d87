import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example, scheduledBackup } from './_examples';
import { resolve } from './_resolve';

const KINDS = ['Backup', 'Database', 'DatabaseRole', 'Pooler', 'Publication', 'ScheduledBackup', 'Subscription'];

/** What belongs to a Cluster must name one. */
export const clusterExists: PolicyRule = {
  name: 'cluster-exists',
  family: 'references',
  severity: 'error',
  kinds: KINDS.map((kind) => `postgresql.cnpg.io/v1/${kind}`),
  summary: 'every object that belongs to a Cluster names one of its namespace',
  why: 'A ScheduledBackup for a Cluster that is not there makes Backups that fail one after the other, and spec.cluster cannot be changed afterwards (CloudNativePG 1.30 release notes).',
  remediation: 'name a Cluster of the same namespace',
  example: () => example([scheduledBackup(), cluster()], 'spec.cluster.name', 'bd'),
  check(resource, world, report) {
    const name = String(objectOr(resource.spec['cluster'])['name']);
    resolve({ kind: 'Cluster', name, namespace: resource.namespace, path: 'spec.cluster.name' }, world, report);
  },
};
