import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { isDrill } from './_drill';
import { cronJob, example, merge } from './_examples';

/** A CronJob does not stop for good, and its runs do not pile up. */
export const cronJobBounded: PolicyRule = {
  name: 'cron-job-bounded',
  family: 'availability',
  severity: 'warning',
  kinds: ['batch/v1/CronJob'],
  summary: 'a CronJob has a deadline to start, and a run that hangs ends or is alone',
  why: 'Without startingDeadlineSeconds, 100 missed starts stop the CronJob for good; runs that hang pile up under concurrencyPolicy Allow, and keep every later run away under Forbid (kubernetes.io, CronJob).',
  remediation: 'write startingDeadlineSeconds and jobTemplate.spec.activeDeadlineSeconds',
  example: () => example([merge(cronJob(), { metadata: { labels: undefined } })], 'spec.startingDeadlineSeconds'),
  check(resource, _, report) {
    if (isDrill(resource)) {
      return;
    }
    const start: unknown = resource.spec['startingDeadlineSeconds'];
    const job = objectOr(objectOr(resource.spec['jobTemplate'])['spec']);
    const pod = objectOr(objectOr(job['template'])['spec']);
    if (start === undefined) {
      report.fail('spec.startingDeadlineSeconds', 'a run that was missed starts whenever it can, however late');
    } else if (Number(start) < 10) {
      report.fail('spec.startingDeadlineSeconds', `below 10 s the CronJob may never start, got ${Number(start)}`);
    }
    if (
      resource.spec['concurrencyPolicy'] !== 'Replace' &&
      job['activeDeadlineSeconds'] === undefined &&
      pod['activeDeadlineSeconds'] === undefined
    ) {
      report.fail('spec.jobTemplate.spec.activeDeadlineSeconds', 'a run that hangs never ends');
    }
  },
};
