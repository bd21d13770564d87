import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example, scheduledBackup } from './_examples';
import { inTreeStore } from './_archives';

/** Backups go through what the Cluster has. */
export const backupMethodPlugin: PolicyRule = {
  name: 'backup-method-plugin',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/ScheduledBackup', 'postgresql.cnpg.io/v1/Backup'],
  summary:
    'every backup is made by what its Cluster has: a plugin, or until CloudNativePG 1.31 its own barmanObjectStore',
  why: "The CRD's default method is barmanObjectStore, which CloudNativePG 1.31 removes; and no webhook compares the plugin's name with the Cluster: the first backup fails at night (CloudNativePG 1.30 release notes).",
  remediation: 'write method: plugin and pluginConfiguration.name as in spec.plugins of the Cluster',
  example: () => example([scheduledBackup(), cluster()], 'spec.method'),
  check(resource, world, report) {
    const { method, pluginConfiguration, cluster: owner } = resource.spec;
    const target = world.find('Cluster', resource.namespace, String(objectOr(owner)['name']));
    if (method === 'barmanObjectStore' || method === undefined) {
      if (target === undefined) {
        report.skip('the Cluster that it backs up is not here');
      } else if (inTreeStore(target) === undefined) {
        report.fail(
          'spec.method',
          `its method is barmanObjectStore, the CRD's default, and Cluster '${target.name}' has none: every backup fails`,
        );
      }
      for (const field of ['online', 'onlineConfiguration']) {
        if (resource.spec[field] !== undefined) {
          report.fail(['spec', field], `${field} is for volume snapshots: the webhook refuses it`, `remove ${field}`);
        }
      }
      return;
    }
    if (method !== 'plugin') {
      return;
    }
    const name: unknown = objectOr(pluginConfiguration)['name'];
    if (typeof name !== 'string') {
      report.fail(
        'spec.pluginConfiguration',
        'method plugin needs pluginConfiguration.name; only the first backup would say so',
      );
      return;
    }
    const plugins = listOr(target?.spec['plugins']).map((plugin) => String(plugin['name']));
    if (target !== undefined && !plugins.includes(name)) {
      report.fail(
        'spec.pluginConfiguration.name',
        `Cluster '${target.name}' has no plugin '${name}'; it has ${plugins.join(', ') || 'none'}`,
        plugins.length === 0 ? `add '${name}' to spec.plugins of the Cluster` : undefined,
      );
    }
  },
};
