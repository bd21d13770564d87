import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { selects } from '../selector';
import { budget, deployment, example } from './_examples';

/** Replicas are not all drained at once. */
export const replicasProtected: PolicyRule = {
  name: 'replicas-protected',
  family: 'availability',
  severity: 'error',
  kinds: ['apps/v1/Deployment', 'apps/v1/StatefulSet', 'postgresql.cnpg.io/v1/Pooler'],
  summary: 'every workload with replicas has a PodDisruptionBudget',
  why: 'Draining two nodes at once, as upgrades do, takes all replicas away together (kubernetes.io, Disruptions).',
  remediation: 'add a PodDisruptionBudget with maxUnavailable: 1',
  example: () => example([deployment(), budget()], 'spec.selector.matchLabels.app', 'other', 1),
  check(resource, world, report) {
    const pods = world.pods(resource);
    if (pods === undefined || (pods.replicas ?? 0) < 2) {
      return;
    }
    const covered = world
      .in(resource.namespace, 'policy/v1/PodDisruptionBudget')
      .some((one) => selects(objectOr(one.spec['selector']), pods.labels));
    if (!covered) {
      report.fail('', `nothing keeps a drain from taking all ${pods.replicas} replicas at once`);
    }
  },
};
