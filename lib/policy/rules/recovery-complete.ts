import { isObject, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const NEED_BACKUP = ['targetName', 'targetXID', 'targetImmediate'];
const TARGETS = [...NEED_BACKUP, 'targetTime', 'targetLSN'];

/** A recovery says whose data it is, and a point that can be reached. */
export const recoveryComplete: PolicyRule = {
  name: 'recovery-complete',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a recovery names database and owner, one source, and at most one target that can be reached',
  why: "Without database and owner the webhook writes 'app', and the operator makes an empty database of that name; a Backup object as source does not work with the plugin (plugin-barman-cloud#510, cloudnative-pg#7989).",
  remediation: 'write database and owner as the source has them, and source with externalClusters',
  example: example(
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
    const bootstrap = objectOr(resource.spec['bootstrap']);
    const methods = Object.keys(bootstrap);
    if (methods.length > 1) {
      report.fail(
        'spec.bootstrap',
        `only one bootstrap is allowed, got ${methods.join(' and ')}: the webhook refuses it`,
      );
    }
    const recovery = objectOr(resource.manifest['spec']?.bootstrap?.recovery);
    if (!isObject(bootstrap['recovery'])) {
      return;
    }
    for (const field of ['database', 'owner']) {
      if (recovery[field] === undefined) {
        report.fail(
          ['spec', 'bootstrap', 'recovery', field],
          `without '${field}' the operator makes an empty database 'app' beside the restored one`,
        );
      }
    }
    if (recovery['backup'] !== undefined) {
      report.fail(
        'spec.bootstrap.recovery.backup',
        'a Backup object made by the plugin cannot be restored by its name',
      );
    }
    const target = objectOr(recovery['recoveryTarget']);
    const given = TARGETS.filter((name) => target[name] !== undefined);
    if (given.length > 1) {
      report.fail('spec.bootstrap.recovery.recoveryTarget', `only one target is allowed, got ${given.join(' and ')}`);
    }
    const [first] = given.filter((name) => NEED_BACKUP.includes(name));
    if (first !== undefined && target['backupID'] === undefined) {
      report.fail(
        'spec.bootstrap.recovery.recoveryTarget',
        `${first} needs backupID: the webhook refuses it otherwise`,
      );
    }
  },
};
