import type { PolicyRule } from '../rule';
import { deployment, example, object } from './_examples';
import { referrersTo } from './_reference-table';
import { referencesOf } from './_references';
import { resolve } from './_resolve';

/** A ServiceAccount that pods run as must be there. */
export const serviceAccountExists: PolicyRule = {
  name: 'service-account-exists',
  family: 'references',
  severity: 'error',
  kinds: referrersTo('ServiceAccount'),
  summary: 'the ServiceAccount that pods run as is in their namespace',
  why: 'Pods of a missing ServiceAccount are never created: the controller is refused, and only its events say so (kubernetes.io, Configure Service Accounts for Pods).',
  remediation: 'correct the name, or declare the ServiceAccount',
  example: () =>
    example(
      [deployment({ serviceAccountName: 'web' }), object('v1', 'ServiceAccount', 'web')],
      'spec.template.spec.serviceAccountName',
      'wbe',
    ),
  check(resource, world, report) {
    for (const { kind, name, path } of world.onceFor(resource, referencesOf)) {
      if (kind === 'ServiceAccount' && name !== 'default' && (resource.kind !== 'Cluster' || name !== resource.name)) {
        resolve({ kind, name, namespace: resource.namespace, path }, world, report);
      }
    }
  },
};
