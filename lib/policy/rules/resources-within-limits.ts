import { parseQuantity } from '../_quantity';
import { type YamlObject, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { container, deployment, example } from './_examples';
import { ASKING, type Asked, askedBy } from './_pod-specs';

/** Nothing asks for more than it may use. */
export const resourcesWithinLimits: PolicyRule = {
  name: 'resources-within-limits',
  family: 'kubernetes',
  severity: 'error',
  kinds: ASKING,
  summary: 'no request is above its limit, and huge pages and devices are requested as they are limited',
  why: "The API server refuses the pod, not the Deployment: the rollout stands still and only the ReplicaSet's events say why (kubernetes.io, Resource Management for Pods and Containers; CloudNativePG, webhook: validateResources).",
  remediation: 'lower the request, or raise the limit',
  example: () =>
    example(
      [deployment({ containers: [container()] })],
      'spec.template.spec.containers[0].resources.requests.memory',
      '1Gi',
    ),
  check(resource, world, report) {
    askedBy(resource, world).forEach((one) => compare(one, report));
  },
};

function compare({ resources, path }: Asked, report: Report): void {
  if (resources === undefined) {
    return;
  }
  const { limits, requests } = objectOr(resources);
  const [most, asked] = [objectOr(limits), objectOr(requests)];
  for (const name in asked) {
    const [wanted, limit] = [asked[name], most[name]];
    const whole = name.startsWith('hugepages-') || name.includes('/');
    if (wanted === limit || (limit === undefined && !whole)) {
      continue;
    }
    const [request, top] = [parseQuantity(wanted), parseQuantity(limit)];
    if (request === undefined || (limit !== undefined && top === undefined)) {
      continue;
    }
    if (top === undefined || (whole && request !== top)) {
      const text = top === undefined ? 'no limit' : `the limit ${limit}`;
      report.fail(
        [...path, 'resources', 'requests', name],
        `${name} is requested as it is limited, got ${wanted} and ${text}`,
      );
    } else if (request > top) {
      report.fail([...path, 'resources', 'requests', name], `the request ${wanted} is above the limit ${limit}`);
    }
  }
  if (hasHugePages(most) || hasHugePages(asked)) {
    const plain = ['cpu', 'memory'].some((name) => most[name] !== undefined || asked[name] !== undefined);
    if (!plain) {
      report.fail(
        [...path, 'resources'],
        'huge pages need a request for cpu or memory beside them',
        'write a request for memory',
      );
    }
  }
}

function hasHugePages(resources: YamlObject): boolean {
  for (const name in resources) {
    if (name.startsWith('hugepages-')) {
      return true;
    }
  }
  return false;
}
