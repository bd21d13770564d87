import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { container, deployment, example } from './_examples';
import { ASKING, askedBy } from './_pod-specs';

/** Memory is counted in bytes. */
export const memoryUnit: PolicyRule = {
  name: 'memory-unit',
  family: 'kubernetes',
  severity: 'error',
  kinds: ASKING,
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
    for (const { resources, path } of askedBy(resource, world)) {
      for (const part of ['requests', 'limits']) {
        const memory: unknown = objectOr(objectOr(resources)[part])['memory'];
        if (typeof memory === 'string' && memory.endsWith('m')) {
          const fix = `write '${memory.slice(0, -1)}Mi'`;
          report.fail([...path, 'resources', part, 'memory'], `'${memory}' is thousandths of a byte`, fix);
        }
      }
    }
  },
};
