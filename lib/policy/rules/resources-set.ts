import { listOr, objectOr } from '../resource';
import { WORKLOADS } from '../_pods';
import type { PolicyRule } from '../rule';
import { deployment, example } from './_examples';

/** Containers say what they need, and stay within memory. */
export const resourcesSet: PolicyRule = {
  name: 'resources-set',
  family: 'availability',
  severity: 'warning',
  kinds: WORKLOADS,
  summary: 'every container requests CPU and memory and has a memory limit',
  why: 'Without requests, the scheduler puts all pods of a lost node on the same survivor, and the kernel kills what it likes (kubernetes.io, Resource Management for Pods and Containers).',
  remediation: 'write resources.requests.cpu, requests.memory and limits.memory',
  example: () => example([deployment()], 'spec.template.spec.containers[0].resources.requests.memory'),
  check(resource, world, report) {
    const pods = world.pods(resource);
    listOr(pods?.spec?.['containers']).forEach((container, i) => {
      const { requests, limits } = objectOr(container['resources']);
      const missing = [
        ...['cpu', 'memory'].filter((name) => objectOr(requests)[name] === undefined).map((name) => `requests.${name}`),
        ...(objectOr(limits)['memory'] === undefined ? ['limits.memory'] : []),
      ];
      if (missing.length > 0) {
        report.fail(
          [...(pods?.path ?? []), 'containers', i, 'resources'],
          `container '${container['name']}' has no ${missing.join(', ')}`,
        );
      }
    });
  },
};
