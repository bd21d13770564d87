import type { PathSegment } from '../_path';
import { type YamlObject, isObject, listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { deployment, example } from './_examples';
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
      look(spec['podSelector'], report, () => ['spec', 'podSelector']);
      lookAtPeers(spec['ingress'], 'from', report, ['spec', 'ingress']);
      lookAtPeers(spec['egress'], 'to', report, ['spec', 'egress']);
      return;
    }
    look(spec['selector'], report, () => ['spec', 'selector']);
    const pod = podSpecOf(resource, world);
    if (pod !== undefined) {
      lookAtPod(pod.spec, report, pod.path);
    }
  },
};

function isEmpty({ matchLabels, matchExpressions }: YamlObject): boolean {
  return Object.keys(objectOr(matchLabels)).length === 0 && listOr(matchExpressions).length === 0;
}

/** Most selectors have no expression: the place is put together for those that are wrong only. */
function look(selector: unknown, report: Report, place: () => readonly PathSegment[]): void {
  const expressions: unknown = objectOr(selector)['matchExpressions'];
  if (expressions === undefined) {
    return;
  }
  listOr(expressions).forEach(({ operator, values }, i) => {
    const wrong = wrongValues(operator, values);
    if (wrong !== undefined) {
      report.fail([...place(), 'matchExpressions', i, 'values'], wrong);
    }
  });
}

function lookAtPeers(rules: unknown, field: string, report: Report, path: readonly PathSegment[]): void {
  for (const [i, rule] of listOr(rules).entries()) {
    for (const [j, peer] of listOr(rule[field]).entries()) {
      look(peer['podSelector'], report, () => [...path, i, field, j, 'podSelector']);
      look(peer['namespaceSelector'], report, () => [...path, i, field, j, 'namespaceSelector']);
    }
  }
}

function lookAtPod(spec: YamlObject, report: Report, path: readonly PathSegment[]): void {
  const { topologySpreadConstraints, affinity } = spec;
  for (const [i, one] of listOr(topologySpreadConstraints).entries()) {
    look(one['labelSelector'], report, () => [...path, 'topologySpreadConstraints', i, 'labelSelector']);
  }
  for (const kind of affinity === undefined ? [] : ['podAffinity', 'podAntiAffinity']) {
    for (const when of TERMS) {
      for (const [i, term] of listOr(objectOr(objectOr(affinity)[kind])[when]).entries()) {
        const weighted: unknown = term['podAffinityTerm'];
        const at = [...path, 'affinity', kind, when, i, ...(isObject(weighted) ? ['podAffinityTerm'] : [])];
        look((isObject(weighted) ? weighted : term)['labelSelector'], report, () => [...at, 'labelSelector']);
      }
    }
  }
}
