import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

/** An object has the same name tomorrow. */
export const stableNames: PolicyRule = {
  name: 'stable-names',
  family: 'gitops',
  severity: 'error',
  kinds: ['*'],
  summary: 'every object has a fixed name',
  why: 'With generateName every apply makes a new object, and the engine never finds the old one (argo-cd, Generating Applications; kubectl apply refuses it).',
  remediation: 'write metadata.name',
  example: () => example([object('v1', 'ConfigMap', 'pages')], 'metadata.generateName', 'pages-'),
  check(resource, _, report) {
    const { name, generateName } = resource.manifest['metadata'] ?? {};
    // Argo CD makes a hook anew with each sync.
    const hook = resource.annotations['argocd.argoproj.io/hook'] !== undefined;
    if (generateName !== undefined && hook) {
      return;
    }
    if (generateName !== undefined) {
      report.fail('metadata.generateName', 'every apply makes another object');
    } else if (typeof name !== 'string' || name === '') {
      report.fail('metadata.name', 'the object has no name');
    }
  },
};
