import type { PathSegment } from '../_path';
import { listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { deployment, example } from './_examples';
import { POD_KINDS, podSpecOf } from './_pod-specs';

const CLUSTER = 'postgresql.cnpg.io/v1/Cluster';

/** A toleration says which taint it means. */
export const tolerationsValid: PolicyRule = {
  name: 'tolerations-valid',
  family: 'kubernetes',
  severity: 'error',
  kinds: [...POD_KINDS, CLUSTER],
  summary: 'tolerations have a key, a value only for Equal, and seconds only for NoExecute',
  why: 'The API server refuses the whole object, and CloudNativePG the Cluster (kubernetes.io, Taints and Tolerations; CloudNativePG, webhook: validateTolerations).',
  remediation: 'write key, operator: Exists and effect',
  example: () =>
    example(
      [
        deployment({
          tolerations: [
            {
              key: 'node.kubernetes.io/unreachable',
              operator: 'Exists',
              effect: 'NoExecute',
              tolerationSeconds: 30,
            },
          ],
        }),
      ],
      'spec.template.spec.tolerations[0].effect',
      'NoSchedule',
    ),
  check(resource, world, report) {
    if (resource.id === CLUSTER) {
      const path = ['spec', 'affinity', 'tolerations'];
      checkAll(objectOr(resource.spec['affinity'])['tolerations'], path, report);
      return;
    }
    const pod = podSpecOf(resource, world);
    if (pod !== undefined) {
      checkAll(pod.spec['tolerations'], [...pod.path, 'tolerations'], report);
    }
  },
};

function checkAll(tolerations: unknown, path: readonly PathSegment[], report: Report): void {
  listOr(tolerations).forEach(({ key, operator, value, effect, tolerationSeconds: seconds }, i) => {
    const at = [...path, i];
    if ((key ?? '') === '' && operator !== 'Exists') {
      report.fail([...at, 'key'], 'without a key it must tolerate everything, with operator Exists', 'write the key');
    }
    if (operator === 'Exists' && (value ?? '') !== '') {
      report.fail([...at, 'value'], 'with operator Exists there is no value', 'remove value, or write operator: Equal');
    }
    if (seconds !== undefined && effect !== 'NoExecute') {
      report.fail(
        [...at, 'effect'],
        `tolerationSeconds is for pods that are evicted: NoExecute, got ${effect ?? 'no effect'}`,
        'write effect: NoExecute',
      );
    }
  });
}
