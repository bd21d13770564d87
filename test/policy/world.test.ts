import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Resource, makeResource, refOf } from '../../lib/policy/resource';
import { deployment, policy } from '../../lib/policy/rules/_examples';
import { selects } from '../../lib/policy/selector';
import { World } from '../../lib/policy/world';

const resourceOf = (manifest: Readonly<Record<string, unknown>>, broken = false): Resource =>
  makeResource(manifest, manifest, broken, refOf(manifest, {}));

describe('the pods that a selector takes', () => {
  const labels = fc.record({ app: fc.constantFrom('a', 'b', 'c'), tier: fc.constantFrom('x', 'y') });
  const selector = fc.record(
    {
      matchLabels: fc.dictionary(fc.constantFrom('app', 'tier', 'no'), fc.constantFrom('a', 'b', 'x', 'y')),
      matchExpressions: fc.constant([{ key: 'tier', operator: 'In', values: ['x'] }]),
    },
    { requiredKeys: [] },
  );

  it('are the same whether a namespace has few of them or many, which then have an index', () => {
    fc.assert(
      fc.property(fc.array(labels, { maxLength: 80, size: 'max' }), selector, (all, wanted) => {
        const resources = all.map((each, i) =>
          resourceOf(
            deployment({}, { template: { metadata: { labels: each }, spec: { containers: [] } } }, `web-${i}`),
          ),
        );
        const found = new World(resources, {}).selected('shop', wanted).map(({ owner }) => owner.name);
        expect(found).toEqual(all.flatMap((each, i) => (selects(wanted, each) ? [`web-${i}`] : [])));
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('what is made once', () => {
  const id = 'networking.k8s.io/v1/NetworkPolicy';
  const count = (world: World): number => world.all(id).length;

  it('is made once for a set, and once for each object of it', () => {
    const [a, b] = [resourceOf(policy('a', {})), resourceOf(policy('b', {}))];
    const world = new World([a, b], {});
    let calls = 0;
    const name = ({ name: own }: Resource): string => `${own}${(calls += 1)}`;
    expect([a, b, a, b].map((one) => world.onceFor(one, name))).toEqual(['a1', 'b2', 'a1', 'b2']);
    expect(new World([a], {}).onceFor(a, name)).toBe('a3');
  });

  it('is doubtful each time where an object was left out that its schema refused', () => {
    const broken = resourceOf(policy('b', {}), true);
    const world = new World([resourceOf(policy('a', {})), broken], {});
    for (let i = 0; i < 2; i++) {
      expect(world.once(count)).toBe(1);
      expect(world.takeDoubt()).toBe(broken);
    }
    expect(world.takeDoubt()).toBeUndefined();
  });
});
