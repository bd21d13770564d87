import type { NodeClaim, NodeEvent, PodSet } from './pod-set';

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

/** One claim about one pod set: proved for all placements and nodes, refuted by a counterexample, or not judged. */
export interface Verdict {
  readonly object: string;
  readonly event: NodeEvent;
  readonly claim: NodeClaim;
  /** Proved. */
  readonly holds: boolean;
  /** Neither proved nor refuted: something decides about these pods that the proof does not know. */
  readonly withheld: boolean;
  /** Refuted, by this. */
  readonly counterexample: Counterexample | undefined;
}

/** The numbers of one case, before it has node names. */
export interface Case {
  readonly onLost?: number;
  readonly onDrained?: number;
  /** Instances that have all copies of a volume on the nodes of the event. */
  readonly copies?: number;
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
  const withheld = worst === undefined && set.unseen.some(({ claims }) => claims?.includes(claim) ?? true);
  return {
    object: set.object,
    event,
    claim,
    holds: worst === undefined && !withheld,
    withheld,
    counterexample: worst === undefined ? undefined : counterexample(set, event, worst),
  };
}

/** The last nodes by name, because the first one is mostly the one that people look at anyway. */
function counterexample(set: PodSet, event: NodeEvent, worst: Case): Counterexample {
  const drained = event === 'drain' || event === 'lossDuringDrain' ? set.nodes.at(-1) : undefined;
  const lost = event === 'loss' ? set.nodes.at(-1) : event === 'lossDuringDrain' ? set.nodes.at(-2) : undefined;
  const { copies = 0, left, onDrained = 0, onLost = 0, says } = worst;
  const both = lost !== undefined && drained !== undefined;
  const many = [
    ...(onLost > 1 ? [`${onLost} on ${lost}`] : []),
    ...(onDrained > 1 ? [`${onDrained} on ${drained}`] : []),
    ...(copies > 0
      ? [
          `${both ? 'all' : 'the only'} copies of ${copies === 1 ? "1 instance's" : `${copies} instances'`} volumes on ${both ? 'the two' : 'it'}`,
        ]
      : []),
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
