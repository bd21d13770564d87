import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { nearest } from '../schema/_suggest';
import { cluster, example } from './_examples';

const PATHS = [
  'bootstrap.recovery.source',
  'bootstrap.pg_basebackup.source',
  'bootstrap.initdb.import.source.externalCluster',
  'replica.source',
  'replica.primary',
  'replica.self',
];

/** Where a Cluster comes from, and whom it follows, is one of the external clusters. */
export const externalClusterExists: PolicyRule = {
  name: 'external-cluster-exists',
  family: 'references',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'the source of a bootstrap, and the members of a replica topology, are listed in externalClusters',
  why: "CloudNativePG's webhook refuses the Cluster when it is applied, in the middle of a recovery (webhook: validateBootstrapRecoverySource, validateReplicaMode).",
  remediation: 'name one of spec.externalClusters, or add it there',
  example: () =>
    example(
      [
        cluster({
          bootstrap: { recovery: { source: 'origin', database: 'app', owner: 'app' } },
          externalClusters: [
            { name: 'origin', plugin: { name: 'barman-cloud.cloudnative-pg.io', enabled: true, isWALArchiver: false } },
          ],
        }),
      ],
      'spec.bootstrap.recovery.source',
      'orign',
    ),
  check(resource, _, report) {
    const names = listOr(resource.spec['externalClusters']).map((one) => String(one['name']));
    for (const path of PATHS) {
      const name = path.split('.').reduce<unknown>((value, step) => objectOr(value)[step], resource.spec);
      if (typeof name === 'string' && name !== '' && !names.includes(name)) {
        const meant = nearest(name, names);
        report.fail(
          `spec.${path}`,
          `there is no external cluster '${name}'; there ${names.length === 0 ? 'is none' : `are ${names.join(', ')}`}`,
          meant === undefined ? undefined : `write '${meant}'`,
        );
      }
    }
  },
};
