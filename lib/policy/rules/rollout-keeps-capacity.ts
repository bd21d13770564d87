import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { deployment, example } from './_examples';

/** A rollout starts a new pod before it stops an old one. */
export const rolloutKeepsCapacity: PolicyRule = {
  name: 'rollout-keeps-capacity',
  family: 'availability',
  severity: 'error',
  kinds: ['apps/v1/Deployment'],
  summary: 'a rollout never takes capacity away before the new pods are ready',
  why: 'Recreate is an outage with every change; maxUnavailable above zero meets a lost node half way through (kubernetes.io, Deployments, Strategy).',
  remediation: 'write rollingUpdate: {maxUnavailable: 0, maxSurge: 1}',
  example: () => example([deployment()], 'spec.strategy.rollingUpdate.maxUnavailable', 1),
  check(resource, world, report) {
    const replicas = world.pods(resource)?.replicas ?? 1;
    if (replicas < 2) {
      return;
    }
    const { type, rollingUpdate } = objectOr(resource.spec['strategy']);
    if (type === 'Recreate') {
      report.fail('spec.strategy.type', 'every change stops all pods first', 'write RollingUpdate');
    } else if (taken(objectOr(rollingUpdate)['maxUnavailable'] ?? '25%', replicas) > 0) {
      report.fail(
        'spec.strategy.rollingUpdate.maxUnavailable',
        'every rollout takes pods away before new ones are ready',
      );
    }
  },
};

/** How many pods a rollout may take away: a share of them is rounded down. */
function taken(unavailable: unknown, replicas: number): number {
  return typeof unavailable === 'string'
    ? Math.floor((Number.parseInt(unavailable, 10) * replicas) / 100)
    : Number(unavailable);
}
