import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** The volumes of several instances are not lost with one node. */
export const singleCopyStorage: PolicyRule = {
  name: 'single-copy-storage',
  family: 'availability',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'no instance has its volume in one copy that may be on any node',
  why: 'Storage such as Longhorn puts a single copy wherever there is room, also on a node that has the copy of another instance: one lost node then takes several instances (Longhorn, Data Locality).',
  remediation: `use a StorageClass that keeps the copy on the pod's own node (Longhorn: dataLocality strict-local), or two copies`,
  example: () => ({
    ...example([cluster()], 'spec.storage.storageClass', 'anywhere'),
    platform: { storageClasses: { local: 'nodeLocal', anywhere: 'singleCopy' } },
  }),
  check(resource, world, report) {
    const classes = world.platform.storageClasses ?? {};
    const tablespaces = listOr(resource.spec['tablespaces']);
    const volumes = [
      ['spec.storage.storageClass', resource.spec['storage']],
      ['spec.walStorage.storageClass', resource.spec['walStorage']],
      ...tablespaces.map((space, i) => [`spec.tablespaces[${i}].storage.storageClass`, space['storage']] as const),
    ] as const;
    for (const [path, volume] of volumes) {
      const name = objectOr(volume)['storageClass'];
      if (typeof name === 'string' && classes[name] === 'singleCopy') {
        report.fail(
          path,
          `'${name}' keeps one copy of a volume, on any node: one lost node can take several instances`,
        );
      }
    }
  },
};
