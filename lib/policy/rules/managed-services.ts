import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** Services of a Cluster have names of their own, and leave the pods to the operator. */
export const managedServices: PolicyRule = {
  name: 'managed-services',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'additional Services have a name, no selector and no name that is taken; the read-write Service stays',
  why: 'The operator points them at the primary or the standbys and needs the read-write Service itself; the webhook refuses all else (CloudNativePG, Service Management; webhook: validateManagedServices).',
  remediation: 'write serviceTemplate.metadata.name, a name that no other Service has',
  example: () =>
    example(
      [
        cluster({
          managed: {
            services: {
              additional: [{ selectorType: 'rw', serviceTemplate: { metadata: { name: 'db-external' }, spec: {} } }],
            },
          },
        }),
      ],
      'spec.managed.services.additional[0].serviceTemplate.metadata.name',
      'db-rw',
    ),
  check(resource, _, report) {
    const { additional, disabledDefaultServices } = objectOr(objectOr(resource.spec['managed'])['services']);
    const disabled = Array.isArray(disabledDefaultServices) ? disabledDefaultServices.indexOf('rw') : -1;
    if (disabled >= 0) {
      const path = ['spec', 'managed', 'services', 'disabledDefaultServices', disabled];
      report.fail(path, 'the operator itself needs the read-write Service', 'disable ro and r only');
    }
    const taken = new Set(['rw', 'ro', 'r', 'any'].map((type) => `${resource.name}-${type}`));
    const seen = new Set<string>();
    listOr(additional).forEach((service, i) => {
      const template = objectOr(service['serviceTemplate']);
      const path = ['spec', 'managed', 'services', 'additional', i, 'serviceTemplate'];
      const name = String(objectOr(template['metadata'])['name'] ?? '');
      if (name === '') {
        report.fail([...path, 'metadata', 'name'], 'the Service has no name');
      } else if (taken.has(name)) {
        report.fail([...path, 'metadata', 'name'], `'${name}' is a Service that the operator makes`);
      } else if (seen.has(name)) {
        report.fail([...path, 'metadata', 'name'], `another additional Service is called '${name}'`);
      }
      seen.add(name);
      if (Object.keys(objectOr(objectOr(template['spec'])['selector'])).length > 0) {
        report.fail([...path, 'spec', 'selector'], 'the operator selects the pods by selectorType', 'remove selector');
      }
    });
  },
};
