import { type Resource, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import type { World } from '../world';
import { deployment, example, service } from './_examples';
import { inNamespace, showLabels } from './_labels';

/** A Service must have pods behind it. */
export const serviceSelectsPods: PolicyRule = {
  name: 'service-selects-pods',
  family: 'references',
  severity: 'error',
  kinds: ['v1/Service'],
  summary: 'the selector of every Service takes pods of its namespace',
  why: 'A Service without pods answers nothing, and Kubernetes reports it healthy (kubernetes.io, Debug Services).',
  remediation: "write labels of the pods' template",
  example: () => example([service(), deployment()], 'spec.selector.app', 'wbe'),
  check(resource, world, report) {
    const selector = objectOr(resource.spec['selector']);
    if (Object.keys(selector).length === 0) {
      if (resource.spec['type'] !== 'ExternalName' && !hasAddresses(resource, world)) {
        report.fail('spec.selector', 'it has no selector and no EndpointSlice, so nothing is ever behind it');
      }
    } else if (world.selected(resource.namespace, { matchLabels: selector }).length > 0) {
      return;
    } else if (!world.knowsPods(resource.namespace)) {
      report.skip(`not all pods${inNamespace(resource.namespace)} are known`);
    } else {
      report.fail('spec.selector', `no pod${inNamespace(resource.namespace)} has the labels ${showLabels(selector)}`);
    }
  },
};

/** Whether the addresses behind a Service without a selector are written by hand. */
function hasAddresses({ namespace, name }: Resource, world: World): boolean {
  return world.exists('Endpoints', namespace, name) || world.once(slicedServices).has(`${namespace}/${name}`);
}

/** `namespace/name` of each Service with an EndpointSlice. */
function slicedServices(world: World): ReadonlySet<string> {
  return new Set(
    world
      .all('discovery.k8s.io/v1/EndpointSlice')
      .map((slice) => `${slice.namespace}/${slice.labels['kubernetes.io/service-name']}`),
  );
}
