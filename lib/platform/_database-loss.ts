import { type Drain, mostUnready, movedOnto, stuck } from './_drain';
import { onOneNode, onTwoNodes, type Placements, placementsOf, roomAfterLoss } from './_placement';
import { placedVerdict, unplaceable } from './_replica-loss';
import { type Case, type Verdict, verdict } from './_verdict';
import type { PodSet, Quorum } from './pod-set';

/** Claims about a CloudNativePG cluster: one of its instances is the primary, and it may be on any node. */
export function databaseVerdicts(set: PodSet, quorum: Quorum): Verdict[] {
  const placements = placementsOf(set);
  const { placed } = placements;
  const alone = onOneNode(placements).filter((instances) => instances > 0);
  const pairs = onTwoNodes(placements);
  const lossDuringDrain = pairs.map(([onLost, onDrained]) => {
    const drain = drainOf(set, quorum, placements, onDrained);
    const unready = mostUnready(drain);
    const gone = onLost + movedOnto(drain, onLost, unready);
    return { onLost, onDrained, primary: gone > 0, left: placed - gone - unready };
  });
  const drains = alone.map((onDrained) => ({
    onDrained,
    primary: !quorum.budgets,
    left: placed - mostUnready(drainOf(set, quorum, placements, onDrained)),
  }));
  const losses = alone.map((onLost) => ({ onLost, primary: true, left: placed - onLost }));
  return [
    placedVerdict(set, placements, 'instances'),
    verdict(
      set,
      'loss',
      'writes',
      losses.flatMap((loss) => blockedWrites(set, quorum, loss)),
    ),
    verdict(
      set,
      'loss',
      'failover',
      losses.flatMap((loss) => deniedFailover(set, quorum, placed, loss)),
    ),
    verdict(set, 'loss', 'rescheduled', unmovable(set, quorum, placements, alone)),
    verdict(
      set,
      'drain',
      'writes',
      drains.flatMap((drain) => blockedWrites(set, quorum, drain)),
    ),
    verdict(
      set,
      'drain',
      'failover',
      drains.flatMap((drain) => deniedFailover(set, quorum, placed, drain)),
    ),
    verdict(
      set,
      'drain',
      'drainEnds',
      alone.flatMap((draining) => blockedDrain(set, quorum, placements, draining)),
    ),
    verdict(
      set,
      'lossDuringDrain',
      'writes',
      lossDuringDrain.flatMap((both) => blockedWrites(set, quorum, both)),
    ),
    verdict(
      set,
      'lossDuringDrain',
      'failover',
      lossDuringDrain.flatMap((both) => deniedFailover(set, quorum, placed, both)),
    ),
  ];
}

interface Loss {
  readonly onLost?: number;
  readonly onDrained?: number;
  /** Whether the primary may be among those that are gone. */
  readonly primary: boolean;
  readonly left: number;
}

/** A commit needs a primary, and with `required` durability its standbys. */
function blockedWrites(set: PodSet, quorum: Quorum, loss: Loss): Case[] {
  const needed = 1 + (quorum.required ? quorum.synchronousStandbys : 0);
  const data = loss.left === 0 && quorum.volumes === 'nodeLocal' ? ', and no copy of the data is left' : '';
  const says = `${loss.left} of ${set.replicas} instances, writes block${data}`;
  return loss.left < needed ? [{ ...numbers(loss), says }] : [];
}

/** `R + W > N`: the standbys that are left must include one that has every acknowledged commit. */
function deniedFailover(set: PodSet, quorum: Quorum, placed: number, loss: Loss): Case[] {
  if (!loss.primary) {
    return [];
  }
  if (loss.left === 0) {
    return [{ ...numbers(loss), says: `0 of ${set.replicas} instances, none to promote` }];
  }
  const { failoverQuorum, synchronousStandbys } = quorum;
  const standbys = placed - 1;
  const denied = failoverQuorum && loss.left + synchronousStandbys <= standbys;
  const says =
    `${loss.left} of ${set.replicas} instances, failover is denied by quorum: ${loss.left} (R) + ` +
    `${synchronousStandbys} (W) is not more than ${standbys} (N)`;
  return denied ? [{ ...numbers(loss), says }] : [];
}

function unmovable(set: PodSet, quorum: Quorum, placements: Placements, lost: readonly number[]): Case[] {
  if (quorum.volumes === 'replicated') {
    return unplaceable(set, placements, lost);
  }
  return lost.map((onLost) => {
    const instances = onLost === 1 ? '1 instance stays' : `${onLost} instances stay`;
    const free = placements.nodes > 1 && roomAfterLoss(placements, onLost) >= onLost;
    const left = placements.placed - onLost;
    const then = free
      ? 'or a person deletes its volume, and a new one is cloned on a free node'
      : 'because no other node is free to clone a new one';
    return { onLost, left, says: `${instances} away with its volume until the node is back, ${then}` };
  });
}

/**
 * What the operator's budgets allow: `<cluster>-primary` keeps the primary, `<cluster>` keeps all standbys but one, and
 * exists from three instances on.
 */
function drainOf(set: PodSet, quorum: Quorum, placements: Placements, draining: number): Drain {
  const moves = quorum.volumes === 'replicated' && placements.nodes > 1;
  const standbys = placements.placed - 1;
  const allowed = !quorum.budgets
    ? Number.POSITIVE_INFINITY
    : set.replicas >= 3
      ? Math.max(0, standbys - (set.replicas - 2))
      : standbys;
  return { placements, draining, allowed, moves };
}

/** The primary leaves a draining node by switchover, which needs a standby elsewhere. */
function blockedDrain(set: PodSet, quorum: Quorum, placements: Placements, draining: number): Case[] {
  if (!quorum.budgets) {
    return [];
  }
  const drain = drainOf(set, quorum, placements, draining);
  const leaves = draining < placements.placed || (drain.moves && drain.allowed > 0);
  const left = stuck(drain);
  if (leaves && left === 0) {
    return [];
  }
  const says = leaves
    ? `its budget lets ${drain.allowed} of its standbys be away, and ${left} more must leave, the drain never ends`
    : 'the primary has no standby elsewhere to switch over to, and its budget keeps it, the drain never ends';
  return [{ onDrained: draining, left: placements.placed, says }];
}

/** What a counterexample shows of a loss. */
function numbers({ onLost, onDrained, left }: Loss): Omit<Case, 'says'> {
  return {
    left,
    ...(onLost === undefined ? {} : { onLost }),
    ...(onDrained === undefined ? {} : { onDrained }),
  };
}
