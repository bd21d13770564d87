import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import { deployment, example } from './_examples';

/** Pods behind a Service say when they can serve. */
export const readinessProbe: PolicyRule = {
  name: 'readiness-probe',
  family: 'availability',
  severity: 'error',
  kinds: ['apps/v1/Deployment', 'apps/v1/StatefulSet'],
  summary: 'every container with ports has a readiness probe',
  why: 'Without it a pod takes requests before it can answer them, and a rollout goes on although the new version is broken (kubernetes.io, Liveness, Readiness, and Startup Probes).',
  remediation: 'add a readinessProbe on the health endpoint',
  example: () => example([deployment()], 'spec.template.spec.containers[0].readinessProbe'),
  check(resource, world, report) {
    const pods = world.pods(resource);
    listOr(pods?.spec?.['containers']).forEach((container, i) => {
      if (listOr(container['ports']).length > 0 && container['readinessProbe'] === undefined) {
        report.fail(
          [...(pods?.path ?? []), 'containers', i],
          `container '${container['name']}' takes requests before it can answer them`,
        );
      }
    });
  },
};
