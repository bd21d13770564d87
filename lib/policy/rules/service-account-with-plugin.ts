import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** The plugin finds the ServiceAccount that it gives rights to. */
export const serviceAccountWithPlugin: PolicyRule = {
  name: 'service-account-with-plugin',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a Cluster with the backup plugin uses the ServiceAccount of its own name',
  why: 'The plugin binds its rights to the ServiceAccount named after the Cluster, whatever the Cluster says; the field cannot be changed later (cloudnative-pg#11345).',
  remediation: 'remove serviceAccountName; use serviceAccountTemplate for annotations',
  example: () => example([cluster()], 'spec.serviceAccountName', 'postgres'),
  check(resource, _, report) {
    const name = resource.spec['serviceAccountName'] as string | undefined;
    if (name !== undefined && resource.spec['serviceAccountTemplate'] !== undefined) {
      report.fail('spec.serviceAccountName', 'it excludes serviceAccountTemplate: the webhook refuses it');
    } else if (name !== undefined && name !== resource.name && listOr(resource.spec['plugins']).length > 0) {
      report.fail(
        'spec.serviceAccountName',
        `the backup plugin gives its rights to '${resource.name}', not to '${name}': nothing is archived`,
      );
    }
  },
};
