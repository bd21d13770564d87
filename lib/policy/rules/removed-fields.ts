import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const FIELDS: readonly (readonly [string, string, string])[] = [
  ['backup.barmanObjectStore', 'CloudNativePG 1.31 removes it, and with it all backups', 'use the Barman Cloud plugin'],
  [
    'backup.retentionPolicy',
    'it has no effect without barmanObjectStore: nothing is ever deleted',
    'set retentionPolicy of the ObjectStore',
  ],
  ['monitoring.enablePodMonitor', 'it is deprecated', 'write a PodMonitor of your own'],
  [
    'nodeMaintenanceWindow',
    'it is deprecated and takes the PodDisruptionBudgets away',
    'remove it; draining works without',
  ],
  [
    'minSyncReplicas',
    'it is the old form of synchronous replication and excludes the new one',
    'use postgresql.synchronous',
  ],
  [
    'maxSyncReplicas',
    'it is the old form of synchronous replication and excludes the new one',
    'use postgresql.synchronous',
  ],
];

/** Fields that have no future or no effect. */
export const removedFields: PolicyRule = {
  name: 'removed-fields',
  family: 'cloudnative-pg',
  severity: 'warning',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'no field is used that the next release removes or that has no effect',
  why: 'In-tree barmanObjectStore is gone in 1.31: after an upgrade of the operator nothing archives any more (CloudNativePG 1.30 release notes).',
  remediation: 'use what replaced it',
  example: example([cluster({ backup: { target: 'prefer-standby' } })], 'spec.backup.retentionPolicy', '30d'),
  check(resource, _, report) {
    for (const [path, why, fix] of FIELDS) {
      const value = path.split('.').reduce<unknown>((at, step) => objectOr(at)[step], resource.manifest['spec']);
      if (value !== undefined && value !== 0 && value !== false) {
        report.fail(`spec.${path}`, why, fix);
      }
    }
    listOr(resource.spec['externalClusters']).forEach((one, i) => {
      if (one['barmanObjectStore'] !== undefined) {
        report.fail(
          ['spec', 'externalClusters', i, 'barmanObjectStore'],
          'CloudNativePG 1.31 removes it',
          'use plugin',
        );
      }
    });
  },
};
