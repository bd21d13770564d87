import { refuse } from '../_refuse';
import { at, list } from './_read';
import type { Platform, PlatformNode } from './platform';

/** The label that every node has for itself. */
export const HOSTNAME = 'kubernetes.io/hostname';
/** The only field of a node that a selector may ask for. */
const NAME = 'metadata.name';

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Where pods may be, as a pod's spec says it. */
export interface NodeRules {
  readonly selector: Readonly<Record<string, string>>;
  /** Any of these, all requirements of one. Empty if any node will do. */
  readonly affinity: readonly (readonly Requirement[])[];
  readonly tolerations: readonly Toleration[];
}

/** Reads the three parts of a pod's spec that choose nodes. */
export function nodeRules(selector: unknown, affinity: unknown, tolerations: unknown): NodeRules {
  return {
    selector: (selector ?? {}) as NodeRules['selector'],
    affinity: terms(at(affinity, 'requiredDuringSchedulingIgnoredDuringExecution')),
    tolerations: list(tolerations) as Toleration[],
  };
}

/**
 * Names of the nodes that can take the pods.
 *
 * @throws if the pods are bound to a node that the platform does not have
 */
export function eligibleNodes(platform: Platform, object: string, rules: NodeRules): string[] {
  const hosts = [
    ...(rules.selector[HOSTNAME] === undefined ? [] : [rules.selector[HOSTNAME]]),
    ...rules.affinity
      .flat()
      .filter(({ key, operator }) => (key === HOSTNAME || key === NAME) && operator === 'In')
      .flatMap(({ values }) => values ?? []),
  ];
  const known = platform.nodeFacts.flatMap(({ labels, name }) => [name, labels[HOSTNAME]]);
  const unknown = hosts.find((host) => !known.includes(host));
  if (unknown !== undefined) {
    refuse(
      object,
      `its pods are bound to node '${unknown}', but platform '${platform.name}' has ${platform.nodes.join(', ')}; correct ` +
        `the name, or add the node`,
    );
  }
  return platform.nodeFacts.filter((node) => selected(node, rules) && tolerated(node, rules)).map(({ name }) => name);
}

/** Whether a node has the labels that the pods ask for. */
export function selected(node: PlatformNode, { affinity, selector }: NodeRules): boolean {
  const labels: Readonly<Record<string, string>> = { ...node.labels, [NAME]: node.name };
  return (
    Object.entries(selector).every(([key, value]) => labels[key] === value) &&
    (affinity.length === 0 || affinity.some((term) => term.every((requirement) => meets(labels, requirement))))
  );
}

function meets(labels: Readonly<Record<string, string>>, { key, operator, values = [] }: Requirement): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    default:
      return false;
  }
}

/** `PreferNoSchedule` only discourages. A cordoned node is tainted `node.kubernetes.io/unschedulable`. */
export function tolerated({ schedulable, taints }: PlatformNode, { tolerations }: NodeRules): boolean {
  const cordon = schedulable ? [] : [{ key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' }];
  return [...taints, ...cordon].every(
    (taint) =>
      taint.effect === 'PreferNoSchedule' ||
      tolerations.some(
        ({ effect, key, operator = 'Equal', value = '' }) =>
          (effect === undefined || effect === taint.effect) &&
          (key === undefined ? operator === 'Exists' : key === taint.key) &&
          (operator === 'Exists' || value === (taint.value ?? '')),
      ),
  );
}

function terms(required: unknown): Requirement[][] {
  return list(at(required, 'nodeSelectorTerms')).map((term) => [
    ...(list(at(term, 'matchExpressions')) as Requirement[]),
    ...(list(at(term, 'matchFields')) as Requirement[]),
  ]);
}
