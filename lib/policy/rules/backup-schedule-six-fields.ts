import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

/** The schedule of a ScheduledBackup starts with seconds. */
export const backupScheduleSixFields: PolicyRule = {
  name: 'backup-schedule-six-fields',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/ScheduledBackup'],
  summary: 'the schedule of a ScheduledBackup has exactly six fields, the first is the second',
  why: "CloudNativePG reads five fields too, but as second, minute, hour and so on: '0 2 * * *' backs up every hour, at minute 2, and the webhook only warns (CloudNativePG, Backup, Scheduled backups).",
  remediation: "write six fields: '0 0 2 * * *' is 02:00:00 every day",
  example: example(
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
    const fields = schedule.split(/\s+/);
    if (fields.length === 5) {
      report.fail(
        'spec.schedule',
        `'${schedule}' has five fields, which CloudNativePG reads from the second on: it runs at another time than it looks`,
        `write '0 ${schedule}'`,
      );
    } else if (fields.length !== 6) {
      report.fail('spec.schedule', `'${schedule}' must have six fields, got ${fields.length}`);
    } else if (!fields.every((field) => /^[\d*/,\-?A-Za-z]+$/.test(field)) || /^(CRON_)?TZ=/.test(schedule)) {
      report.fail('spec.schedule', `'${schedule}' is no cron expression that CloudNativePG reads`);
    }
  },
};
