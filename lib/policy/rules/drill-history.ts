import type { PolicyRule } from '../rule';
import { isDrill } from './_drill';
import { cronJob, example } from './_examples';

/** Failed runs stay to be looked at. */
export const drillHistory: PolicyRule = {
  name: 'drill-history',
  family: 'drills',
  severity: 'error',
  kinds: ['batch/v1/CronJob'],
  summary: 'a drill keeps failed and successful runs',
  why: 'The alerts on drills read the last Jobs; with a history of none, a failed drill leaves nothing to look at (kubernetes.io, CronJob, Jobs history limits).',
  remediation: 'write successfulJobsHistoryLimit and failedJobsHistoryLimit of at least 1',
  example: () => example([cronJob()], 'spec.failedJobsHistoryLimit', 0),
  check(resource, _, report) {
    if (!isDrill(resource)) {
      return;
    }
    for (const field of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit']) {
      if (resource.spec[field] === 0) {
        report.fail(['spec', field], 'the run is gone before anybody looks at it');
      }
    }
  },
};
