import { missingTo, type Placements, takesOne } from './_placement';

/** A drain of one node, and what it may do to its pods. */
export interface Drain {
  readonly placements: Placements;
  /** Pods on the draining node. */
  readonly draining: number;
  /** How many pods may be unready by eviction at the same time. */
  readonly allowed: number;
  /** Whether an evicted pod can start on another node. */
  readonly moves: boolean;
}

/** Pods that are left on the node for ever; 0 if the drain ends. */
export function stuck({ allowed, draining, moves, placements }: Drain): number {
  let others = placements.placed - draining;
  let left = draining;
  let unready = 0;
  // As late as can be: an emptier node leaves less room where it still counts.
  while (left > 0) {
    if (unready < allowed) {
      left -= 1;
      unready += 1;
    } else if (moves && unready > 0 && takesOne(placements, others, placements.countsDrainingNode ? left : undefined)) {
      unready -= 1;
      others += 1;
    } else {
      return left;
    }
  }
  return left;
}

/** Most pods that are evicted and not ready again at one moment. */
export function mostUnready({ allowed, draining }: Drain): number {
  return Math.min(draining, Math.max(0, allowed));
}

/**
 * Most pods that a drain can have moved onto another node, which has `onLost`, before that node is lost too, while
 * `unready` more are on their way.
 */
export function movedOnto({ allowed, draining, moves, placements }: Drain, onLost: number, unready: number): number {
  if (!moves || allowed < 1) {
    return 0;
  }
  const { countsDrainingNode, nodes, perNodeInDrain, placed, skew } = placements;
  const rest = placed - onLost - draining;
  const possible = (more: number): boolean => {
    const level = onLost + more - skew;
    const raised = missingTo(level, rest, nodes - 2);
    return (
      onLost + more <= perNodeInDrain &&
      more + raised <= draining - unready &&
      (!countsDrainingNode || level <= draining - more - raised)
    );
  };
  // Each of the three only gets harder with more.
  let moved = 0;
  let tooMany = Math.max(1, draining - unready + 1);
  while (tooMany - moved > 1) {
    const middle = Math.floor((moved + tooMany) / 2);
    if (possible(middle)) {
      moved = middle;
    } else {
      tooMany = middle;
    }
  }
  return moved;
}
