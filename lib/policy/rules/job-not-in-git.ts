import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

/** A Job in git does not delete itself. */
export const jobNotInGit: PolicyRule = {
  name: 'job-not-in-git',
  family: 'gitops',
  severity: 'error',
  kinds: ['batch/v1/Job'],
  summary: 'no Job in git has a time to live, unless its name says when it was meant to run',
  why: 'When the Job deletes itself, the engine sees that it is missing and runs it again, for ever (flux2 and argo-cd, Jobs with ttlSecondsAfterFinished).',
  remediation: 'make it a CronJob, suspended if it is run by hand',
  example: () =>
    example(
      [
        object('batch/v1', 'Job', 'migrate', {
          spec: {
            template: {
              spec: {
                restartPolicy: 'Never',
                containers: [{ name: 'x', image: 'registry.example.net/x:1@sha256:00' }],
              },
            },
          },
        }),
      ],
      'spec.ttlSecondsAfterFinished',
      600,
    ),
  check(resource, _, report) {
    if (resource.spec['ttlSecondsAfterFinished'] !== undefined && !/\d{8}/.test(resource.name)) {
      report.fail('spec.ttlSecondsAfterFinished', 'the Job deletes itself, and the engine runs it again, for ever');
    }
  },
};
