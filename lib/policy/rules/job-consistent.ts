import { type YamlObject, objectOr } from '../resource';
import type { PathSegment } from '../_path';
import type { PolicyRule, Report } from '../rule';
import { cronJob, example } from './_examples';

/** A Job knows how often it runs, and where it is. */
export const jobConsistent: PolicyRule = {
  name: 'job-consistent',
  family: 'kubernetes',
  severity: 'error',
  kinds: ['batch/v1/CronJob', 'batch/v1/Job'],
  summary:
    'a Job has the fields of its mode and leaves its pods to its controller; a CronJob has a time zone that exists',
  why: 'The API server refuses it; a selector of its own would let a Job count the pods of another as done (kubernetes.io, Jobs; CronJob).',
  remediation: 'remove the field',
  example: () => example([cronJob({ timeZone: 'Europe/Berlin' })], 'spec.timeZone', 'Europe/Munich'),
  check(resource, _, report) {
    if (resource.kind === 'Job') {
      checkJob(resource.spec, ['spec'], report);
      return;
    }
    const zone: unknown = resource.spec['timeZone'];
    if (typeof zone === 'string' && !isTimeZone(zone)) {
      const fix = "write a name such as 'Europe/Berlin' or 'Etc/UTC'";
      report.fail('spec.timeZone', `there is no time zone '${zone}'`, fix);
    }
    checkJob(objectOr(objectOr(resource.spec['jobTemplate'])['spec']), ['spec', 'jobTemplate', 'spec'], report);
  },
};

function checkJob(job: YamlObject, path: readonly PathSegment[], report: Report): void {
  const indexed = job['completionMode'] === 'Indexed';
  if (indexed && job['completions'] === undefined) {
    report.fail([...path, 'completions'], 'mode Indexed counts its pods up to it', 'write completions');
  }
  for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy']) {
    if (job[field] !== undefined && !indexed) {
      report.fail([...path, field], 'it needs completionMode: Indexed');
    }
  }
  if (job['selector'] !== undefined && job['manualSelector'] !== true) {
    report.fail([...path, 'selector'], 'the Job selects its own pods');
  }
}

/** Asking for any other zone loads the tables of all: it takes longer than all other checks together. */
const zones = new Map(['Etc/UTC', 'UTC'].map((zone) => [zone, true]));

function isTimeZone(name: string): boolean {
  const known = zones.get(name) ?? canFormat(name);
  zones.set(name, known);
  return known;
}

function canFormat(timeZone: string): boolean {
  try {
    void new Intl.DateTimeFormat('en', { timeZone });
    return /^[A-Za-z]/.test(timeZone);
  } catch {
    return false;
  }
}
