import type { PolicyRule } from '../rule';
import { container, deployment, example, object } from './_examples';
import { referrersTo } from './_reference-table';
import { checkKeys } from './_keys';

const env = (key: string) => ({
  containers: [container({ env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'web-token', key } } }] })],
});

/** A key that is read must be in the Secret. */
export const secretKeyExists: PolicyRule = {
  name: 'secret-key-exists',
  family: 'references',
  severity: 'error',
  kinds: referrersTo('Secret'),
  summary: 'every key that is read from a Secret is in it',
  why: 'A pod that reads a key that is not there stays in CreateContainerConfigError; an ObjectStore with a wrong key fails at the first backup, because no webhook looks at it (chr1sd/home-ops#927).',
  remediation: 'write a key that the Secret has',
  example: () =>
    example(
      [deployment(env('token')), object('v1', 'Secret', 'web-token', { data: { token: 'eA==' } })],
      'spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.key',
      'tokn',
    ),
  check: (resource, world, report) => checkKeys('Secret', resource, world, report),
};
