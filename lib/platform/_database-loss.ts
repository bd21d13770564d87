import { type Drain, mostUnready, movedOnto, stuck } from './_drain';
import { onOneNode, onTwoNodes, type Placements, placementsOf, roomAfterLoss } from './_placement';
import { placedVerdict, unplaceable } from './_replica-loss';
import { type Case, type Verdict, verdict } from './_verdict';
import type { PodSet, Quorum } from './pod-set';

/** Claims about a CloudNativePG cluster: one of its instances is the primary, and it may be on any node. */
export function databaseVerdicts(set: PodSet, quorum: Quorum): Verdict[] {
  const placements = placementsOf(set);
  const { placed } = placements;
  const counts = onOneNode(placements);
  const alone = counts.filter((instances) => instances > 0);
  const drain = (onDrained: number): Loss => {
    const left = placed - mostUnready(drainOf(set, quorum, placements, onDrained));
    return { onDrained, primary: !quorum.budgets, left };
  };
  const losses = alone.map((onLost): Loss => ({ onLost, primary: true, left: placed - onLost }));
  const drains = alone.map(drain);
  const lossesDuringDrain = onTwoNodes(placements).map(([onLost, onDrained]): Loss => {
    const drain = drainOf(set, quorum, placements, onDrained);
    const unready = mostUnready(drain);
    const gone = onLost + movedOnto(drain, onLost, unready);
    return { onLost, onDrained, primary: gone > 0, left: placed - gone - unready };
  });
  const empty = counts.slice(0, 1);
  const events = {
    loss: [
      ...losses,
      ...withoutVolumes(
        quorum,
        placed,
        1,
        empty.map((onLost) => ({ onLost, primary: true, left: placed - onLost })),
      ),
    ],
    drain: [...drains, ...withoutVolumes(quorum, placed, 1, empty.map(drain))],
    lossDuringDrain: [...lossesDuringDrain, ...withoutVolumes(quorum, placed, 2, lossesDuringDrain)],
  };
  const quorums = (event: keyof typeof events): Verdict[] => [
    verdict(
      set,
      event,
      'writes',
      events[event].flatMap((loss) => blockedWrites(set, quorum, loss)),
    ),
    verdict(
      set,
      event,
      'failover',
      events[event].flatMap((loss) => deniedFailover(set, quorum, placed, loss)),
    ),
  ];
  return [
    placedVerdict(set, placements, 'instances'),
    ...quorums('loss'),
    verdict(set, 'loss', 'rescheduled', unmovable(set, quorum, placements, counts)),
    ...quorums('drain'),
    verdict(
      set,
      'drain',
      'drainEnds',
      counts.flatMap((draining) => blockedDrain(set, quorum, placements, draining)),
    ),
    ...quorums('lossDuringDrain'),
  ];
}

interface Loss {
  readonly onLost?: number;
  readonly onDrained?: number;
  /** Instances that have all copies of a volume on the nodes of the event. */
  readonly copies?: number;
  /** Whether the primary may be among those that are gone. */
  readonly primary: boolean;
  readonly left: number;
}

/** Whether all copies of a volume may be on so few nodes, whatever node its instance is on. */
function volumesGo(quorum: Quorum, nodes: number): boolean {
  return quorum.volumes === 'replicated' && quorum.copies <= nodes;
}

/** Any number more of instances that lose their volumes: of the losses, the one that leaves most covers all numbers. */
function withoutVolumes(quorum: Quorum, placed: number, nodes: number, losses: readonly Loss[]): Loss[] {
  const [first, ...rest] = losses;
  if (first === undefined || !volumesGo(quorum, nodes)) {
    return [];
  }
  const most = rest.reduce((most, loss) => (loss.left > most.left ? loss : most), first);
  return Array.from({ length: most.left }, (_, left) => ({ ...most, primary: true, copies: placed - left, left }));
}

/** A commit needs a primary, and with `required` durability its standbys. */
function blockedWrites(set: PodSet, quorum: Quorum, loss: Loss): Case[] {
  const left = `${loss.left} of ${set.replicas} instances, writes block`;
  if (loss.primary && quorum.switchedOff !== undefined) {
    return [{ ...numbers(loss), says: `${left}: ${quorum.switchedOff}` }];
  }
  const needed = 1 + (quorum.required ? quorum.synchronousStandbys : 0);
  const gone = quorum.volumes === 'nodeLocal' || loss.copies !== undefined;
  const data = loss.left === 0 && gone ? ', and no copy of the data is left' : '';
  return loss.left < needed ? [{ ...numbers(loss), says: `${left}${data}` }] : [];
}

/** `R + W > N`: the standbys that are left must include one that has every acknowledged commit. */
function deniedFailover(set: PodSet, quorum: Quorum, placed: number, loss: Loss): Case[] {
  if (!loss.primary) {
    return [];
  }
  if (loss.left === 0) {
    return [{ ...numbers(loss), says: `0 of ${set.replicas} instances, none to promote` }];
  }
  const left = `${loss.left} of ${set.replicas} instances`;
  if (quorum.switchedOff !== undefined) {
    return [{ ...numbers(loss), says: `${left}, and none is promoted: ${quorum.switchedOff}` }];
  }
  const { failoverQuorum, synchronousStandbys } = quorum;
  const standbys = placed - 1;
  const denied = failoverQuorum && loss.left + synchronousStandbys <= standbys;
  const says =
    `${left}, failover is denied by quorum: ${loss.left} (R) + ` +
    `${synchronousStandbys} (W) is not more than ${standbys} (N)`;
  return denied ? [{ ...numbers(loss), says }] : [];
}

function unmovable(set: PodSet, quorum: Quorum, placements: Placements, counts: readonly number[]): Case[] {
  const lost = counts.filter((instances) => instances > 0);
  const { placed } = placements;
  if (quorum.switchedOff !== undefined) {
    const { switchedOff } = quorum;
    return lost.map((onLost) => ({
      onLost,
      left: placed - onLost,
      says: `what is lost is not replaced: ${switchedOff}`,
    }));
  }
  if (volumesGo(quorum, 1)) {
    return placed === 0 ? [] : counts.slice(0, 1).map((onLost) => onlyCopyLost(placed, onLost));
  }
  if (quorum.volumes === 'replicated') {
    return unplaceable(set, placements, lost);
  }
  return lost.map((onLost) => {
    const instances = onLost === 1 ? '1 instance stays' : `${onLost} instances stay`;
    const free = placements.nodes > 1 && roomAfterLoss(placements, onLost) >= onLost;
    const then = free
      ? 'or a person deletes its volume, and a new one is cloned on a free node'
      : 'because no other node is free to clone a new one';
    return { onLost, left: placed - onLost, says: `${instances} away with its volume until the node is back, ${then}` };
  });
}

function onlyCopyLost(placed: number, onLost: number): Case {
  const copies = Math.max(1, onLost);
  const instances = copies === 1 ? '1 instance stays' : `${copies} instances stay`;
  const says = `${instances} away until the only copy of its volume is back, or a person deletes the volume`;
  return { onLost, copies, left: placed - copies, says };
}

/**
 * What the operator's budgets allow: `<cluster>-primary` keeps the primary, `<cluster>` keeps all standbys but one, and
 * exists from three instances on.
 */
function drainOf(set: PodSet, quorum: Quorum, placements: Placements, draining: number): Drain {
  const follows = quorum.volumes === 'replicated' && quorum.switchedOff === undefined;
  const standbys = placements.placed - 1;
  const allowed = !quorum.budgets
    ? Number.POSITIVE_INFINITY
    : set.replicas >= 3
      ? Math.max(0, standbys - (set.replicas - 2))
      : standbys;
  return { placements, draining, allowed, moves: follows && placements.nodes > 1 };
}

/** The primary leaves a draining node by switchover, which needs a standby elsewhere, and an operator that acts. */
function blockedDrain(set: PodSet, quorum: Quorum, placements: Placements, draining: number): Case[] {
  const { placed } = placements;
  const never = (says: string): Case[] => [
    { onDrained: draining, left: placed, says: `${says}, the drain never ends` },
  ];
  if (volumesGo(quorum, 1) && placed > 0) {
    return never('the storage does not let go of a node with the only copy of a volume, or the volume goes with it');
  }
  if (draining === 0) {
    return [];
  }
  if (quorum.switchedOff !== undefined) {
    return quorum.budgets
      ? never(`its budget keeps the primary, and there is no switchover: ${quorum.switchedOff}`)
      : [];
  }
  if (set.returnsToDrain) {
    return never('its pods tolerate a cordoned node and may come back to it');
  }
  if (!quorum.budgets) {
    return [];
  }
  const drain = drainOf(set, quorum, placements, draining);
  const leaves = draining < placed || (drain.moves && drain.allowed > 0);
  const left = stuck(drain);
  if (!leaves) {
    return never('the primary has no standby elsewhere to switch over to, and its budget keeps it');
  }
  return left === 0
    ? []
    : never(`its budget lets ${drain.allowed} of its standbys be away, and ${left} more must leave`);
}

/** What a counterexample shows of a loss. */
function numbers({ copies, onLost, onDrained, left }: Loss): Omit<Case, 'says'> {
  return {
    left,
    ...(onLost === undefined ? {} : { onLost }),
    ...(onDrained === undefined ? {} : { onDrained }),
    ...(copies === undefined ? {} : { copies }),
  };
}
