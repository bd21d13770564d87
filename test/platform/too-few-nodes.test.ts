import { describe, expect, test } from 'vitest';
import { PhoenixApp, Storage } from '../../lib';
import { tooFewNodes } from '../../lib/platform/too-few-nodes';
import { chart, cluster, platform, service, serviceProps } from '../_build';

const on = (nodes: string[], storage = Storage.nodeLocal('local-path')) => platform({ name: 'small', nodes, storage });
const database = (nodes: string[], instances?: number): void => {
  cluster(chart(), { platform: on(nodes), ...(instances === undefined ? {} : { instances }) });
};

describe('a platform with too few nodes for a quorum', () => {
  const TWO =
    `'platform' must have at least 3 nodes for a quorum that survives losing one, got 2 in 'small' (a, b): with an instance on ` +
    `each, b lost: 1 of 2 instances, writes block; b drains: 1 of 2 instances, writes block; and commits that wait for no ` +
    `standby would lose what only the lost node had; add nodes until there are 3, or run it on a platform that has them`;

  test.each([undefined, 1, 2, 3, 4])('of two nodes is told so whatever it does about %s instances', (instances) => {
    expect(() => database(['a', 'b'], instances)).toThrow(`test/db: ${TWO}`);
  });

  test('of one node is told that its data goes with the node', () => {
    expect(() => database(['a'])).toThrow(
      /got 1 in 'small' \(a\): with the one instance that it can have, a lost: 0 of 1 instances, writes block, and no copy of the data is left; a drains: .*; everything since the last archived WAL file would be lost with its disk; add nodes until there are 3/,
    );
  });

  test('is told the same by the service that most people write', () => {
    expect(() =>
      service(new PhoenixApp({ delivery: [] }), 'shop', { ...serviceProps(), platform: on(['a', 'b']) }),
    ).toThrow(`shop/database/cluster: ${TWO}`);
  });

  test('is told of volumes that follow, which do not help a commit', () => {
    expect(tooFewNodes(on(['a', 'b'], Storage.replicated('longhorn', { replicas: 2 })))).toMatch(
      /b lost: 1 of 2 instances, writes block; /,
    );
  });

  test('is not what three nodes are', () => {
    expect(tooFewNodes(on(['a', 'b', 'c']))).toBeUndefined();
    expect(() => database(['a', 'b', 'c'])).not.toThrow();
    expect(() => database(['a', 'b', 'c'], 2)).toThrow(/'instances' must be at least 3 .*, got 2/);
    expect(() => database(['a', 'b', 'c'], 4)).toThrow(/'instances' must be at most 3/);
  });
});
