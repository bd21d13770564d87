import type { PolicyRule } from '../rule';
import { deployment, example, object } from './_examples';
import { REFERRERS, referencesOf } from './_references';
import { resolve } from './_resolve';

/** A Secret that is named must be there. */
export const secretExists: PolicyRule = {
  name: 'secret-exists',
  family: 'references',
  severity: 'error',
  kinds: REFERRERS,
  summary: 'every Secret that an object names is in its namespace',
  why: "A pod whose Secret is missing waits for ever. A superuser Secret named 'cloudnativ-pg-secret' was dead for months before anybody saw (chr1sd/home-ops#927).",
  remediation: 'correct the name, or add the Secret to those that are declared external',
  example: example(
    [
      deployment({ volumes: [{ name: 'ca', secret: { secretName: 'web-ca' } }] }),
      object('v1', 'Secret', 'web-ca', { data: {} }),
    ],
    'spec.template.spec.volumes[0].secret.secretName',
    'web-ac',
  ),
  check(resource, world, report) {
    for (const { kind, name, key, path } of referencesOf(resource)) {
      if (kind === 'Secret' && key === undefined) {
        resolve({ kind, name, namespace: resource.namespace, path }, world, report);
      } else if (kind === 'Secret') {
        const found = world.lookUp(kind, resource.namespace, name);
        if (found.status !== 'found') {
          resolve({ kind, name, namespace: resource.namespace, path: [...path, 'name'] }, world, report);
        }
      }
    }
  },
};
