import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphOf } from '../../lib/gitops/graph';
import type { RenderedUnit } from '../../lib/gitops/rendered';
import { acyclicUnits, service, unit } from './units';

/** Everything below a unit, by plain search, as the oracle for the reduction. */
function below(name: string, edges: (name: string) => readonly string[]): Set<string> {
  const found = new Set<string>();
  const walk = (from: string): void =>
    edges(from).forEach((next) => {
      if (!found.has(next)) {
        found.add(next);
        walk(next);
      }
    });
  walk(name);
  return found;
}

const declared = (units: readonly RenderedUnit[]) => (name: string) =>
  units.find((x) => x.name === name)?.dependsOn ?? [];

describe('order', () => {
  it('puts every unit after what it depends on, at the longest path from the bottom', () => {
    fc.assert(
      fc.property(acyclicUnits, (units) => {
        const graph = graphOf(units);
        const position = new Map(graph.order.map((x, i) => [x.name, i]));
        expect(graph.order).toHaveLength(units.length);
        for (const x of units) {
          const tiers = x.dependsOn.map((name) => graph.tierOf(name));
          expect(graph.tierOf(x.name)).toBe(tiers.length === 0 ? 0 : Math.max(...tiers) + 1);
          for (const name of x.dependsOn) {
            expect(position.get(name)).toBeLessThan(position.get(x.name) ?? -1);
          }
        }
      }),
    );
  });

  it('does not depend on the order in which units were declared', () => {
    fc.assert(
      fc.property(acyclicUnits, (units) => {
        const names = graphOf(units).order.map((x) => x.name);
        expect(graphOf(units.toReversed()).order.map((x) => x.name)).toEqual(names);
      }),
    );
  });

  it('of State Hub is base, secrets, database, api', () => {
    const graph = graphOf(service());

    expect(['base', 'secrets', 'database', 'api', 'drills'].map((x) => graph.tierOf(`shop-${x}`))).toEqual([
      0, 1, 2, 3, 4,
    ]);
  });
});

describe('direct dependencies', () => {
  it('reach the same units as the declared ones, and none can be left out', () => {
    fc.assert(
      fc.property(acyclicUnits, (units) => {
        const graph = graphOf(units);
        for (const x of units) {
          expect(below(x.name, (name) => graph.directOf(name))).toEqual(below(x.name, declared(units)));
          for (const name of graph.directOf(x.name)) {
            const others = graph.directOf(x.name).filter((other) => other !== name);
            expect(others.some((other) => below(other, declared(units)).has(name))).toBe(false);
          }
        }
      }),
    );
  });

  it('leave out what another dependency brings along', () => {
    expect(graphOf(service()).directOf('shop-drills')).toEqual(['shop-api']);
    expect(graphOf(service()).directOf('shop-database')).toEqual(['shop-secrets']);
  });

  it('keep a dependency that nothing else brings along', () => {
    const units = [unit('a'), unit('b'), unit('c', { dependsOn: ['a', 'b'] })];

    expect(graphOf(units).directOf('c')).toEqual(['a', 'b']);
  });
});

describe('fails', () => {
  it.each([
    ['a unit that depends on itself', [unit('a', { dependsOn: ['a'] })], 'a -> a;'],
    [
      'a cycle behind units that are fine',
      [
        unit('top', { dependsOn: ['a'] }),
        unit('a', { dependsOn: ['b', 'ok'] }),
        unit('b', { dependsOn: ['c'] }),
        unit('c', { dependsOn: ['a'] }),
        unit('ok'),
      ],
      'a -> b -> c -> a;',
    ],
  ])('on %s, and names the whole cycle', (_, units, cycle) => {
    expect(() => graphOf(units)).toThrow(`units: the dependencies form a cycle: ${cycle}`);
  });

  it('on any graph with an edge turned back', () => {
    fc.assert(
      fc.property(acyclicUnits, fc.nat(), (units, pick) => {
        const edges = units.flatMap((x) => x.dependsOn.map((name) => [x.name, name] as const));
        fc.pre(edges.length > 0);
        const [from, to] = edges[pick % edges.length] ?? ['', ''];
        const roles = units.map((x) => Object.assign({}, x, { role: 'core' as const }));
        const turned = roles.map((x) => (x.name === to ? { ...x, dependsOn: [...x.dependsOn, from] } : x));
        expect(() => graphOf(turned)).toThrow(/form a cycle: (\S+) -> .*\1;/);
      }),
    );
  });

  it.each([
    [
      [unit('a-b-c', { constructPath: 'a/b-c' }), unit('a-b-c', { constructPath: 'a-b/c' })],
      "units: 'a/b-c' and 'a-b/c' are both called 'a-b-c', and a unit's name is its folder; rename one of the charts",
    ],
    [[unit('a', { dependsOn: ['b'] })], "unit 'a': it depends on 'b', which is no unit of this app"],
    [
      [unit('a', { dependsOn: ['m'] }), unit('m', { role: 'monitoring' })],
      "unit 'a': it must not depend on 'm', whose role is 'monitoring': nothing may wait for monitoring",
    ],
    [
      [unit('a', { role: 'monitoring', dependsOn: ['m'] }), unit('m', { role: 'monitoring' })],
      "unit 'a': it must not depend on 'm', whose role is 'monitoring'",
    ],
    [
      [unit('m', { role: 'monitoring', dependsOn: ['d'] }), unit('d', { role: 'drills' })],
      "unit 'm': it must not depend on 'd', whose role is 'drills': nothing may wait for drills",
    ],
  ])('naming both sides: %#', (units, message) => {
    expect(() => graphOf(units)).toThrow(message);
  });
});

describe('6,000 units', () => {
  it('are ordered and reduced, also as a chain where all depend on the first', () => {
    const chain = Array.from({ length: 6000 }, (_, i) =>
      unit(`u${i}`, { dependsOn: i === 0 ? [] : [...new Set([`u${i - 1}`, 'u0'])] }),
    );
    const graph = graphOf(chain);
    const services = graphOf(Array.from({ length: 1000 }, (_, i) => service(`s${i}`)).flat());

    expect(graph.tierOf('u5999')).toBe(5999);
    expect(graph.directOf('u5999')).toEqual(['u5998']);
    expect(services.order).toHaveLength(6000);
  });
});
