import type { PolicyRule } from '../rule';
import { deployment, example, object } from './_examples';
import { checkKeys } from './_keys';
import { referrersTo } from './_reference-table';

/** A key that is read must be in the ConfigMap. */
export const configMapKeyExists: PolicyRule = {
  name: 'config-map-key-exists',
  family: 'references',
  severity: 'error',
  kinds: referrersTo('ConfigMap'),
  summary: 'every key that is read from a ConfigMap is in it',
  why: 'A volume with an item that is not there never mounts, and the pod waits (kubernetes.io, ConfigMaps).',
  remediation: 'write a key that the ConfigMap has',
  example: () =>
    example(
      [
        deployment({
          volumes: [{ name: 'pages', configMap: { name: 'pages', items: [{ key: 'a.html', path: 'a.html' }] } }],
        }),
        object('v1', 'ConfigMap', 'pages', { data: { 'a.html': 'hello' } }),
      ],
      'spec.template.spec.volumes[0].configMap.items[0].key',
      'b.html',
    ),
  check: (resource, world, report) => checkKeys('ConfigMap', resource, world, report),
};
