import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { selects } from '../selector';
import { deployment, example } from './_examples';
import { showSelector } from './_labels';

/** A workload must select the pods of its own template. */
export const selectorMatchesTemplate: PolicyRule = {
  name: 'selector-matches-template',
  family: 'references',
  severity: 'error',
  kinds: ['apps/v1/Deployment', 'apps/v1/StatefulSet', 'apps/v1/DaemonSet', 'apps/v1/ReplicaSet'],
  summary: 'the selector of a workload takes the pods of its template',
  why: 'The API server refuses it, and a selector cannot be changed later (kubernetes.io, Deployments).',
  remediation: "write the labels of the template's metadata",
  example: () => example([deployment()], 'spec.selector.matchLabels.app', 'wbe'),
  check(resource, world, report) {
    const labels = world.pods(resource)?.labels ?? {};
    if (!selects(resource.spec['selector'], labels)) {
      const place =
        objectOr(resource.spec['selector'])['matchLabels'] === undefined ? 'selector' : 'selector.matchLabels';
      report.fail(
        `spec.${place}`,
        `it selects ${showSelector(resource.spec['selector'])}, which its own pods do not have`,
      );
    }
  },
};
