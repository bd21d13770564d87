import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';
import { inTreeStore } from './_archives';

const STORE = 'barmanObjectStore';

/** Fields that the next release takes away. */
export const removedFields: PolicyRule = {
  name: 'removed-fields',
  family: 'cloudnative-pg',
  severity: 'warning',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'no field is used that the next release of CloudNativePG removes',
  why: 'In-tree barmanObjectStore is gone in 1.31: after an upgrade of the operator nothing archives any more (CloudNativePG 1.30 release notes).',
  remediation: 'use the Barman Cloud plugin',
  example: () =>
    example([cluster({ backup: { target: 'prefer-standby' } })], `spec.backup.${STORE}`, {
      destinationPath: 's3://backups/shop',
    }),
  check(resource, _, report) {
    if (inTreeStore(resource) !== undefined) {
      report.fail(['spec', 'backup', STORE], 'CloudNativePG 1.31 removes it, and with it all backups');
    }
    listOr(resource.spec['externalClusters']).forEach((one, i) => {
      if (one[STORE] !== undefined) {
        report.fail(
          ['spec', 'externalClusters', i, STORE],
          'CloudNativePG 1.31 removes it',
          'write plugin in its place, with an ObjectStore',
        );
      }
    });
  },
};
