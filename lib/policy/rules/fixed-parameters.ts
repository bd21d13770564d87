import { FIXED_PARAMETERS } from '../../postgres/fixed-parameters';
import { isObject, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** Parameters that the operator sets are left to it. */
export const fixedParameters: PolicyRule = {
  name: 'fixed-parameters',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'no parameter is set that CloudNativePG sets itself',
  why: 'The webhook refuses the whole Cluster, at the moment it is applied (CloudNativePG, PostgreSQL Configuration, Fixed parameters).',
  remediation: 'remove the parameter',
  example: () =>
    example(
      [cluster({ postgresql: { parameters: { work_mem: '8MB' } } })],
      'spec.postgresql.parameters.archive_mode',
      'off',
    ),
  check(resource, _, report) {
    const parameters = objectOr(objectOr(resource.manifest['spec']?.postgresql)['parameters']);
    for (const name of isObject(parameters) ? Object.keys(parameters) : []) {
      if (FIXED_PARAMETERS.has(name)) {
        report.fail(
          ['spec', 'postgresql', 'parameters', name],
          `CloudNativePG sets '${name}' itself and refuses the Cluster`,
        );
      }
    }
  },
};
