import type { PodSet } from './pod-set';

/** What happens to the nodes. `none` is the ordinary day. */
export type NodeEvent = 'none' | 'loss' | 'drain' | 'lossDuringDrain';

/** What is claimed to hold in it. */
export type NodeClaim = 'placed' | 'writes' | 'failover' | 'serving' | 'drainEnds' | 'rescheduled';

/** The event in which a claim fails, with the numbers of a placement that the scheduler may choose. */
export interface Counterexample {
  readonly lost: string | undefined;
  readonly drained: string | undefined;
  /** Pods on these nodes before. */
  readonly onLost: number;
  readonly onDrained: number;
  /** Pods that are left. */
  readonly left: number;
  /** One line for people: `railiance02 lost while railiance03 drains: 1 of 3 instances, writes block`. */
  readonly text: string;
}

/** One claim about one pod set: proved for all placements and nodes, or refuted by a counterexample. */
export interface Verdict {
  readonly object: string;
  readonly event: NodeEvent;
  readonly claim: NodeClaim;
  readonly holds: boolean;
  readonly counterexample: Counterexample | undefined;
}

/** The numbers of one case, before it has node names. */
export interface Case {
  readonly onLost?: number;
  readonly onDrained?: number;
  readonly left: number;
  /** What is wrong, in words. */
  readonly says: string;
}

/** A claim holds if there is no case against it; of several cases the one with the most pods left is the plainest. */
export function verdict(set: PodSet, event: NodeEvent, claim: NodeClaim, against: readonly Case[]): Verdict {
  const worst = against.reduce<Case | undefined>(
    (plainest, next) => (plainest === undefined || next.left > plainest.left ? next : plainest),
    undefined,
  );
  return {
    object: set.object,
    event,
    claim,
    holds: worst === undefined,
    counterexample: worst === undefined ? undefined : counterexample(set, event, worst),
  };
}

/** The last nodes by name, because the first one is mostly the one that people look at anyway. */
function counterexample(set: PodSet, event: NodeEvent, worst: Case): Counterexample {
  const drained = event === 'drain' || event === 'lossDuringDrain' ? set.nodes.at(-1) : undefined;
  const lost = event === 'loss' ? set.nodes.at(-1) : event === 'lossDuringDrain' ? set.nodes.at(-2) : undefined;
  const { left, onDrained = 0, onLost = 0, says } = worst;
  const many = [
    ...(onLost > 1 ? [`${onLost} on ${lost}`] : []),
    ...(onDrained > 1 ? [`${onDrained} on ${drained}`] : []),
  ];
  const what = {
    none: 'on an ordinary day',
    loss: `${lost} lost`,
    drain: `${drained} drains`,
    lossDuringDrain: `${lost} lost while ${drained} drains`,
  }[event];
  const placed = many.length === 0 ? '' : ` with ${many.join(' and ')}`;
  return { lost, drained, onLost, onDrained, left, text: `${what}${placed}: ${says}` };
}
