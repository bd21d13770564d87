import { isObject, listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { selects } from '../selector';
import { deployment, example } from './_examples';
import { showSelector } from './_labels';

const HOST = 'kubernetes.io/hostname';
const spread = {
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: HOST,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
    },
  ],
};

/** Replicas are on different nodes. */
export const spreadOverNodes: PolicyRule = {
  name: 'spread-over-nodes',
  family: 'availability',
  severity: 'error',
  kinds: ['apps/v1/Deployment', 'apps/v1/StatefulSet'],
  summary: 'the replicas of a workload are spread over nodes, by labels that they have',
  why: 'Without it the scheduler may put all replicas on one node, and they are lost together; a constraint whose selector misses its own pods counts nothing and says nothing (kubernetes.io, Pod Topology Spread Constraints).',
  remediation: `add a topologySpreadConstraint on ${HOST} with the labels of the template`,
  example: () =>
    example(
      [deployment(spread)],
      'spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels.app',
      'wbe',
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    if (pods?.spec === undefined || (pods.replicas ?? 0) < 2) {
      return;
    }
    const path = [...pods.path, 'topologySpreadConstraints'];
    const constraints = listOr(pods.spec['topologySpreadConstraints']);
    constraints.forEach((constraint, i) => {
      if (!isObject(constraint['labelSelector']) || !selects(constraint['labelSelector'], pods.labels)) {
        report.fail(
          [...path, i, 'labelSelector'],
          `it takes pods with ${showSelector(constraint['labelSelector'])}, not those of its own template, so it spreads nothing`,
        );
      }
    });
    const anti = objectOr(objectOr(pods.spec['affinity'])['podAntiAffinity']);
    const kept =
      constraints.some((one) => one['topologyKey'] === HOST) ||
      ['requiredDuringSchedulingIgnoredDuringExecution', 'preferredDuringSchedulingIgnoredDuringExecution'].some(
        (kind) => JSON.stringify(anti[kind] ?? '').includes(`"${HOST}"`),
      );
    if (!kept) {
      report.fail(path, `nothing keeps its ${pods.replicas} replicas from sharing a node`);
    }
  },
};
