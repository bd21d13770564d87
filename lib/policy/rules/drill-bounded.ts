import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { isDrill } from './_drill';
import { cronJob, example } from './_examples';

/** A drill ends. */
export const drillBounded: PolicyRule = {
  name: 'drill-bounded',
  family: 'drills',
  severity: 'error',
  kinds: ['batch/v1/CronJob'],
  summary: 'every drill has a deadline to start, one to end, and does not try again by itself',
  why: 'Without activeDeadlineSeconds a hanging drill keeps its load on the database for ever; without startingDeadlineSeconds, 100 missed starts stop the CronJob for good; a second try after a failed drill breaks what a person is looking at (kubernetes.io, CronJob).',
  remediation: 'write startingDeadlineSeconds, jobTemplate.spec.activeDeadlineSeconds and backoffLimit: 0',
  example: () => example([cronJob()], 'spec.jobTemplate.spec.activeDeadlineSeconds'),
  check(resource, _, report) {
    if (!isDrill(resource)) {
      return;
    }
    const job = objectOr(objectOr(resource.spec['jobTemplate'])['spec']);
    const start: unknown = resource.spec['startingDeadlineSeconds'];
    if (job['activeDeadlineSeconds'] === undefined) {
      report.fail(
        'spec.jobTemplate.spec.activeDeadlineSeconds',
        'a run that hangs never ends, and the next one never starts',
      );
    }
    if (start === undefined) {
      report.fail('spec.startingDeadlineSeconds', 'after 100 missed starts the CronJob never starts again');
    } else if (Number(start) < 10) {
      report.fail('spec.startingDeadlineSeconds', `below 10 s the CronJob may never start, got ${Number(start)}`);
    }
    if (job['backoffLimit'] !== 0) {
      report.fail(
        'spec.jobTemplate.spec.backoffLimit',
        `a failed run is tried again by itself, ${String(job['backoffLimit'] ?? 6)} times`,
      );
    }
  },
};
