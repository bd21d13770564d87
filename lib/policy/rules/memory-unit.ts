import type { PathSegment } from '../_path';
import { objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { container, deployment, example } from './_examples';
import { POD_KINDS, podSpecOf } from './_pod-specs';

const CLUSTER = 'postgresql.cnpg.io/v1/Cluster';

/** Memory is counted in bytes. */
export const memoryUnit: PolicyRule = {
  name: 'memory-unit',
  family: 'kubernetes',
  severity: 'error',
  kinds: [...POD_KINDS, CLUSTER],
  summary: 'memory is not asked for in thousandths of a byte',
  why: "'200m' is a fifth of a byte: the request asks for nothing, and with such a limit no container starts (kubernetes.io, Resource Management for Pods and Containers, Memory resource units).",
  remediation: 'write Mi for mebibytes',
  example: () =>
    example(
      [deployment({ containers: [container()] })],
      'spec.template.spec.containers[0].resources.limits.memory',
      '512m',
    ),
  check(resource, world, report) {
    if (resource.id === CLUSTER) {
      look(resource.spec['resources'], ['spec'], report);
      return;
    }
    const pod = podSpecOf(resource, world);
    for (const { container: one, path } of pod?.containers ?? []) {
      look(one['resources'], path, report);
    }
  },
};

function look(resources: unknown, path: readonly PathSegment[], report: Report): void {
  for (const part of ['requests', 'limits']) {
    const memory: unknown = objectOr(objectOr(resources)[part])['memory'];
    if (typeof memory === 'string' && memory.endsWith('m')) {
      const fix = `write '${memory.slice(0, -1)}Mi'`;
      report.fail([...path, 'resources', part, 'memory'], `'${memory}' is thousandths of a byte`, fix);
    }
  }
}
