import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** Nobody logs in as postgres over the network. */
export const superuserDisabled: PolicyRule = {
  name: 'superuser-disabled',
  family: 'security',
  severity: 'warning',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'the superuser of a Cluster has no password, and no Secret for it lies unread',
  why: 'With it, CloudNativePG writes a Secret that reads, changes and drops everything, and any pod that can read Secrets has it (CloudNativePG, Security).',
  remediation: 'remove enableSuperuserAccess; use kubectl cnpg psql for repairs',
  example: () => example([cluster()], 'spec.enableSuperuserAccess', true),
  check(resource, _, report) {
    if (resource.spec['enableSuperuserAccess'] === true) {
      report.fail('spec.enableSuperuserAccess', 'a Secret with the password of postgres lies in the namespace');
    } else if (resource.spec['superuserSecret'] !== undefined) {
      report.fail(
        'spec.superuserSecret',
        'without enableSuperuserAccess it is not read: nobody logs in as postgres with it',
        'remove it, or write enableSuperuserAccess: true',
      );
    }
  },
};
