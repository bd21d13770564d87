import { type Resource, type YamlObject, isObject, listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import type { World } from '../world';
import { cluster, example } from './_examples';
import { inNamespace } from './_labels';

const OBJECT_STORE = 'barmancloud.cnpg.io/v1/ObjectStore';

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
  check(resource, world, report) {
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
    if (!follows || recovery['database'] !== undefined || recovery['owner'] !== undefined) {
      checkNames(recovery, report);
    }
    const backup: unknown = objectOr(recovery['backup'])['name'];
    if (typeof backup === 'string' && recovery['volumeSnapshots'] === undefined) {
      checkBackup(backup, resource, world, report);
    }
  },
};

/** The webhook writes what is left out: 'app', and the name of the database for its owner. */
function checkNames({ database, owner }: YamlObject, report: Report): void {
  const fix = 'write database and owner as the source has them';
  if (database === undefined) {
    report.fail(
      'spec.bootstrap.recovery.database',
      "without 'database' the operator takes 'app', and makes an empty database of that name where the source has none",
      fix,
    );
  } else if (owner === undefined) {
    report.fail(
      'spec.bootstrap.recovery.owner',
      `without 'owner' the operator takes '${database}', and makes a role of that name where the source has none`,
      fix,
    );
  }
}

/** A Backup is known by its name only where it is no plugin's: who made one that is not here, its namespace tells. */
function checkBackup(name: string, { namespace, spec }: Resource, world: World, report: Report): void {
  const made = world.find('Backup', namespace, name);
  const plugins = listOr(spec['plugins']).length > 0 || world.in(namespace, OBJECT_STORE).length > 0;
  if (made === undefined ? plugins : made.spec['method'] === 'plugin') {
    report.fail('spec.bootstrap.recovery.backup', 'a Backup object made by the plugin cannot be restored by its name');
  } else if (made === undefined) {
    report.skip(`nothing is known of the Backups${inNamespace(namespace)}`);
  }
}
