import type { PolicyRule } from '../rule';
import { example, namespace, object } from './_examples';

/** The namespace of an object must be declared or known. */
export const namespaceExists: PolicyRule = {
  name: 'namespace-exists',
  family: 'references',
  severity: 'error',
  kinds: ['*'],
  summary: 'the namespace of every object is declared, or named as external',
  why: 'Applying to a namespace that is not there fails, and with it everything after it in the same unit (kubernetes.io, Namespaces).',
  remediation: 'correct the name, or declare the Namespace',
  example: () => example([object('v1', 'ConfigMap', 'pages'), namespace()], 'metadata.namespace', 'shpo'),
  check(resource, world, report) {
    if (resource.namespace === '' || resource.clusterScoped) {
      return;
    }
    if (world.all('v1/Namespace').length === 0) {
      report.skip('no Namespace is among the manifests');
    } else if (!world.exists('Namespace', '', resource.namespace)) {
      report.fail('metadata.namespace', `no namespace '${resource.namespace}' is declared or named as external`);
    }
  },
};
