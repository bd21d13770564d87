import type { PathSegment } from '../_path';
import { type YamlObject, listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { deployment, example } from './_examples';
import { POD_KINDS, podSpecOf } from './_pod-specs';

/** What a pod asks of names and nodes goes together. */
export const podConsistent: PolicyRule = {
  name: 'pod-consistent',
  family: 'kubernetes',
  severity: 'error',
  kinds: POD_KINDS,
  summary: 'a pod without cluster DNS names its servers, and its demands on nodes can be read',
  why: 'The API server refuses the whole object (kubernetes.io, DNS for Services and Pods; Assigning Pods to Nodes; Pod Topology Spread Constraints).',
  remediation: 'write what belongs to it',
  example: () =>
    example(
      [deployment({ dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.10'] } })],
      'spec.template.spec.dnsConfig',
    ),
  check(resource, world, report) {
    const pod = podSpecOf(resource, world);
    if (pod === undefined) {
      return;
    }
    const { dnsPolicy, dnsConfig, affinity, topologySpreadConstraints } = pod.spec;
    if (dnsPolicy === 'None' && listOr(objectOr(dnsConfig)['nameservers']).length === 0) {
      const path = [...pod.path, 'dnsConfig', 'nameservers'];
      report.fail(path, 'with dnsPolicy None the pod can resolve no name', 'write nameservers, or remove dnsPolicy');
    }
    listOr(topologySpreadConstraints).forEach(({ minDomains, whenUnsatisfiable }, i) => {
      if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule') {
        const path = [...pod.path, 'topologySpreadConstraints', i, 'minDomains'];
        report.fail(path, 'it needs whenUnsatisfiable: DoNotSchedule', 'remove minDomains');
      }
    });
    const nodes: unknown = objectOr(affinity)['nodeAffinity'];
    if (nodes !== undefined) {
      checkNodes(objectOr(nodes), [...pod.path, 'affinity', 'nodeAffinity'], report);
    }
  },
};

function checkNodes(nodes: YamlObject, path: readonly PathSegment[], report: Report): void {
  const hard = 'requiredDuringSchedulingIgnoredDuringExecution';
  const soft = 'preferredDuringSchedulingIgnoredDuringExecution';
  listOr(objectOr(nodes[hard])['nodeSelectorTerms']).forEach((term, i) =>
    checkTerm(term, [...path, hard, 'nodeSelectorTerms', i], report),
  );
  listOr(nodes[soft]).forEach(({ preference }, i) => checkTerm(preference, [...path, soft, i, 'preference'], report));
}

function checkTerm(term: unknown, path: readonly PathSegment[], report: Report): void {
  listOr(objectOr(term)['matchExpressions']).forEach(({ operator, values }, i) => {
    const wrong = wrongValues(operator, values);
    if (wrong !== undefined) {
      report.fail([...path, 'matchExpressions', i, 'values'], wrong, 'correct operator or values');
    }
  });
}

/** Why the values do not fit the operator of a selector. */
export function wrongValues(operator: unknown, values: unknown): string | undefined {
  const list = Array.isArray(values) ? values : [];
  switch (operator) {
    case 'In':
    case 'NotIn':
      return list.length > 0 ? undefined : `${operator} needs at least one value`;
    case 'Gt':
    case 'Lt':
      return list.length === 1 && /^-?\d+$/.test(String(list[0])) ? undefined : `${operator} needs one whole number`;
    default:
      return list.length === 0 ? undefined : `${String(operator)} takes no values, got ${list.map(String).join(', ')}`;
  }
}
