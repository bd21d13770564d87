import type { IConstruct } from 'constructs';
import { refuse } from '../_refuse';
import { type NodeRules, nodeRules, selected, tolerated } from './_eligible';
import type { NodeTaint, Platform, PlatformNode } from './platform';

const ZONE = 'topology.kubernetes.io/zone';
/** Kubernetes puts these on nodes that are lost, cordoned or out of room. Pods that tolerate them never leave. */
const CONDITION = /^node(\.cloudprovider)?\.kubernetes\.io\//;

/** A taint of nodes that pods may run on all the same. */
export interface Toleration {
  /** Key of the taint, such as `node-role.kubernetes.io/control-plane`. */
  readonly key: string;

  /**
   * Value of the taint.
   * @default - any
   */
  readonly value?: string;

  /**
   * Effect of the taint.
   * @default - any
   */
  readonly effect?: NodeTaint['effect'];
}

/** Which nodes of the platform the pods of a part may run on. */
export interface Placement {
  /**
   * Labels that a node must have.
   * @default - none
   */
  readonly nodeSelector?: Readonly<Record<string, string>>;

  /**
   * Taints that a node may have.
   * @default - none
   */
  readonly tolerations?: readonly Toleration[];
}

/** As a pod's spec has it. */
export interface PodToleration extends Toleration {
  readonly operator: 'Exists' | 'Equal';
}

/** Refuses a toleration with which pods would stay on a lost node, or come back to one that drains. */
export function checkPlacement(where: IConstruct, { tolerations = [] }: Placement): void {
  for (const { key } of tolerations) {
    if (key === '') {
      refuse(where, `'placement.tolerations' must each have a 'key'; without one the pods would tolerate every taint`);
    }
    if (CONDITION.test(key)) {
      refuse(
        where,
        `'placement.tolerations' must not name '${key}', which Kubernetes puts on nodes that are lost or drain: the pods ` +
          `would stay there`,
      );
    }
  }
}

/** Tolerations with everything written out; undefined if there are none, because nothing is written empty. */
export function podTolerations({ tolerations = [] }: Placement): PodToleration[] | undefined {
  return tolerations.length === 0
    ? undefined
    : tolerations.map((one) => ({ ...one, operator: one.value === undefined ? 'Exists' : 'Equal' }));
}

/** The nodes that can take the pods, on an ordinary day. */
export function nodesFor(platform: Platform, placement: Placement): PlatformNode[] {
  const rules = rulesOf(placement);
  return platform.nodeFacts.filter((node) => selected(node, rules) && tolerated(node, rules));
}

/**
 * What keeps the pods off the other nodes, and what to do: ` (node-3: taint 'a:NoSchedule', name it in ...)`; empty if all
 * nodes can take them.
 */
export function whyNotOthers(platform: Platform, placement: Placement): string {
  const rules = rulesOf(placement);
  const nodes = new Map<string, string[]>();
  for (const node of platform.nodeFacts) {
    const reason = whyNot(node, rules);
    if (reason !== undefined) {
      nodes.set(reason, [...(nodes.get(reason) ?? []), node.name]);
    }
  }
  const reasons = [...nodes].map(([reason, names]) => `${names.join(', ')}: ${reason}`);
  return reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
}

function whyNot(node: PlatformNode, rules: NodeRules): string | undefined {
  if (!selected(node, rules)) {
    return `not all labels of 'placement.nodeSelector'`;
  }
  const taint = node.taints.find((one) => !tolerated({ ...node, schedulable: true, taints: [one] }, rules));
  if (taint !== undefined) {
    const { key, value, effect } = taint;
    return `taint '${key}${value === undefined ? '' : `=${value}`}:${effect}', name it in 'placement.tolerations'`;
  }
  return node.schedulable ? undefined : 'cordoned, uncordon it';
}

/**
 * Spreads pods over the zones of the nodes that can take them, as far as there is room: a hard rule would leave pods without
 * a place where zones are of unequal size. Nothing where the nodes are in one zone, or not all in a known one.
 */
export function zoneSpread(platform: Platform, placement: Placement, counted: object) {
  const zones = nodesFor(platform, placement).map(({ labels }) => labels[ZONE]);
  if (zones.includes(undefined) || new Set(zones).size < 2) {
    return undefined;
  }
  return [
    {
      maxSkew: 1,
      topologyKey: ZONE,
      whenUnsatisfiable: 'ScheduleAnyway',
      ...counted,
      nodeAffinityPolicy: 'Honor',
      nodeTaintsPolicy: 'Honor',
    },
  ];
}

function rulesOf(placement: Placement): NodeRules {
  return nodeRules(undefined, placement.nodeSelector, undefined, podTolerations(placement));
}
