import type { PathSegment } from '../_path';
import { type YamlObject, listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { example, object } from './_examples';

/** The field that holds the source of a metric. */
const SOURCES: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};
const TARGETS: Readonly<Record<string, string>> = {
  AverageValue: 'averageValue',
  Utilization: 'averageUtilization',
  Value: 'value',
};

/** An autoscaler has room to scale in, and metrics that it can read. */
export const autoscalerConsistent: PolicyRule = {
  name: 'autoscaler-consistent',
  family: 'kubernetes',
  severity: 'error',
  kinds: ['autoscaling/v2/HorizontalPodAutoscaler'],
  summary: 'an autoscaler has a minimum up to its maximum, and each metric the source and target of its type',
  why: 'The API server refuses it, and the workload stays at the number of pods that it happens to have (kubernetes.io, Horizontal Pod Autoscaling).',
  remediation: 'write minReplicas up to maxReplicas',
  example: () =>
    example(
      [
        object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
          spec: {
            minReplicas: 2,
            maxReplicas: 4,
            scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
            metrics: [
              { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
            ],
          },
        }),
      ],
      'spec.minReplicas',
      5,
    ),
  check(resource, _, report) {
    const { minReplicas = 1, maxReplicas } = resource.spec;
    const metrics = listOr(resource.spec['metrics']);
    if (minReplicas > maxReplicas) {
      report.fail('spec.minReplicas', `it must be at most maxReplicas ${maxReplicas}, got ${minReplicas}`);
    }
    if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
      report.fail(
        'spec.minReplicas',
        'no pod measures nothing: 0 needs a metric of type Object or External',
        'write 1',
      );
    }
    metrics.forEach((metric, i) => checkMetric(metric, ['spec', 'metrics', i], report));
  },
};

function checkMetric(metric: YamlObject, path: readonly PathSegment[], report: Report): void {
  const source = SOURCES[String(metric['type'])] as string;
  for (const field of Object.values(SOURCES)) {
    if (metric[field] !== undefined && field !== source) {
      report.fail([...path, field], `a metric of type ${metric['type']} has ${source} only`, `remove ${field}`);
    }
  }
  if (metric[source] === undefined) {
    report.fail([...path, source], `a metric of type ${metric['type']} needs ${source}`, `write ${source}`);
    return;
  }
  const target = objectOr(objectOr(metric[source])['target']);
  const wanted = TARGETS[String(target['type'])] as string;
  if (target[wanted] === undefined) {
    report.fail(
      [...path, source, 'target', wanted],
      `a target of type ${target['type']} needs ${wanted}`,
      `write ${wanted}`,
    );
  }
}
