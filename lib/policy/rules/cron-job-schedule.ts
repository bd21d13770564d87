import type { PolicyRule } from '../rule';
import { cronJob, example } from './_examples';

/** The schedule of a CronJob has five fields. */
export const cronJobSchedule: PolicyRule = {
  name: 'cron-job-schedule',
  family: 'drills',
  severity: 'error',
  kinds: ['batch/v1/CronJob'],
  summary: 'the schedule of a CronJob has five fields, and its time zone its own field',
  why: "Kubernetes takes five fields, CloudNativePG's ScheduledBackup six: the two are easily mixed up, and a wrong schedule is refused only when it is applied (kubernetes.io, CronJob).",
  remediation: "write five fields: '17 4 * * 0' is Sunday at 04:17; use timeZone for the zone",
  example: example([cronJob()], 'spec.schedule', '0 17 4 * * 0'),
  check(resource, _, report) {
    const schedule = String(resource.spec['schedule']).trim();
    if (/TZ=/.test(schedule)) {
      report.fail('spec.schedule', 'Kubernetes refuses a time zone inside the schedule', 'write spec.timeZone');
      return;
    }
    const fields = schedule.split(/\s+/);
    if (!/^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(schedule) && fields.length !== 5) {
      report.fail(
        'spec.schedule',
        `'${schedule}' has ${fields.length} fields, a CronJob takes five`,
        fields.length === 6 ? `write '${fields.slice(1).join(' ')}'` : undefined,
      );
    }
  },
};
