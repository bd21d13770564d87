import { refuse } from '../_refuse';
import { at, list } from './_read';
import { CORDON, tolerationOf } from './_tolerations';
import type { Platform, PlatformNode } from './platform';

/** The label that every node has for itself. */
export const HOSTNAME = 'kubernetes.io/hostname';
/** The only field of a node that a selector may ask for. */
const NAME = 'metadata.name';

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Where pods may be, as a pod's spec says it. */
export interface NodeRules {
  /** The node that the pods are bound to past the scheduler. */
  readonly name: string | undefined;
  readonly selector: Readonly<Record<string, string>>;
  /** Any of these, all requirements of one. Undefined if any node will do. */
  readonly affinity: readonly (readonly Requirement[])[] | undefined;
  readonly tolerations: unknown;
}

/** Reads the parts of a pod's spec that choose nodes. */
export function nodeRules(name: unknown, selector: unknown, affinity: unknown, tolerations: unknown): NodeRules {
  const required = at(affinity, 'requiredDuringSchedulingIgnoredDuringExecution');
  return {
    name: typeof name === 'string' && name !== '' ? name : undefined,
    selector: (selector ?? {}) as NodeRules['selector'],
    affinity: required === undefined ? undefined : terms(required),
    tolerations,
  };
}

/**
 * Names of the nodes that can take the pods.
 *
 * @throws if the pods are bound to a node that the platform does not have
 */
export function eligibleNodes(platform: Platform, object: string, rules: NodeRules): string[] {
  const hosts = [
    ...(rules.name === undefined ? [] : [rules.name]),
    ...(rules.selector[HOSTNAME] === undefined ? [] : [rules.selector[HOSTNAME]]),
    ...(rules.affinity ?? [])
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
  const takes = (node: PlatformNode): boolean => selected(node, rules) && tolerated(node, rules);
  return platform.nodeFacts
    .filter((node) => (rules.name === undefined || rules.name === node.name) && takes(node))
    .map(({ name }) => name);
}

/** Whether a node has the labels that the pods ask for. */
export function selected(node: PlatformNode, { affinity, selector }: NodeRules): boolean {
  const labels: Readonly<Record<string, string>> = { ...node.labels, [NAME]: node.name };
  return (
    Object.entries(selector).every(([key, value]) => labels[key] === value) &&
    (affinity?.some((term) => term.length > 0 && term.every((requirement) => meets(labels, requirement))) ?? true)
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
      return whole(value) > whole(values[0]);
    case 'Lt':
      return whole(value) < whole(values[0]);
    default:
      return false;
  }
}

/** `PreferNoSchedule` only discourages, and pods that are bound past the scheduler meet no more than `NoExecute`. */
export function tolerated({ schedulable, taints }: PlatformNode, { name, tolerations }: NodeRules): boolean {
  const effects = name === undefined ? ['NoSchedule', 'NoExecute'] : ['NoExecute'];
  return [...taints, ...(schedulable ? [] : [CORDON])].every(
    (taint) => !effects.includes(taint.effect) || tolerationOf(tolerations, taint) !== undefined,
  );
}

/** A whole number; nothing else is greater or less than anything. */
function whole(value: string | undefined): number {
  return /^-?\d+$/.test(value ?? '') ? Number(value) : Number.NaN;
}

function terms(required: unknown): Requirement[][] {
  return list(at(required, 'nodeSelectorTerms')).map((term) => [
    ...(list(at(term, 'matchExpressions')) as Requirement[]),
    ...(list(at(term, 'matchFields')) as Requirement[]),
  ]);
}
