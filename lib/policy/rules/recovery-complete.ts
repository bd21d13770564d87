import { isObject, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** A recovery says whose data it is, and can be made. */
export const recoveryComplete: PolicyRule = {
  name: 'recovery-complete',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a recovery names database and owner, a base backup both or neither, and no Backup object is the source',
  why: "Without database and owner the webhook writes 'app', and the operator makes an empty database of that name; a Backup object as source does not work with the plugin (plugin-barman-cloud#510, cloudnative-pg#7989).",
  remediation: 'write database and owner as the source has them, and source with externalClusters',
  example: () =>
    example(
      [
        cluster({
          bootstrap: { recovery: { source: 'origin', database: 'shop', owner: 'shop' } },
          externalClusters: [
            { name: 'origin', plugin: { name: 'barman-cloud.cloudnative-pg.io', enabled: true, isWALArchiver: false } },
          ],
        }),
      ],
      'spec.bootstrap.recovery.owner',
    ),
  check(resource, _, report) {
    const { recovery, pg_basebackup: copy } = objectOr(resource.manifest['spec']?.bootstrap);
    if (isObject(copy) && (copy['database'] === undefined) !== (copy['owner'] === undefined)) {
      const missing = copy['database'] === undefined ? 'database' : 'owner';
      report.fail(
        ['spec', 'bootstrap', 'pg_basebackup', missing],
        `'database' and 'owner' go together, '${missing}' is missing: the webhook refuses it`,
      );
    }
    if (!isObject(recovery)) {
      return;
    }
    // A replica cluster makes no database of its own.
    const follows = resource.spec['replica'] !== undefined;
    const fields = ['database', 'owner'].filter((field) => recovery[field] !== undefined);
    for (const field of follows && fields.length === 0 ? [] : ['database', 'owner']) {
      if (recovery[field] === undefined) {
        report.fail(
          ['spec', 'bootstrap', 'recovery', field],
          `without '${field}' the operator makes an empty database 'app' beside the restored one`,
        );
      }
    }
    if (recovery['backup'] !== undefined && recovery['volumeSnapshots'] === undefined) {
      report.fail(
        'spec.bootstrap.recovery.backup',
        'a Backup object made by the plugin cannot be restored by its name',
      );
    }
  },
};
