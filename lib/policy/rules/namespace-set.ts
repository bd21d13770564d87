import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

/** Objects say which namespace they belong to. */
export const namespaceSet: PolicyRule = {
  name: 'namespace-set',
  family: 'gitops',
  severity: 'warning',
  kinds: ['*'],
  summary: 'every namespaced object says its namespace',
  why: 'Without it an object lands wherever the tool that applies it happens to point: the engine, a person and a test then see three different services (argo-cd, Declarative Setup; fluxcd.io, Kustomization).',
  remediation: 'write metadata.namespace',
  example: () => example([object('v1', 'ConfigMap', 'pages')], 'metadata.namespace'),
  check(resource, world, report) {
    // Files that kustomize reads are no objects of a cluster.
    if (resource.namespace === '' && !resource.clusterScoped && !resource.id.startsWith('kustomize.config.k8s.io/')) {
      report.fail('metadata', 'it has no namespace, so it lands wherever the tool that applies it points');
    }
  },
};
