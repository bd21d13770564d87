import { listOr, objectOr } from '../resource';
import type { PathSegment } from '../_path';
import type { PolicyRule } from '../rule';
import { cluster, example, store } from './_examples';
import { resolve } from './_resolve';

/** The ObjectStore of the Barman Cloud plugin must be in the Cluster's own namespace. */
export const objectStoreExists: PolicyRule = {
  name: 'object-store-exists',
  family: 'references',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: "every ObjectStore that the backup plugin is given is in the Cluster's namespace",
  why: 'Without it the plugin asks the operator to try again for ever, before the failover logic runs: the cluster is frozen and a dead primary is not replaced (plugin-barman-cloud#337, #504). Stores in other namespaces are not found (#448).',
  remediation: 'name an ObjectStore of the same namespace',
  example: () => example([cluster(), store()], 'spec.plugins[0].parameters.barmanObjectName', 'stor'),
  check(resource, world, report) {
    const look = (plugin: unknown, path: readonly PathSegment[]): void => {
      const { name, parameters } = objectOr(plugin);
      if (name !== 'barman-cloud.cloudnative-pg.io') {
        return;
      }
      const target: unknown = objectOr(parameters)['barmanObjectName'];
      if (typeof target !== 'string') {
        report.fail(
          path,
          'the Barman Cloud plugin has no barmanObjectName, so nothing is archived, and nothing says so',
        );
        return;
      }
      const { namespace } = resource;
      resolve(
        { kind: 'ObjectStore', name: target, namespace, path: [...path, 'parameters', 'barmanObjectName'] },
        world,
        report,
      );
    };
    listOr(resource.spec['plugins']).forEach((plugin, i) => look(plugin, ['spec', 'plugins', i]));
    listOr(resource.spec['externalClusters']).forEach((one, i) =>
      look(one['plugin'], ['spec', 'externalClusters', i, 'plugin']),
    );
  },
};
