import type { PathSegment } from '../_path';
import { type YamlObject, isObject, listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { deployment, example } from './_examples';
import { flowRules } from './_flows';
import { POD_KINDS, podSpecOf } from './_pod-specs';
import { wrongValues } from './pod-consistent';

const OWNERS = ['apps/v1/DaemonSet', 'apps/v1/Deployment', 'apps/v1/ReplicaSet', 'apps/v1/StatefulSet'];
const TERMS = ['requiredDuringSchedulingIgnoredDuringExecution', 'preferredDuringSchedulingIgnoredDuringExecution'];

/** Selectors can be read. */
export const selectorRequirements: PolicyRule = {
  name: 'selector-requirements',
  family: 'kubernetes',
  severity: 'error',
  kinds: [...POD_KINDS, 'networking.k8s.io/v1/NetworkPolicy', 'policy/v1/PodDisruptionBudget'],
  summary: 'operators In and NotIn have values, Exists and DoesNotExist have none, and a workload selects by something',
  why: 'The API server refuses the whole object, a policy or a budget with it (kubernetes.io, Labels and Selectors).',
  remediation: 'correct operator or values',
  example: () =>
    example(
      [
        deployment(
          {},
          { selector: { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'app', operator: 'Exists' }] } },
        ),
      ],
      'spec.selector.matchExpressions[0].operator',
      'In',
    ),
  check(resource, world, report) {
    const { spec } = resource;
    if (OWNERS.includes(resource.id) && isEmpty(objectOr(spec['selector']))) {
      report.fail('spec.selector', 'an empty selector would take every pod of the namespace', 'write matchLabels');
    }
    if (resource.kind === 'NetworkPolicy') {
      look(spec, 'podSelector', ['spec'], report);
      for (const { peers } of world.onceFor(resource, flowRules)) {
        for (const { peer, path } of peers) {
          look(peer, 'podSelector', path, report);
          look(peer, 'namespaceSelector', path, report);
        }
      }
      return;
    }
    look(spec, 'selector', ['spec'], report);
    const pod = podSpecOf(resource, world);
    if (pod !== undefined) {
      lookAtPod(pod.spec, pod.path, report);
    }
  },
};

function isEmpty({ matchLabels, matchExpressions }: YamlObject): boolean {
  return Object.keys(objectOr(matchLabels)).length === 0 && listOr(matchExpressions).length === 0;
}

function look(object: YamlObject, field: string, path: readonly PathSegment[], report: Report): void {
  listOr(objectOr(object[field])['matchExpressions']).forEach(({ operator, values }, i) => {
    const wrong = wrongValues(operator, values);
    if (wrong !== undefined) {
      report.fail([...path, field, 'matchExpressions', i, 'values'], wrong);
    }
  });
}

function lookAtPod(
  { topologySpreadConstraints, affinity }: YamlObject,
  path: readonly PathSegment[],
  report: Report,
): void {
  listOr(topologySpreadConstraints).forEach((one, i) =>
    look(one, 'labelSelector', [...path, 'topologySpreadConstraints', i], report),
  );
  for (const kind of affinity === undefined ? [] : ['podAffinity', 'podAntiAffinity']) {
    for (const when of TERMS) {
      listOr(objectOr(objectOr(affinity)[kind])[when]).forEach((term, i) => {
        const weighted: unknown = term['podAffinityTerm'];
        const at = [...path, 'affinity', kind, when, i];
        if (isObject(weighted)) {
          look(weighted, 'labelSelector', [...at, 'podAffinityTerm'], report);
        } else {
          look(term, 'labelSelector', at, report);
        }
      });
    }
  }
}
