import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const TRACKING = [
  'app.kubernetes.io/instance',
  'argocd.argoproj.io/',
  'kustomize.toolkit.fluxcd.io/',
  'helm.toolkit.fluxcd.io/',
];

/** Children of a Cluster do not look as if an engine had made them. */
export const trackingNotInherited: PolicyRule = {
  name: 'tracking-not-inherited',
  family: 'gitops',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a Cluster hands no label of a GitOps engine down to its pods and volumes',
  why: 'The engine then takes the pods and volumes for its own, does not find them in git, and prunes them (CloudNativePG, inheritedMetadata; argo-cd, Resource Tracking).',
  remediation: 'remove it from inheritedMetadata',
  example: () =>
    example(
      [cluster({ inheritedMetadata: { labels: { team: 'shop' } } })],
      "spec.inheritedMetadata.labels['app.kubernetes.io/instance']",
      'shop',
    ),
  check(resource, _, report) {
    for (const field of ['labels', 'annotations']) {
      for (const name of Object.keys(objectOr(objectOr(resource.spec['inheritedMetadata'])[field]))) {
        if (TRACKING.some((one) => name.startsWith(one))) {
          report.fail(
            ['spec', 'inheritedMetadata', field, name],
            'the engine takes pods and volumes for its own and prunes them',
          );
        }
      }
    }
  },
};
