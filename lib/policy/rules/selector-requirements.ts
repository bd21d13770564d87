import type { PathSegment } from '../_path';
import { type Resource, isObject, listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { deployment, example } from './_examples';
import { POD_KINDS, podSpecOf } from './_pod-specs';
import { wrongValues } from './pod-consistent';
import type { World } from '../world';

type Place = readonly [selector: unknown, path: readonly PathSegment[]];

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
  example: example(
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
    const { matchLabels, matchExpressions } = objectOr(resource.spec['selector']);
    const empty = Object.keys(objectOr(matchLabels)).length === 0 && listOr(matchExpressions).length === 0;
    if (OWNERS.includes(resource.id) && empty) {
      report.fail('spec.selector', 'an empty selector would take every pod of the namespace', 'write matchLabels');
    }
    for (const [selector, path] of places(resource, world)) {
      listOr(objectOr(selector)['matchExpressions']).forEach(({ operator, values }, i) => {
        const wrong = wrongValues(operator, values);
        if (wrong !== undefined) {
          report.fail([...path, 'matchExpressions', i, 'values'], wrong);
        }
      });
    }
  },
};

function places(resource: Resource, world: World): readonly Place[] {
  const { selector, podSelector, ingress, egress } = resource.spec;
  if (resource.kind === 'NetworkPolicy') {
    const peers = [
      ...listOr(ingress).flatMap(({ from }, i) => peersOf(from, ['spec', 'ingress', i, 'from'])),
      ...listOr(egress).flatMap(({ to }, i) => peersOf(to, ['spec', 'egress', i, 'to'])),
    ];
    return [[podSelector, ['spec', 'podSelector']], ...peers];
  }
  const pod = podSpecOf(resource, world);
  const out: Place[] = isObject(selector) ? [[selector, ['spec', 'selector']]] : [];
  if (pod !== undefined) {
    listOr(pod.spec['topologySpreadConstraints']).forEach(({ labelSelector }, i) =>
      out.push([labelSelector, [...pod.path, 'topologySpreadConstraints', i, 'labelSelector']]),
    );
    for (const kind of pod.spec['affinity'] === undefined ? [] : ['podAffinity', 'podAntiAffinity']) {
      for (const when of TERMS) {
        listOr(objectOr(objectOr(pod.spec['affinity'])[kind])[when]).forEach((term, i) => {
          const at = [...pod.path, 'affinity', kind, when, i];
          const weighted = isObject(term['podAffinityTerm']);
          const { labelSelector } = weighted ? objectOr(term['podAffinityTerm']) : term;
          out.push([labelSelector, [...at, ...(weighted ? ['podAffinityTerm'] : []), 'labelSelector']]);
        });
      }
    }
  }
  return out;
}

function peersOf(peers: unknown, path: readonly PathSegment[]): Place[] {
  return listOr(peers).flatMap(({ podSelector, namespaceSelector }, i) => [
    [podSelector, [...path, i, 'podSelector']] as const,
    [namespaceSelector, [...path, i, 'namespaceSelector']] as const,
  ]);
}
