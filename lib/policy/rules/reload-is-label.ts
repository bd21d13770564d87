import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

const RELOAD = 'cnpg.io/reload';

/** What CloudNativePG is to notice has a label. */
export const reloadIsLabel: PolicyRule = {
  name: 'reload-is-label',
  family: 'cloudnative-pg',
  severity: 'warning',
  kinds: [
    'v1/Secret',
    'v1/ConfigMap',
    'external-secrets.io/v1/ExternalSecret',
    'external-secrets.io/v1beta1/ExternalSecret',
    'bitnami.com/v1alpha1/SealedSecret',
  ],
  summary: `${RELOAD} is a label of the Secret or ConfigMap itself`,
  why: 'CloudNativePG watches a label; as an annotation, or on the object that the Secret is made from, it does nothing, and a new password is read at the next restart (cloudnative-pg#4914, and thaum-xyz).',
  remediation: `write metadata.labels: {${RELOAD}: "true"} on the Secret or ConfigMap`,
  example: () =>
    example(
      [object('v1', 'ConfigMap', 'queries', { data: {}, metadata: { labels: { [RELOAD]: 'true' } } })],
      `metadata.annotations['${RELOAD}']`,
      'true',
    ),
  check(resource, _, report) {
    if (resource.annotations[RELOAD] !== undefined) {
      report.fail(['metadata', 'annotations', RELOAD], 'nobody reads it as an annotation');
    }
    if (resource.labels[RELOAD] !== undefined && /^(External|Sealed)Secret$/.test(resource.kind)) {
      const template = resource.kind === 'ExternalSecret' ? 'spec.target.template' : 'spec.template';
      report.fail(
        ['metadata', 'labels', RELOAD],
        `it is on the ${resource.kind}, not on the Secret that is made from it`,
        `write it in ${template}.metadata.labels`,
      );
    }
  },
};
