import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { nearest } from '../schema/_suggest';
import { cluster, example } from './_examples';

const PLACES: readonly (readonly [string, readonly string[]])[] = [
  ['spec.storage.storageClass', ['storage', 'storageClass']],
  ['spec.walStorage.storageClass', ['walStorage', 'storageClass']],
  ['spec.storageClassName', ['storageClassName']],
];

/** A StorageClass must be one of the platform's. */
export const storageClassKnown: PolicyRule = {
  name: 'storage-class-known',
  family: 'references',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster', 'v1/PersistentVolumeClaim'],
  summary: 'every StorageClass is one that the platform has',
  why: 'A claim for a class that is not there stays Pending without an error, and the first instance never starts (kubernetes.io, Persistent Volumes).',
  remediation: 'name a StorageClass of the platform',
  example: {
    ...example([cluster()], 'spec.storage.storageClass', 'locla'),
    platform: { storageClasses: { local: 'nodeLocal' } },
  },
  check(resource, world, report) {
    const classes = world.platform.storageClasses;
    for (const [path, steps] of PLACES) {
      const name = steps.reduce<unknown>((value, step) => objectOr(value)[step], resource.spec);
      if (typeof name !== 'string') {
        continue;
      }
      if (classes === undefined) {
        report.skip('the StorageClasses of the platform are not known');
      } else if (!(name in classes)) {
        const meant = nearest(name, Object.keys(classes));
        report.fail(
          path,
          `the platform has no StorageClass '${name}'; it has ${Object.keys(classes).join(', ') || 'none'}`,
          meant === undefined ? undefined : `write '${meant}'`,
        );
      }
    }
  },
};
