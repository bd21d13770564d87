import type { PolicyRule } from '../rule';
import { example, kustomization } from './_examples';

const FLUX = 'kustomize.toolkit.fluxcd.io/v1';

/** What Flux applies is what is in git. */
export const fluxRewrites: PolicyRule = {
  name: 'flux-rewrites',
  family: 'gitops',
  severity: 'warning',
  kinds: [`${FLUX}/Kustomization`],
  summary: 'no Flux Kustomization rewrites its objects with postBuild or targetNamespace',
  why: 'What is applied is then another text than the one that was checked: postBuild replaces ${...} in scripts as well, and targetNamespace moves what names a namespace of its own (fluxcd.io, Kustomization).',
  remediation: 'write the values and metadata.namespace into the manifests',
  example: () => example([kustomization()], 'spec.targetNamespace', 'shop'),
  check(resource, _, report) {
    const { postBuild, targetNamespace } = resource.spec;
    if (postBuild !== undefined) {
      report.fail('spec.postBuild', 'it rewrites ${...} in everything that is applied, also in scripts');
    }
    if (targetNamespace !== undefined) {
      report.fail(
        'spec.targetNamespace',
        `everything lands in namespace '${targetNamespace}', whatever was checked and wherever it says that it belongs`,
      );
    }
  },
};
