import { SHORTHAND, readCron } from '../../_cron';
import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

/** The schedule of a ScheduledBackup starts with seconds, and runs. */
export const backupScheduleSixFields: PolicyRule = {
  name: 'backup-schedule-six-fields',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/ScheduledBackup'],
  summary: 'the schedule of a ScheduledBackup has exactly six fields, the first is the second, and it runs',
  why: "CloudNativePG reads five fields too, but as second, minute, hour and so on: '0 2 * * *' backs up every hour, at minute 2, and the webhook only warns. It refuses day 7 (Sunday is 0), and takes 30 February, for which it never makes a backup (CloudNativePG, Backup, Scheduled backups).",
  remediation: "write six fields: '0 0 2 * * *' is 02:00:00 every day",
  example: () =>
    example(
      [
        object('postgresql.cnpg.io/v1', 'ScheduledBackup', 'db', {
          spec: { schedule: '0 0 2 * * *', cluster: { name: 'db' }, method: 'plugin' },
        }),
      ],
      'spec.schedule',
      '0 2 * * *',
    ),
  check(resource, _, report) {
    const schedule = String(resource.spec['schedule']).trim();
    const cron = readCron(schedule, 'ScheduledBackup');
    if (!('problem' in cron) || SHORTHAND.test(schedule)) {
      return;
    }
    if ('longestGap' in readCron(schedule, 'CronJob')) {
      report.fail(
        'spec.schedule',
        `'${schedule}' has five fields: CloudNativePG takes the first for seconds, and backs up at other times than meant`,
        `write '0 ${schedule}'`,
      );
    } else {
      report.fail('spec.schedule', `'${schedule}' ${cron.problem}`);
    }
  },
};
