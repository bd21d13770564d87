import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { deployment, example, service } from './_examples';
import { showLabels } from './_labels';

/** A Service must have pods behind it. */
export const serviceSelectsPods: PolicyRule = {
  name: 'service-selects-pods',
  family: 'references',
  severity: 'error',
  kinds: ['v1/Service'],
  summary: 'the selector of every Service takes pods of its namespace',
  why: 'A Service without pods answers nothing, and Kubernetes reports it healthy (kubernetes.io, Debug Services).',
  remediation: "write labels of the pods' template",
  example: example([service(), deployment()], 'spec.selector.app', 'wbe'),
  check(resource, world, report) {
    const selector = objectOr(resource.spec['selector']);
    if (Object.keys(selector).length === 0) {
      if (resource.spec['type'] !== 'ExternalName' && !world.exists('Endpoints', resource.namespace, resource.name)) {
        report.fail('spec.selector', 'it has no selector, so no pod is ever behind it');
      }
    } else if (world.selected(resource.namespace, { matchLabels: selector }).length === 0) {
      report.fail(
        'spec.selector',
        `no pod in namespace '${resource.namespace}' has the labels ${showLabels(selector)}`,
      );
    }
  },
};
