import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

/** A Backup is a record of what was done, not a wish. */
export const backupNotInGit: PolicyRule = {
  name: 'backup-not-in-git',
  family: 'gitops',
  severity: 'warning',
  kinds: ['postgresql.cnpg.io/v1/Backup'],
  summary: 'no Backup is in git, unless its name says when it was meant to run',
  why: 'When a backup is older than the retention, the plugin deletes its Backup object too; the engine sees that it is missing, applies it again, and a backup runs in the middle of the day (plugin-barman-cloud, Retention policies).',
  remediation: "write a ScheduledBackup with immediate: true, or run 'kubectl cnpg backup'",
  example: () =>
    example(
      [
        object('postgresql.cnpg.io/v1', 'Backup', 'before-upgrade-20260701', {
          spec: { cluster: { name: 'db' }, method: 'plugin' },
        }),
      ],
      'metadata.name',
      'before-upgrade',
    ),
  check(resource, _, report) {
    if (!/\d{8}/.test(resource.name)) {
      report.fail('', 'the retention deletes it some day, and the engine then takes the backup again');
    }
  },
};
