import { SHORTHAND, readCron } from '../../_cron';
import type { PolicyRule } from '../rule';
import { cronJob, example } from './_examples';

/** The schedule of a CronJob has five fields, and runs. */
export const cronJobSchedule: PolicyRule = {
  name: 'cron-job-schedule',
  family: 'drills',
  severity: 'error',
  kinds: ['batch/v1/CronJob'],
  summary: 'the schedule of a CronJob has five fields and runs, and its time zone has its own field',
  why: "Kubernetes takes five fields, CloudNativePG's ScheduledBackup six: the two are easily mixed up, and a wrong schedule is refused only when it is applied (kubernetes.io, CronJob).",
  remediation: "write five fields: '17 4 * * 0' is Sunday at 04:17; use timeZone for the zone",
  example: () => example([cronJob()], 'spec.schedule', '0 17 4 * * 0'),
  check(resource, _, report) {
    const schedule = String(resource.spec['schedule']).trim();
    if (/TZ=/.test(schedule)) {
      report.fail('spec.schedule', 'Kubernetes refuses a time zone inside the schedule', 'write spec.timeZone');
      return;
    }
    const cron = readCron(schedule, 'CronJob');
    if ('problem' in cron && !SHORTHAND.test(schedule)) {
      const minutes = schedule.replace(/^\S+\s+/, '');
      const fix = 'longestGap' in readCron(schedule, 'ScheduledBackup') ? `write '${minutes}'` : undefined;
      report.fail('spec.schedule', `'${schedule}' ${cron.problem}`, fix);
    }
  },
};
