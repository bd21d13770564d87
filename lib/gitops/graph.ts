import { refuse } from '../_refuse';
import type { RenderedUnit } from './rendered';

/** The part of a unit that its order depends on. */
export type GraphUnit = Pick<RenderedUnit, 'name' | 'constructPath' | 'role' | 'dependsOn'>;

/** Units in an order that works, checked. */
export interface UnitGraph<T extends GraphUnit> {
  /** Every unit after all that it depends on; units of one tier by name. */
  readonly order: readonly T[];
  /** Length of the longest path from the unit down to one that depends on nothing: 0, 1, 2, ... */
  tierOf(name: string): number;
  /** What the unit depends on, without what those depend on anyway (the transitive reduction), sorted. */
  directOf(name: string): readonly string[];
}

/**
 * Checks the dependencies between units and orders them. Time is linear in units and edges, but for the transitive
 * reduction, which walks what lies between a unit and the lowest of its dependencies.
 *
 * @throws if two units have one name, a dependency is unknown, a unit depends on a monitoring or drills unit,
 * or the dependencies form a cycle; the message names everybody involved
 */
export function graphOf<T extends GraphUnit>(units: readonly T[]): UnitGraph<T> {
  const indexOf = indexByName(units);
  const edges = units.map((unit) => dependenciesOf(unit, units, indexOf));
  const tiers = tiersOf(units, edges);
  const direct = reduce(edges, tiers);
  const at = (name: string): number =>
    indexOf.get(name) ?? refuse('units', `there is no unit '${name}' in the graph, there is ${listed(units)}`);
  return {
    order: units.toSorted((a, b) => (tiers[at(a.name)] ?? 0) - (tiers[at(b.name)] ?? 0) || (a.name < b.name ? -1 : 1)),
    tierOf: (name) => tiers[at(name)] ?? 0,
    directOf: (name) => (direct[at(name)] ?? []).map((i) => units[i]?.name ?? '').toSorted(),
  };
}

function indexByName(units: readonly GraphUnit[]): Map<string, number> {
  const indexOf = new Map<string, number>();
  units.forEach((unit, i) => {
    const other = units[indexOf.get(unit.name) ?? -1];
    if (other !== undefined) {
      refuse(
        'units',
        `'${other.constructPath}' and '${unit.constructPath}' are both called '${unit.name}', and a unit's name is its ` +
          `folder; rename one of the charts`,
      );
    }
    indexOf.set(unit.name, i);
  });
  return indexOf;
}

function dependenciesOf(
  unit: GraphUnit,
  units: readonly GraphUnit[],
  indexOf: ReadonlyMap<string, number>,
): readonly number[] {
  return [...new Set(unit.dependsOn)].map((name) => {
    const index = indexOf.get(name);
    const dependency = index === undefined ? undefined : units[index];
    if (index === undefined || dependency === undefined) {
      return refuse(
        `unit '${unit.name}'`,
        `it depends on '${name}', which is no unit of this app; for one that somebody else owns write dependsOnExternal`,
      );
    }
    if (dependency.role !== 'core') {
      refuse(
        `unit '${unit.name}'`,
        `it must not depend on '${name}', whose role is '${dependency.role}': nothing may wait for ${dependency.role}`,
      );
    }
    return index;
  });
}

/** Kahn's algorithm with the longest path; whatever it cannot reach lies on or behind a cycle. */
function tiersOf(units: readonly GraphUnit[], edges: readonly (readonly number[])[]): Int32Array {
  const waiting = Int32Array.from(edges, (targets) => targets.length);
  const dependants: number[][] = units.map(() => []);
  edges.forEach((targets, i) => targets.forEach((target) => dependants[target]?.push(i)));
  const tiers = new Int32Array(units.length);
  const queue = units.flatMap((_, i) => (waiting[i] === 0 ? [i] : []));
  for (let head = 0; head < queue.length; head++) {
    const done = queue[head] ?? 0;
    for (const next of dependants[done] ?? []) {
      tiers[next] = Math.max(tiers[next] ?? 0, (tiers[done] ?? 0) + 1);
      waiting[next] = (waiting[next] ?? 0) - 1;
      if (waiting[next] === 0) {
        queue.push(next);
      }
    }
  }
  if (queue.length < units.length) {
    const cycle = findCycle(edges, waiting).map((i) => units[i]?.name ?? '');
    refuse('units', `the dependencies form a cycle: ${cycle.join(' -> ')}; remove one of these addDependency calls`);
  }
  return tiers;
}

/** From any unit that is still waiting, a step to another that is still waiting always exists; so steps repeat. */
function findCycle(edges: readonly (readonly number[])[], waiting: Int32Array): readonly number[] {
  const path: number[] = [];
  const seenAt = new Map<number, number>();
  let current = waiting.findIndex((count) => count > 0);
  while (!seenAt.has(current)) {
    seenAt.set(current, path.length);
    path.push(current);
    current = (edges[current] ?? []).find((target) => (waiting[target] ?? 0) > 0) ?? current;
  }
  return [...path.slice(seenAt.get(current)), current];
}

/** Drops each edge whose target can be reached over another edge of the same unit. */
function reduce(edges: readonly (readonly number[])[], tiers: Int32Array): readonly (readonly number[])[] {
  const reachedFrom = new Int32Array(edges.length).fill(-1);
  return edges.map((targets, unit) => {
    if (targets.length < 2) {
      return targets;
    }
    const lowest = Math.min(...targets.map((target) => tiers[target] ?? 0));
    const stack = [...targets];
    while (stack.length > 0) {
      for (const next of edges[stack.pop() ?? 0] ?? []) {
        if (reachedFrom[next] !== unit && (tiers[next] ?? 0) >= lowest) {
          reachedFrom[next] = unit;
          stack.push(next);
        }
      }
    }
    return targets.filter((target) => reachedFrom[target] !== unit);
  });
}

function listed(units: readonly GraphUnit[]): string {
  return units
    .slice(0, 10)
    .map((unit) => unit.name)
    .join(', ');
}
