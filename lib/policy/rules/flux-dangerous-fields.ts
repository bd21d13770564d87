import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, kustomization } from './_examples';

const FLUX = 'kustomize.toolkit.fluxcd.io/v1';

/** A Flux Kustomization does not replace objects, and goes on. */
export const fluxDangerousFields: PolicyRule = {
  name: 'flux-dangerous-fields',
  family: 'gitops',
  severity: 'error',
  kinds: [`${FLUX}/Kustomization`],
  summary:
    'no Flux Kustomization uses force, postBuild or targetNamespace, and none deletes the service along with itself',
  why: 'With force, Flux answers a change that a webhook refuses by deleting the object: one Cluster was created anew, empty (devantler-tech/platform#2159). postBuild rewrites ${...} in every script.',
  remediation: 'remove the field',
  example: () => example([kustomization()], 'spec.force', true),
  check(resource, _, report) {
    const { force, suspend, sourceRef } = resource.spec;
    if (force === true) {
      report.fail(
        'spec.force',
        'a change that the API server refuses is answered by deleting the object, also the database',
      );
    }
    if (suspend === true) {
      report.fail(
        'spec.suspend',
        'in git it stays suspended for ever, and nobody sees it',
        'suspend with the flux command, while you need it',
      );
    }
    if (objectOr(sourceRef)['kind'] === undefined) {
      report.fail('spec.sourceRef', 'it has no source');
    }
  },
};
