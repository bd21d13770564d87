import type { PolicyRule } from '../rule';
import { isDrill } from './_drill';
import { cronJob, example } from './_examples';

/** Two runs of a drill never overlap. */
export const drillAlone: PolicyRule = {
  name: 'drill-alone',
  family: 'drills',
  severity: 'error',
  kinds: ['batch/v1/CronJob'],
  summary: 'no two runs of a drill overlap, and none is cut off by the next',
  why: 'Two failover drills at once take two instances; Replace kills a drill in the middle, with its load still running (kubernetes.io, CronJob, Concurrency policy).',
  remediation: 'write concurrencyPolicy: Forbid',
  example: () => example([cronJob()], 'spec.concurrencyPolicy', 'Allow'),
  check(resource, _, report) {
    if (!isDrill(resource)) {
      return;
    }
    const policy = String(resource.spec['concurrencyPolicy'] ?? 'Allow');
    if (policy !== 'Forbid') {
      report.fail(
        'spec.concurrencyPolicy',
        policy === 'Replace' ? 'the next run kills this one in the middle' : 'two runs may overlap',
      );
    }
  },
};
