import { JsonPatch } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { type HighlyAvailableService, PhoenixApp, type PlatformProps, Storage } from '../../lib';
import { manifestsBelow } from '../../lib/_manifests';
import { platformFacts } from '../../lib/platform/facts';
import { proveNodeLoss } from '../../lib/platform/node-loss';
import { nodeLossInput } from '../../lib/platform/pod-sets';
import { predict } from '../../lib/platform/prediction';
import { predictionInput } from '../../lib/platform/read-input';
import { platform, service } from '../_build';
import { stateHub } from './_parts';

const NODES = ['a', 'b', 'c', 'd', 'e'];
const on = (storage: Storage, nodes = 4): PlatformProps['nodes'] & string[] => NODES.slice(0, nodes);
const one = (dataLocality?: 'disabled' | 'best-effort' | 'strict-local'): Storage =>
  Storage.replicated('longhorn', { replicas: 1, ...(dataLocality === undefined ? {} : { dataLocality }) });

interface Shop {
  readonly app: PhoenixApp;
  readonly part: HighlyAvailableService;
  readonly refuted: Record<string, string>;
  readonly withheld: string[];
}

/** What the proof says of the database. */
function shop(storage: Storage, nodes = 4, instances = 3): Shop {
  const app = new PhoenixApp({ delivery: [] });
  const here = platform({ nodes: on(storage, nodes), storage });
  const part = service(app, 'shop', { platform: here });
  part.database.apiObject.addJsonPatch(
    JsonPatch.replace('/spec/instances', instances),
    JsonPatch.replace('/spec/postgresql/synchronous/number', instances > 3 ? 2 : 1),
  );
  const verdicts = proveNodeLoss(nodeLossInput(here, manifestsBelow(part))).verdicts.filter(
    ({ object }) => object === 'Cluster/shop-db',
  );
  return {
    app,
    part,
    refuted: Object.fromEntries(
      verdicts.flatMap(({ claim, counterexample, event }) =>
        counterexample === undefined ? [] : [[`${event} ${claim}`, counterexample.text]],
      ),
    ),
    withheld: verdicts.filter(({ withheld }) => withheld).map(({ claim, event }) => `${event} ${claim}`),
  };
}

describe('one copy of a volume, wherever there is room', () => {
  test.each([undefined, 'disabled', 'best-effort'] as const)(
    'survives no lost node with data locality %s: the copies of several instances can be on one node',
    (dataLocality) => {
      const { refuted } = shop(one(dataLocality));
      expect(refuted).toMatchObject({
        'loss writes': "d lost with the only copies of 2 instances' volumes on it: 1 of 3 instances, writes block",
        'loss failover':
          "d lost with the only copies of 2 instances' volumes on it: 1 of 3 instances, failover is denied by quorum: 1 (R) + 1 (W) is not more than 2 (N)",
        'loss rescheduled':
          "d lost with the only copies of 1 instance's volumes on it: 1 instance stays away until the only copy of its volume is back, or a person deletes the volume",
        'drain writes': "d drains with the only copies of 2 instances' volumes on it: 1 of 3 instances, writes block",
        'drain drainEnds': expect.stringMatching(/^d drains: the storage does not let go of a node with the only copy/),
      });
    },
  );

  test('is refused by synthesis, which says what to write', () => {
    const [first, ...others] = shop(one('best-effort')).part.node.validate();
    expect(first).toBe(
      `Cluster/shop-db has volumes of 'longhorn', which keeps one copy of each wherever there is room ('dataLocality' ` +
        `'best-effort'), so that one node can hold the copies of several instances and take them all; keep each on its ` +
        `instance's node: 'dataLocality: strict-local' in the StorageClass, and here ` +
        `Storage.replicated('longhorn', { replicas: 1, dataLocality: 'strict-local' }); or use node-local storage, or 2 copies`,
    );
    expect(others).toEqual([
      expect.stringMatching(
        /does not survive on platform 'test' .*: d lost with the only copies of 2 instances'.*writes block$/,
      ),
      expect.stringMatching(/: d lost with the only copies of 2 instances'.*failover is denied by quorum/),
      expect.stringMatching(/: d drains: .*the drain never ends$/),
    ]);
    expect(shop(one('strict-local')).part.node.validate()).toEqual([]);
    expect(shop(Storage.replicated('longhorn', { replicas: 2 })).part.node.validate()).toEqual([]);
  });

  test('bounds no recovery from a lost node in the prediction either', () => {
    const { nodeLoss, instanceLoss } = predict(predictionInput(stateHub({ platform: { storage: one() } })));
    expect(nodeLoss.writes.blockedBy).toMatch(/one node may take the volumes of several instances at once/);
    expect(nodeLoss.reads.blockedBy).toMatch(/one node may take the volumes of several instances at once/);
    expect(instanceLoss.writes.blockedBy).toBeUndefined();
  });
});

describe('one copy of a volume on the node of its instance', () => {
  test('is proved as a node-local one, but for the drain that Longhorn stops by default', () => {
    const strict = shop(one('strict-local'));
    const local = shop(Storage.nodeLocal('local-path'));
    expect(strict.refuted).toEqual(local.refuted);
    expect(strict.withheld).toEqual(['drain drainEnds']);
    expect(local.withheld).toEqual([]);
    const { risks } = proveNodeLoss(
      nodeLossInput(platform({ nodes: NODES, storage: one('strict-local') }), manifestsBelow(strict.part)),
    );
    expect(risks).toContainEqual(
      expect.stringMatching(
        /'node-drain-policy' is 'block-if-contains-last-replica'\): set it to 'allow-if-replica-is-stopped'/,
      ),
    );
  });
});

describe('two copies of a volume', () => {
  const two = Storage.replicated('longhorn', { replicas: 2 });

  test('leave one after losing any one node, so that the instance starts again elsewhere', () => {
    const { refuted } = shop(two);
    expect(Object.keys(refuted).filter((claim) => !claim.startsWith('lossDuringDrain'))).toEqual([]);
  });

  test('follow only once a person says that the node is off, which is a risk', () => {
    const { part } = shop(two);
    const { risks } = proveNodeLoss(nodeLossInput(platform({ nodes: NODES, storage: two }), manifestsBelow(part)));
    expect(risks).toContainEqual(
      expect.stringMatching(/stay attached to a lost node until a person says that it is off/),
    );
  });

  test('may both be on the nodes of a loss and a drain, whatever the quorum; three may not', () => {
    const five = (replicas: number) => shop(Storage.replicated('longhorn', { replicas }), 5, 5).refuted;
    expect(five(2)).toMatchObject({
      'lossDuringDrain writes':
        "d lost while e drains with all copies of 3 instances' volumes on the two: 2 of 5 instances, writes block",
    });
    expect(Object.keys(five(3))).toEqual(['loss rescheduled']);
  });
});

describe('storage', () => {
  test('has one kind for each way in which a lost node takes volumes, in all that reads it', () => {
    const kinds = [one(), one('best-effort'), one('strict-local'), Storage.replicated('longhorn', { replicas: 2 })];
    expect(kinds.map(({ kind }) => kind)).toEqual(['singleCopy', 'singleCopy', 'nodeLocal', 'replicated']);
    expect(kinds.map((storage) => platformFacts(platform({ storage })).storageClasses)).toEqual(
      kinds.map(({ kind }) => ({ longhorn: kind })),
    );
  });

  test.each([
    [{ replicas: 0 }, /^storage class 'longhorn': 'replicas' must be a whole number of at least 1, got 0/],
    [{ replicas: 2, dataLocality: 'strict-local' }, /'dataLocality' 'strict-local' needs 'replicas' 1.* got 2/],
    [
      { replicas: 1, dataLocality: 'local' },
      /'dataLocality' must be one of disabled, best-effort, strict-local, got 'local'/,
    ],
  ])('%j is refused', (options, message) => {
    expect(() => Storage.replicated('longhorn', options as any)).toThrow(message);
  });
});
