import type { PolicyRule } from '../rule';
import { cronJob, example } from './_examples';

const MAX = 52;

/** The name of a CronJob leaves room for those of its Jobs. */
export const cronJobName: PolicyRule = {
  name: 'cron-job-name',
  family: 'drills',
  severity: 'error',
  kinds: ['batch/v1/CronJob'],
  summary: `the name of a CronJob has at most ${MAX} characters`,
  why: 'Kubernetes appends 11 characters for each Job and refuses longer names when the CronJob is applied (kubernetes.io, CronJob).',
  remediation: 'shorten it',
  example: () => example([cronJob()], 'metadata.name', `restore-${'x'.repeat(50)}`),
  check(resource, _, report) {
    if (resource.name.length > MAX) {
      report.fail('metadata.name', `at most ${MAX} characters are allowed, got ${resource.name.length}`);
    }
  },
};
