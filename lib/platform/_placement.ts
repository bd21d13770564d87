import type { PodSet } from './pod-set';

/**
 * The placements that the scheduler may choose for one pod set, up to swapping nodes. Nodes that can take the pods are
 * alike, so only numbers count: how many pods are on the node that is lost, how many on the one that drains, and how
 * many on the others.
 */
export interface Placements {
  /** Nodes that can take pods. */
  readonly nodes: number;
  /** Pods that find a place; the others stay pending. */
  readonly placed: number;
  /** Most pods on one node. */
  readonly perNode: number;
  /** Most pods on a node that takes one more while another is lost. */
  readonly perNodeAfterLoss: number;
  /** Most pods on a node that takes one more while another drains. */
  readonly perNodeInDrain: number;
  /** Largest difference between two nodes. */
  readonly skew: number;
  /** Whether a node that is lost or drains still counts as an empty one. */
  readonly countsLostNodes: boolean;
  /** Whether a node that drains still counts, and with it the pods that are still there. */
  readonly countsDrainingNode: boolean;
}

export function placementsOf(set: PodSet): Placements {
  const { nodes, onePerNode, replicas, spread } = set;
  // While a node that takes nothing counts as empty, or `minDomains` makes one up, no other may have more than the skew.
  const limited = (empty: boolean | undefined): number =>
    Math.min(onePerNode ? 1 : replicas, spread !== undefined && empty === true ? spread.maxSkew : replicas);
  const perNode = limited(spread?.countsForeignNodes === true || spread?.tooFewNodes);
  const perNodeAfterLoss = limited(spread?.countsForeignNodes === true || spread?.tooFewNodesWithoutOne);
  return {
    nodes: nodes.length,
    placed: Math.min(replicas, perNode * nodes.length),
    perNode,
    perNodeAfterLoss,
    perNodeInDrain: set.returnsToDrain ? perNode : perNodeAfterLoss,
    skew: spread?.maxSkew ?? Number.POSITIVE_INFINITY,
    countsLostNodes: spread?.countsLostNodes === true,
    countsDrainingNode: spread?.countsLostNodes === true || set.returnsToDrain,
  };
}

/** All numbers of pods that one node can have. */
export function onOneNode(placements: Placements): number[] {
  return placements.nodes < 1 ? [] : upTo(placements).filter((a) => feasible(placements, [a]));
}

/** All pairs of numbers that two different nodes can have at the same time. */
export function onTwoNodes(placements: Placements): [number, number][] {
  if (placements.nodes < 2) {
    return [];
  }
  const numbers = onOneNode(placements);
  return numbers.flatMap((a) =>
    numbers.filter((b) => feasible(placements, [a, b])).map((b): [number, number] => [a, b]),
  );
}

/** The pairs that together have all pods: a drain and a loss can take no more than what is on their two nodes. */
export function onTwoNodesAlone(placements: Placements): [number, number][] {
  return placements.nodes < 2
    ? []
    : onOneNode(placements)
        .map((a): [number, number] => [a, placements.placed - a])
        .filter((pair) => feasible(placements, pair));
}

/** Pods that must be added to `pods` spread evenly over `nodes`, so that none has less than `level`. */
export function missingTo(level: number, pods: number, nodes: number): number {
  const low = nodes === 0 ? 0 : Math.floor(pods / nodes);
  const higher = nodes === 0 ? 0 : pods % nodes;
  return (nodes - higher) * Math.max(0, level - low) + higher * Math.max(0, level - low - 1);
}

/** How many pods of a lost node find a place on the others, at the least. */
export function roomAfterLoss(placements: Placements, lost: number): number {
  const others = placements.placed - lost;
  const emptying = placements.countsLostNodes ? 0 : undefined;
  let found = 0;
  while (found < lost && takesOne(placements, others + found, emptying)) {
    found += 1;
  }
  return found;
}

/**
 * Whether all nodes but one, which have `pods` as evenly as can be, take one more. Even leaves the least room, and one more
 * on the lowest keeps it even, so their sum says it all. `emptying` is on the one node that takes none, if it counts.
 */
export function takesOne(
  { nodes, perNodeAfterLoss, skew }: Placements,
  pods: number,
  emptying: number | undefined,
): boolean {
  if (nodes < 2) {
    return false;
  }
  const lowest = Math.floor(pods / (nodes - 1));
  const least = Math.min(lowest, emptying ?? lowest);
  return lowest < perNodeAfterLoss && lowest + 1 - least <= skew;
}

/** Whether the other nodes can be filled so that all rules hold. The higher the least, the more is allowed above it. */
function feasible({ nodes, perNode, placed, skew }: Placements, fixed: readonly number[]): boolean {
  const others = nodes - fixed.length;
  const rest = placed - fixed.reduce((sum, x) => sum + x, 0);
  if (rest < 0 || (others === 0 && rest > 0)) {
    return false;
  }
  const least = Math.min(...fixed, others === 0 ? Number.POSITIVE_INFINITY : Math.floor(rest / others));
  const most = Math.min(perNode, least + skew);
  return Math.max(...fixed) <= most && (others === 0 || Math.ceil(rest / others) <= most);
}

function upTo({ perNode, placed }: Placements): number[] {
  return Array.from({ length: Math.min(perNode, placed) + 1 }, (_, i) => i);
}
