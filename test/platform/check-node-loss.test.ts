import { ApiObject, Chart, JsonPatch } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { type HighlyAvailableService, PhoenixApp, type Platform, type PlatformProps, Storage } from '../../lib';
import { warningsBelow } from '../../lib/_warning';
import { manifestsBelow } from '../../lib/_manifests';
import { type NodeLossProof, proveNodeLoss, refuted } from '../../lib/platform/node-loss';
import { nodeLossInput } from '../../lib/platform/pod-sets';
import type { PodSet } from '../../lib/platform/pod-set';
import { only, platform, service, serviceProps } from '../_build';

const QUORUM: NonNullable<PodSet['quorum']> = {
  synchronousStandbys: 1,
  required: true,
  failoverQuorum: true,
  budgets: true,
  volumes: 'nodeLocal',
  copies: 1,
  switchedOff: undefined,
};
const SPREAD: NonNullable<PodSet['spread']> = {
  maxSkew: 1,
  countsLostNodes: false,
  countsForeignNodes: false,
  tooFewNodes: false,
  tooFewNodesWithoutOne: false,
};
const RAILIANCE = ['railiance01', 'railiance02', 'railiance03'];
const threePhoenix = (props: Partial<PlatformProps> = {}): Platform =>
  platform({ name: 'threephoenix', nodes: RAILIANCE, ...props });

interface StateHub {
  readonly app: PhoenixApp;
  readonly part: HighlyAvailableService;
  readonly on: Platform;
}

function stateHub(props: Partial<PlatformProps> = {}): StateHub {
  const on = threePhoenix(props);
  const app = new PhoenixApp({ delivery: [] });
  const { api } = serviceProps();
  return { app, on, part: service(app, 'state-hub', { platform: on, api: { ...api, replicas: 3 } }) };
}

const proof = ({ on, part }: StateHub): NodeLossProof => proveNodeLoss(nodeLossInput(on, manifestsBelow(part)));

const texts = (of: NodeLossProof, object: string, event?: string): string[] =>
  refuted(of)
    .filter((verdict) => verdict.object === object && (event === undefined || verdict.event === event))
    .map(({ counterexample }) => counterexample!.text);

/** The object of this kind and name, to patch it. */
function object({ part }: StateHub, kind: string, name: string): ApiObject {
  return part.node
    .findAll()
    .filter((construct) => ApiObject.isApiObject(construct))
    .find((x) => x.kind === kind && x.name === name)!;
}

/** What synthesis says after a patch. */
function problemsAfter(kind: string, name: string, ...patches: JsonPatch[]): string[] {
  const hub = stateHub();
  object(hub, kind, name).addJsonPatch(...patches);
  return hub.part.node.validate();
}

describe('State Hub on three nodes', () => {
  const hub = proof(stateHub());

  test('survives losing any one node and draining any one', () => {
    const single = hub.verdicts.filter(
      ({ event, claim }) => ['loss', 'drain'].includes(event) && claim !== 'rescheduled',
    );
    expect(single.map(({ object, event, claim }) => `${object} ${event} ${claim}`)).toEqual([
      'Cluster/state-hub-db loss writes',
      'Cluster/state-hub-db loss failover',
      'Cluster/state-hub-db drain writes',
      'Cluster/state-hub-db drain failover',
      'Cluster/state-hub-db drain drainEnds',
      'Deployment/state-hub-api loss serving',
      'Deployment/state-hub-api drain serving',
      'Deployment/state-hub-api drain drainEnds',
    ]);
    expect(single.filter(({ holds }) => !holds)).toEqual([]);
  });

  test('does not survive losing a second node, and says which write quorum is gone', () => {
    expect(texts(hub, 'Cluster/state-hub-db', 'lossDuringDrain')).toEqual([
      'railiance02 lost while railiance03 drains: 1 of 3 instances, writes block',
      'railiance02 lost while railiance03 drains: 1 of 3 instances, failover is denied by quorum: 1 (R) + 1 (W) is not more than 2 (N)',
    ]);
    expect(texts(hub, 'Deployment/state-hub-api')).toEqual([]);
  });

  test('cannot replace a lost instance, because its volume does not move and no node is free', () => {
    expect(texts(hub, 'Cluster/state-hub-db', 'loss')).toEqual([
      'railiance03 lost: 1 instance stays away with its volume until the node is back, because no other node is free to clone a new one',
    ]);
  });

  test('names operator and plugin as the single pods that they are, and what it takes for granted', () => {
    expect(hub.risks).toEqual([
      expect.stringMatching(/operator in 'cnpg-system' is one pod.*Run 2 replicas/),
      expect.stringMatching(/Barman Cloud plugin in 'cnpg-system' is one pod/),
      expect.stringMatching(/Room is taken for granted: CPU and memory/),
    ]);
  });

  test('is not refused by synthesis', () => {
    const { app } = stateHub();
    expect(app.files().length).toBeGreaterThan(10);
  });
});

describe('other platforms', () => {
  test('of four nodes can replace a lost instance by hand, and by itself with storage that has a second copy', () => {
    const nodes = [...RAILIANCE, 'railiance04'];
    expect(texts(proof(stateHub({ nodes })), 'Cluster/state-hub-db', 'loss')).toEqual([
      expect.stringMatching(/or a person deletes its volume, and a new one is cloned on a free node$/),
    ]);
    const replicated = stateHub({ nodes, storage: Storage.replicated('longhorn', { replicas: 2 }) });
    expect(texts(proof(replicated), 'Cluster/state-hub-db', 'loss')).toEqual([]);
  });

  test('do not count a tainted or cordoned node', () => {
    const taints = [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] as const;
    // The constructs refuse such nodes themselves; here they change under objects that are made already.
    const moved = (nodes: PlatformProps['nodes']): StateHub => ({ ...stateHub(), on: threePhoenix({ nodes }) });
    const tainted = moved(['railiance01', 'railiance02', { name: 'railiance03', taints }]);
    expect(texts(proof(tainted), 'Cluster/state-hub-db', 'none')).toEqual([
      'on an ordinary day: 2 of 3 instances find a place on 2 nodes, one each',
    ]);
    expect(texts(proof(tainted), 'Cluster/state-hub-db', 'drain').join()).toMatch(
      /railiance02 drains: .* the drain never ends/,
    );
    const cordoned = moved(['railiance01', { name: 'railiance02', schedulable: false }, 'railiance03']);
    expect(texts(proof(cordoned), 'Cluster/state-hub-db', 'none')).toHaveLength(1);
    const mild = moved([
      'railiance01',
      'railiance02',
      { name: 'railiance03', taints: [{ key: 'x', effect: 'PreferNoSchedule' }] },
    ]);
    expect(texts(proof(mild), 'Cluster/state-hub-db', 'none')).toEqual([]);
  });

  const database = (nodes: readonly string[], instances: number, synchronousStandbys = 1): PodSet => ({
    object: 'Cluster/db',
    replicas: instances,
    nodes,
    onePerNode: true,
    spread: undefined,
    staysOnLostNode: false,
    returnsToDrain: false,
    keepHealthy: undefined,
    quorum: { ...QUORUM, synchronousStandbys },
    unseen: [],
  });
  const api = (nodes: readonly string[], replicas: number): PodSet => ({
    object: 'Deployment/api',
    replicas,
    nodes,
    onePerNode: false,
    spread: SPREAD,
    staysOnLostNode: false,
    returnsToDrain: false,
    keepHealthy: replicas - 1,
    quorum: undefined,
    unseen: [],
  });
  const honest = (podSets: readonly PodSet[]): NodeLossProof =>
    proveNodeLoss({ nodes: podSets[0]!.nodes, podSets, operatorNamespace: 'cnpg-system' });

  test('of two nodes keep the API and not the writes', () => {
    const two = honest([database(['a', 'b'], 2), api(['a', 'b'], 2)]);
    expect(texts(two, 'Cluster/db', 'loss')[0]).toBe('b lost: 1 of 2 instances, writes block');
    expect(texts(two, 'Cluster/db', 'drain')).toEqual(['b drains: 1 of 2 instances, writes block']);
    expect(texts(two, 'Deployment/api').every((text) => text.startsWith('a lost while b drains'))).toBe(true);
    expect(two.risks.at(-1)).toMatch(/^There are two nodes/);
  });

  test('of one node lose everything with it, and can never be drained', () => {
    const one = honest([database(['a'], 1), api(['a'], 2)]);
    expect(texts(one, 'Cluster/db')).toEqual([
      'a lost: 0 of 1 instances, writes block, and no copy of the data is left',
      'a lost: 0 of 1 instances, none to promote',
      'a lost: 1 instance stays away with its volume until the node is back, because no other node is free to clone a new one',
      'a drains: 1 of 1 instances, writes block',
      'a drains: the primary has no standby elsewhere to switch over to, and its budget keeps it, the drain never ends',
    ]);
    expect(texts(one, 'Deployment/api')).toContain('a lost with 2 on a: 0 of 2 replicas ready');
    expect(one.risks.at(-1)).toMatch(/^There is one node/);
  });

  test('of two nodes keep the one primary from leaving, though its volume could follow', () => {
    const single = database(['a', 'b'], 1);
    const replicated: PodSet = { ...single, quorum: { ...QUORUM, volumes: 'replicated', copies: 2 } };
    expect(texts(honest([replicated]), 'Cluster/db', 'drain')).toContain(
      'b drains: the primary has no standby elsewhere to switch over to, and its budget keeps it, the drain never ends',
    );
  });

  test('of five nodes survive losing one while another drains, with five instances and two standbys to a commit', () => {
    const five = ['a', 'b', 'c', 'd', 'e'];
    expect(texts(honest([database(five, 5, 2)]), 'Cluster/db', 'lossDuringDrain')).toEqual([]);
    expect(texts(honest([database(five, 5, 1)]), 'Cluster/db', 'lossDuringDrain')).toEqual([
      'd lost while e drains: 3 of 5 instances, failover is denied by quorum: 3 (R) + 1 (W) is not more than 4 (N)',
    ]);
  });
});

describe('synthesis refuses', () => {
  test('instances that may share a node with its disk', () => {
    expect(
      problemsAfter('Cluster', 'state-hub-db', JsonPatch.replace('/spec/affinity/podAntiAffinityType', 'preferred')),
    ).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^Cluster\/state-hub-db may have several instances on one node, whose disk 'local-path' is lost/,
        ),
        expect.stringMatching(
          /does not survive on platform 'threephoenix' .*: railiance03 lost with 2 on railiance03: 1 of 3 instances, writes block$/,
        ),
      ]),
    );
  });

  test('a storage class of which the platform says nothing', () => {
    expect(
      problemsAfter('Cluster', 'state-hub-db', JsonPatch.replace('/spec/storage/storageClass', 'longhorn')),
    ).toEqual([
      expect.stringMatching(
        /'storage.storageClass' "longhorn", but platform 'threephoenix' says what happens to 'local-path'/,
      ),
    ]);
  });

  test('more replicas than can ever be placed', () => {
    const apart = {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'state-hub-api' } },
          },
        ],
      },
    };
    expect(
      problemsAfter(
        'Deployment',
        'state-hub-api',
        JsonPatch.add('/spec/template/spec/affinity', apart),
        JsonPatch.replace('/spec/replicas', 4),
      ),
    ).toEqual([
      expect.stringMatching(
        /^Deployment\/state-hub-api has more replicas than can ever be placed on .*: on an ordinary day: 3 of 4 replicas find a place on 3 nodes, one each$/,
      ),
      expect.stringMatching(/railiance03 drains: its disruption budget allows no eviction, the drain never ends$/),
    ]);
    expect(problemsAfter('Deployment', 'state-hub-api', JsonPatch.add('/spec/template/spec/affinity', apart))).toEqual(
      [],
    );
  });

  test('pods that are bound to a node that is not there', () => {
    const bind = (host: string) =>
      JsonPatch.add('/spec/template/spec/nodeSelector', { 'kubernetes.io/hostname': host });
    expect(() => problemsAfter('Deployment', 'state-hub-api', bind('railiance04'))).toThrow(
      /^Deployment\/state-hub-api: its pods are bound to node 'railiance04', but platform 'threephoenix' has railiance01/,
    );
    expect(problemsAfter('Deployment', 'state-hub-api', bind('railiance01'))).toEqual([
      expect.stringMatching(/railiance01 lost with 3 on railiance01: 0 of 3 replicas ready$/),
      expect.stringMatching(
        /railiance01 drains with 3 on railiance01: 2 of its pods cannot leave.*, the drain never ends$/,
      ),
    ]);
  });

  test.each([
    ['a budget without room', JsonPatch.replace('/spec/maxUnavailable', 0)],
    ['a budget in percent that rounds to no room', JsonPatch.replace('/spec', { minAvailable: '70%', selector: {} })],
  ])('a drain that never ends: %s', (_, patch) => {
    expect(problemsAfter('PodDisruptionBudget', 'state-hub-api', patch)).toEqual([
      expect.stringMatching(/railiance03 drains: its disruption budget allows no eviction, the drain never ends$/),
    ]);
  });

  test('two budgets for the same pods, which the eviction API answers with an error', () => {
    const hub = stateHub();
    const scope = Chart.of(hub.part.api);
    new ApiObject(scope, 'second', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'second', namespace: 'state-hub' },
      spec: { maxUnavailable: 1, selector: {} },
    });
    expect(hub.part.node.validate()).toEqual([expect.stringMatching(/allows no eviction, the drain never ends$/)]);
  });

  test('replicas that only prefer to be apart', () => {
    expect(
      problemsAfter(
        'Deployment',
        'state-hub-api',
        JsonPatch.replace('/spec/template/spec/topologySpreadConstraints/0/whenUnsatisfiable', 'ScheduleAnyway'),
      ),
    ).toEqual([expect.stringMatching(/railiance03 lost with 3 on railiance03: 0 of 3 replicas ready$/)]);
  });
});

describe('storage that copies what replication copies already', () => {
  const warnings = (replicas: number): string[] => {
    const { app } = stateHub({ storage: Storage.replicated('longhorn', { replicas }) });
    return warningsBelow(app).filter((text) => text.includes('longhorn'));
  };

  test('is warned of, and one copy is not', () => {
    expect(warnings(3)).toEqual([
      expect.stringMatching(
        /^state-hub: .* 9 copies of the data with 3 instances.*1 is enough, with 'dataLocality' 'strict-local'$/,
      ),
    ]);
    expect(warnings(1)).toEqual([]);
  });
});

describe('the input of the proof', () => {
  test('is read from the objects as they are written', () => {
    const { on, part } = stateHub();
    const manifests = manifestsBelow(part);
    expect(only(manifests, 'Cluster').spec.instances).toBe(3);
    expect(nodeLossInput(on, manifests).podSets).toEqual([
      {
        object: 'Cluster/state-hub-db',
        replicas: 3,
        nodes: RAILIANCE,
        onePerNode: true,
        spread: undefined,
        staysOnLostNode: false,
        returnsToDrain: false,
        keepHealthy: undefined,
        quorum: QUORUM,
        unseen: [],
      },
      {
        object: 'Deployment/state-hub-api',
        replicas: 3,
        nodes: RAILIANCE,
        onePerNode: false,
        spread: SPREAD,
        staysOnLostNode: false,
        returnsToDrain: false,
        keepHealthy: 2,
        quorum: undefined,
        unseen: [],
      },
    ]);
  });

  test('knows that a node that is not honoured still counts as an empty one', () => {
    const hub = stateHub();
    object(hub, 'Deployment', 'state-hub-api').addJsonPatch(
      JsonPatch.remove('/spec/template/spec/topologySpreadConstraints/0/nodeTaintsPolicy'),
    );
    expect(texts(proof(hub), 'Deployment/state-hub-api')).toEqual([
      'railiance03 lost: 1 of 3 pods stays pending until the node is back',
    ]);
  });
});

describe('a platform refuses', () => {
  test.each<[string, PlatformProps['nodes'], RegExp]>([
    [
      'the same node twice, as name and with labels',
      ['a', { name: 'a', labels: { zone: 'x' } }],
      /'nodes' names 'a' twice/,
    ],
    ['no nodes', [], /'nodes' must name at least one node/],
    ['a name that is none', [{ name: 'Node_1' }], /'nodes' must hold DNS names, got 'Node_1'/],
  ])('%s', (_, nodes, message) => {
    expect(() => platform({ nodes })).toThrow(message);
  });

  test('versions that it knows nothing of', () => {
    expect(() => platform({ kubernetes: '1.29' as '1.30' })).toThrow(
      /'kubernetes' must be one of 1.30, .*, got '1.29'/,
    );
    expect(() => platform({ cloudNativePg: '1.25' as '1.30' })).toThrow(
      /'cloudNativePg' must be one of 1.30, got '1.25'/,
    );
  });
});
