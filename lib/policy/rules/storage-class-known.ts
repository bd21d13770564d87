import type { PolicyRule } from '../rule';
import { nearest } from '../schema/_suggest';
import { cluster, example } from './_examples';
import { referrersTo } from './_reference-table';
import { referencesOf } from './_references';

/** A StorageClass must be one of the platform's. */
export const storageClassKnown: PolicyRule = {
  name: 'storage-class-known',
  family: 'references',
  severity: 'error',
  kinds: referrersTo('StorageClass'),
  summary: 'every StorageClass, also of tablespaces and claim templates, is one that the platform has',
  why: 'A claim for a class that is not there stays Pending without an error, and the first instance never starts (kubernetes.io, Persistent Volumes).',
  remediation: 'name a StorageClass of the platform',
  example: () => ({
    ...example([cluster()], 'spec.storage.storageClass', 'locla'),
    platform: { storageClasses: { local: 'nodeLocal' } },
  }),
  check(resource, world, report) {
    for (const { name, path } of world.onceFor(resource, referencesOf).filter(({ kind }) => kind === 'StorageClass')) {
      const classes = world.platform.storageClasses;
      if (world.exists('StorageClass', '', name) || (classes !== undefined && name in classes)) {
        continue;
      }
      if (classes === undefined) {
        report.skip('the StorageClasses of the platform are not known');
        continue;
      }
      const meant = nearest(name, Object.keys(classes));
      report.fail(
        path,
        `the platform has no StorageClass '${name}'; it has ${Object.keys(classes).join(', ') || 'none'}`,
        meant === undefined ? undefined : `write '${meant}'`,
      );
    }
  },
};
