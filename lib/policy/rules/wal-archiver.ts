import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';
import { inTreeStore } from './_archives';

const BARMAN = 'barman-cloud.cloudnative-pg.io';

/** Exactly one plugin archives WAL. */
export const walArchiver: PolicyRule = {
  name: 'wal-archiver',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'exactly one plugin of a Cluster archives WAL',
  why: 'isWALArchiver is false by default: base backups then succeed, and none of them can be restored, because the WAL after them is nowhere (plugin-barman-cloud, Usage). Two archivers are refused by the webhook.',
  remediation: 'write isWALArchiver: true at the Barman Cloud plugin, and at no other',
  example: () => example([cluster()], 'spec.plugins[0].isWALArchiver', false),
  check(resource, _, report) {
    const plugins = listOr(resource.spec['plugins']);
    const archivers = plugins.flatMap((plugin, i) =>
      plugin['isWALArchiver'] === true && plugin['enabled'] !== false ? [i] : [],
    );
    const barman = plugins.findIndex((plugin) => plugin['name'] === BARMAN);
    const [first, second] = archivers;
    const inTree = inTreeStore(resource) !== undefined;
    if (second !== undefined) {
      report.fail(
        ['spec', 'plugins', second, 'isWALArchiver'],
        'two plugins archive WAL: the webhook refuses the Cluster',
      );
    } else if (first !== undefined && inTree) {
      report.fail(
        ['spec', 'plugins', first, 'isWALArchiver'],
        'barmanObjectStore archives WAL as well: the webhook refuses the Cluster',
        'remove spec.backup.barmanObjectStore',
      );
    } else if (barman >= 0 && archivers.length === 0 && !inTree) {
      const field = plugins[barman]?.['enabled'] === false ? 'enabled' : 'isWALArchiver';
      report.fail(
        ['spec', 'plugins', barman, field],
        'nothing archives WAL, so no backup can be restored to a consistent point',
      );
    }
  },
};
