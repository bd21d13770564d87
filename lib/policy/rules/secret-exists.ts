import type { PolicyRule } from '../rule';
import { deployment, example, object } from './_examples';
import { checkNames } from './_keys';
import { referrersTo } from './_reference-table';

/** A Secret that is named must be there. */
export const secretExists: PolicyRule = {
  name: 'secret-exists',
  family: 'references',
  severity: 'error',
  kinds: referrersTo('Secret'),
  summary: 'every Secret that an object names is in its namespace',
  why: "A pod whose Secret is missing waits for ever. A superuser Secret named 'cloudnativ-pg-secret' was dead for months before anybody saw (chr1sd/home-ops#927).",
  remediation: 'correct the name, or add the Secret to those that are declared external',
  example: () =>
    example(
      [
        deployment({ volumes: [{ name: 'ca', secret: { secretName: 'web-ca' } }] }),
        object('v1', 'Secret', 'web-ca', { data: {} }),
      ],
      'spec.template.spec.volumes[0].secret.secretName',
      'web-ac',
    ),
  check: (resource, world, report) => checkNames(['Secret'], resource, world, report),
};
