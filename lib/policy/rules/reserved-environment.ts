import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';
import { isReservedVariable } from './_postgres';

/** Environment variables of the operator are left to it. */
export const reservedEnvironment: PolicyRule = {
  name: 'reserved-environment',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'no environment variable of a Cluster or its extensions has a name that the operator uses',
  why: 'The instance manager finds its own pod and database by them; the webhook refuses PG*, CNPG_*, POD_NAME, NAMESPACE and CLUSTER_NAME (CloudNativePG, webhook: validateEnv).',
  remediation: 'choose another name',
  example: () => example([cluster({ env: [{ name: 'TZ', value: 'UTC' }] })], 'spec.env[0].name', 'PGTZ'),
  check(resource, _, report) {
    listOr(resource.spec['env']).forEach((one, i) => {
      if (isReservedVariable(String(one['name']))) {
        report.fail(['spec', 'env', i, 'name'], `'${one['name']}' belongs to the operator`);
      }
    });
    listOr(objectOr(resource.spec['postgresql'])['extensions']).forEach((extension, i) => {
      listOr(extension['env']).forEach((one, j) => {
        const name = String(one['name']);
        if (isReservedVariable(name) || name === 'LD_LIBRARY_PATH' || name === 'PATH') {
          const path = ['spec', 'postgresql', 'extensions', i, 'env', j, 'name'];
          report.fail(path, `'${name}' belongs to the operator`);
        }
      });
    });
  },
};
