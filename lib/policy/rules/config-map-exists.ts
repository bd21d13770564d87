import type { PolicyRule } from '../rule';
import { deployment, example, object } from './_examples';
import { checkNames } from './_keys';
import { referrersTo } from './_reference-table';

/** A ConfigMap that is named must be there. */
export const configMapExists: PolicyRule = {
  name: 'config-map-exists',
  family: 'references',
  severity: 'error',
  kinds: referrersTo('ConfigMap'),
  summary: 'every ConfigMap that an object names is in its namespace',
  why: 'A pod whose ConfigMap is missing waits in ContainerCreating and says so only in its events (kubernetes.io, Configure a Pod to Use a ConfigMap).',
  remediation: 'correct the name, or add the ConfigMap to those that are declared external',
  example: () =>
    example(
      [
        deployment({ volumes: [{ name: 'pages', configMap: { name: 'pages' } }] }),
        object('v1', 'ConfigMap', 'pages', { data: {} }),
      ],
      'spec.template.spec.volumes[0].configMap.name',
      'page',
    ),
  check: (resource, world, report) => checkNames(['ConfigMap'], resource, world, report),
};
