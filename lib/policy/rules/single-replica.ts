import type { PolicyRule } from '../rule';
import { deployment, example } from './_examples';

/** What serves has more than one pod. */
export const singleReplica: PolicyRule = {
  name: 'single-replica',
  family: 'availability',
  severity: 'warning',
  kinds: ['apps/v1/Deployment', 'apps/v1/StatefulSet'],
  summary: 'what serves has at least two replicas',
  why: 'With one, the loss of its node is an outage until Kubernetes gives the node up and the image is pulled elsewhere: minutes (kubernetes.io, Nodes, Node controller).',
  remediation: 'write replicas: 2 or more',
  example: example([deployment()], 'spec.replicas', 1),
  check(resource, world, report) {
    const replicas = world.pods(resource)?.replicas ?? 1;
    if (replicas === 0) {
      report.fail('spec.replicas', 'nothing runs');
    } else if (replicas === 1) {
      report.fail('spec.replicas', 'the loss of its node is an outage of minutes');
    }
  },
};
