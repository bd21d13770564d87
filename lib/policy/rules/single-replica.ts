import type { PolicyRule } from '../rule';
import { deployment, example } from './_examples';

/** What serves has more than one pod. */
export const singleReplica: PolicyRule = {
  name: 'single-replica',
  family: 'availability',
  severity: 'warning',
  kinds: ['apps/v1/Deployment', 'apps/v1/StatefulSet', 'postgresql.cnpg.io/v1/Pooler'],
  summary: 'what serves has at least two replicas',
  why: 'With one, the loss of its node is an outage until Kubernetes gives the node up and the image is pulled elsewhere: minutes (kubernetes.io, Nodes, Node controller).',
  remediation: 'write two or more',
  example: () => example([deployment()], 'spec.replicas', 1),
  check(resource, world, report) {
    const replicas = world.pods(resource)?.replicas ?? 1;
    const field = resource.kind === 'Pooler' ? 'spec.instances' : 'spec.replicas';
    if (replicas === 0) {
      report.fail(field, 'nothing runs');
    } else if (replicas === 1) {
      report.fail(field, 'the loss of its node is an outage of minutes');
    }
  },
};
