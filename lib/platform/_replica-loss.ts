import { type Drain, mostUnready, movedOnto, stuck } from './_drain';
import { onOneNode, onTwoNodesAlone, type Placements, placementsOf, roomAfterLoss } from './_placement';
import { type Case, type Verdict, verdict } from './_verdict';
import type { PodSet } from './pod-set';

/** Claims about pods that are all alike, such as an API's. */
export function replicaVerdicts(set: PodSet): Verdict[] {
  const placements = placementsOf(set);
  const { placed } = placements;
  const alone = onOneNode(placements).filter((pods) => pods > 0);
  const drains = alone.map((draining) => drainOf(set, placements, draining));
  const ready = (left: number, numbers: Omit<Case, 'left' | 'says'>): Case[] =>
    left > 0 ? [] : [{ ...numbers, left, says: `0 of ${set.replicas} replicas ready` }];
  return [
    placedVerdict(set, placements, 'replicas'),
    verdict(
      set,
      'loss',
      'serving',
      alone.flatMap((onLost) => ready(placed - onLost, { onLost })),
    ),
    verdict(set, 'loss', 'rescheduled', unplaceable(set, placements, alone)),
    verdict(
      set,
      'drain',
      'serving',
      drains.flatMap((drain) => ready(placed - mostUnready(drain), { onDrained: drain.draining })),
    ),
    verdict(
      set,
      'drain',
      'drainEnds',
      drains.flatMap((drain) => blocked(set, drain)),
    ),
    verdict(
      set,
      'lossDuringDrain',
      'serving',
      onTwoNodesAlone(placements).flatMap(([onLost, onDrained]) => {
        const drain = drainOf(set, placements, onDrained);
        const unready = mostUnready(drain);
        return ready(placed - onLost - unready - movedOnto(drain, onLost, unready), { onLost, onDrained });
      }),
    ),
  ];
}

/** Whether all pods find a place at all. */
export function placedVerdict(set: PodSet, { placed, perNode, nodes }: Placements, what: string): Verdict {
  const limit = set.onePerNode ? ', one each' : perNode < set.replicas ? `, ${perNode} each` : '';
  const says = `${placed} of ${set.replicas} ${what} find a place on ${nodes} ${nodes === 1 ? 'node' : 'nodes'}${limit}`;
  return verdict(set, 'none', 'placed', placed < set.replicas ? [{ left: placed, says }] : []);
}

/** Cases in which pods of a lost node stay there or stay pending. */
export function unplaceable(set: PodSet, placements: Placements, lost: readonly number[]): Case[] {
  if (set.staysOnLostNode) {
    const says = 'its pods tolerate a lost node: they stay there until somebody deletes them, or are put there again';
    return lost.map((onLost) => ({ onLost, left: placements.placed - onLost, says }));
  }
  return lost.flatMap((onLost) => {
    const room = placements.nodes > 1 ? roomAfterLoss(placements, onLost) : 0;
    const left = placements.placed - onLost + room;
    const pending = onLost - room;
    const says = `${pending} of ${set.replicas} pods ${pending === 1 ? 'stays' : 'stay'} pending until the node is back`;
    return pending > 0 ? [{ onLost, left, says }] : [];
  });
}

function drainOf(set: PodSet, placements: Placements, draining: number): Drain {
  const allowed =
    set.keepHealthy === undefined ? Number.POSITIVE_INFINITY : Math.max(0, placements.placed - set.keepHealthy);
  return { placements, draining, allowed, moves: placements.nodes > 1 };
}

function blocked(set: PodSet, drain: Drain): Case[] {
  if (set.returnsToDrain) {
    const says = 'its pods tolerate a cordoned node and may come back to it, the drain never ends';
    return [{ onDrained: drain.draining, left: drain.placements.placed, says }];
  }
  const left = stuck(drain);
  const says =
    drain.allowed === 0
      ? 'its disruption budget allows no eviction, the drain never ends'
      : `${left} of its pods cannot leave, because those before them found no other place, the drain never ends`;
  return left > 0 ? [{ onDrained: drain.draining, left: drain.placements.placed, says }] : [];
}
