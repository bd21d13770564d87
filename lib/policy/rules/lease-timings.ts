import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** The primary's lease outlasts its renewal. */
export const leaseTimings: PolicyRule = {
  name: 'lease-timings',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: "the primary's lease is longer than its renewal, and that than its retries",
  why: 'Only the webhook knows it, so it is found when the change is applied (CloudNativePG 1.30, webhook: validatePrimaryLease).',
  remediation: 'keep leaseDurationSeconds 15, renewDeadlineSeconds 10, retryPeriodSeconds 2',
  example: () =>
    example(
      [cluster({ primaryLease: { leaseDurationSeconds: 15, renewDeadlineSeconds: 10, retryPeriodSeconds: 2 } })],
      'spec.primaryLease.leaseDurationSeconds',
      10,
    ),
  check(resource, _, report) {
    if (resource.spec['primaryLease'] === undefined) {
      return;
    }
    const lease = objectOr(resource.spec['primaryLease']);
    const duration = Number(lease['leaseDurationSeconds'] ?? 15);
    const renew = Number(lease['renewDeadlineSeconds'] ?? 10);
    const retry = Number(lease['retryPeriodSeconds'] ?? 2);
    if (duration <= renew) {
      report.fail(
        'spec.primaryLease.leaseDurationSeconds',
        `it must be longer than renewDeadlineSeconds ${renew}, got ${duration}`,
      );
    }
    if (renew <= 1.2 * retry) {
      report.fail(
        'spec.primaryLease.renewDeadlineSeconds',
        `it must be longer than 1.2 times retryPeriodSeconds ${retry}, got ${renew}`,
      );
    }
  },
};
