import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { deployment, example, object } from './_examples';
import { resolve } from './_resolve';

/** What an autoscaler scales must be there. */
export const scaleTargetExists: PolicyRule = {
  name: 'scale-target-exists',
  family: 'references',
  severity: 'error',
  kinds: ['autoscaling/v2/HorizontalPodAutoscaler'],
  summary: 'every HorizontalPodAutoscaler scales something that exists',
  why: 'An autoscaler without its target does nothing, and the replicas stay as they were on the day of the load (kubernetes.io, Horizontal Pod Autoscaling).',
  remediation: 'correct the name in scaleTargetRef',
  example: () =>
    example(
      [
        object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
          spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
        }),
        deployment(),
      ],
      'spec.scaleTargetRef.name',
      'wbe',
    ),
  check(resource, world, report) {
    const { kind, name } = objectOr(resource.spec['scaleTargetRef']);
    resolve(
      { kind: String(kind), name: String(name), namespace: resource.namespace, path: 'spec.scaleTargetRef.name' },
      world,
      report,
    );
  },
};
