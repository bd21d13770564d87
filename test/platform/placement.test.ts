import { App, type Chart, Testing } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { PhoenixApp, type Placement, type PlatformNodeProps } from '../../lib';
import { proveNodeLoss } from '../../lib/platform/node-loss';
import { nodeLossInput } from '../../lib/platform/pod-sets';
import { api, chart, cluster, only, platform, service } from '../_build';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const TAINT = { key: CONTROL_PLANE, effect: 'NoSchedule' } as const;
const TOLERATED: Placement = { tolerations: [TAINT] };

/** Three nodes, each with what is given for it. */
const three = (...facts: Partial<PlatformNodeProps>[]) =>
  platform({ nodes: [0, 1, 2].map((i) => ({ name: `node-${i + 1}`, ...facts[i] })) });
const controlPlanes = (...more: Partial<PlatformNodeProps>[]) =>
  three(...[0, 1, 2].map((i) => ({ taints: [TAINT], ...more[i] })));
const zones = (...names: (string | undefined)[]) =>
  three(...names.map((zone) => (zone === undefined ? {} : { labels: { 'topology.kubernetes.io/zone': zone } })));

const database = (props: Parameters<typeof cluster>[1]) => {
  const scope = chart();
  cluster(scope, props);
  return only(Testing.synth(scope), 'Cluster').spec;
};
const deployment = (props: Parameters<typeof api>[1]) => {
  const scope = chart();
  api(scope, props);
  return only(Testing.synth(scope), 'Deployment').spec.template.spec;
};

describe('a PostgresCluster in a plain app', () => {
  it('counts the nodes that can take its instances', () => {
    expect(() => database({ platform: three({ taints: [TAINT] }) })).toThrow(
      "test/db: 'instances' must be at most 2, because each runs on a node of its own and platform 'test' has node-2, node-3 " +
        `(node-1: taint '${CONTROL_PLANE}:NoSchedule', name it in 'placement.tolerations'), got 3`,
    );
    expect(() => database({ platform: three({}, { schedulable: false }) })).toThrow('(node-2: cordoned, uncordon it)');
    expect(() => database({ placement: { nodeSelector: { disk: 'fast' } } })).toThrow(
      "has none (node-1, node-2, node-3: not all labels of 'placement.nodeSelector')",
    );
    expect(() => database({ platform: three({ taints: [{ ...TAINT, effect: 'PreferNoSchedule' }] }) })).not.toThrow();
  });

  it('runs on tainted nodes where it tolerates the taint, by key, by value, by effect', () => {
    expect(database({ platform: controlPlanes(), placement: TOLERATED }).affinity).toEqual({
      enablePodAntiAffinity: true,
      podAntiAffinityType: 'required',
      topologyKey: 'kubernetes.io/hostname',
      tolerations: [{ key: CONTROL_PLANE, operator: 'Exists', effect: 'NoSchedule' }],
    });
    const dedicated = three({ taints: [{ key: 'for', value: 'postgres', effect: 'NoExecute' }] });
    const tolerating = (toleration: { key: string; value?: string }) =>
      database({ platform: dedicated, placement: { tolerations: [toleration] } }).affinity.tolerations;
    expect(tolerating({ key: 'for' })).toEqual([{ key: 'for', operator: 'Exists' }]);
    expect(tolerating({ key: 'for', value: 'postgres' })).toEqual([
      { key: 'for', operator: 'Equal', value: 'postgres' },
    ]);
    expect(() => tolerating({ key: 'for', value: 'web' })).toThrow("(node-1: taint 'for=postgres:NoExecute', name it");
  });

  it('runs on chosen nodes', () => {
    const fast = [0, 1, 2].map(() => ({ labels: { disk: 'fast' } }));
    const { affinity } = database({ platform: three(...fast), placement: { nodeSelector: { disk: 'fast' } } });
    expect(affinity.nodeSelector).toEqual({ disk: 'fast' });
  });

  it('writes nothing of it where nothing is chosen', () => {
    expect(Object.keys(database({}).affinity)).toEqual(['enablePodAntiAffinity', 'podAntiAffinityType', 'topologyKey']);
    expect(database({})).not.toHaveProperty('topologySpreadConstraints');
  });
});

describe('an ApiService in a plain app', () => {
  it('refuses where no node can take it, or where one alone would hold all replicas', () => {
    expect(() => deployment({ platform: controlPlanes(), replicas: 1 })).toThrow(
      "test/api: 'placement' must leave at least 1 node, and of platform 'test' it leaves none (node-1, node-2, node-3: taint " +
        `'${CONTROL_PLANE}:NoSchedule', name it in 'placement.tolerations')`,
    );
    const one = three({ taints: [TAINT] }, { taints: [TAINT] });
    expect(() => deployment({ platform: one })).toThrow(
      "'placement' must leave at least 2 nodes, or replicas are lost together, and of platform 'test' it leaves node-3 (node-1,",
    );
    expect(() => deployment({ platform: one, replicas: 1 })).not.toThrow();
    expect(() => deployment({ platform: platform({ nodes: ['alone'] }) })).not.toThrow();
  });

  it('tolerates beside what it tolerates anyway, and still leaves a lost node after 30 seconds', () => {
    const { tolerations, nodeSelector } = deployment({ platform: controlPlanes(), placement: TOLERATED });
    expect(tolerations).toEqual([
      ...['not-ready', 'unreachable'].map((state) => ({
        key: `node.kubernetes.io/${state}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 30,
      })),
      { key: CONTROL_PLANE, operator: 'Exists', effect: 'NoSchedule' },
    ]);
    expect(nodeSelector).toBeUndefined();
  });
});

describe('tolerations', () => {
  it.each([
    [
      'node.kubernetes.io/unreachable',
      'which Kubernetes puts on nodes that are lost or drain: the pods would stay there',
    ],
    ['node.kubernetes.io/unschedulable', "must not name 'node.kubernetes.io/unschedulable'"],
    ['', "must each have a 'key'; without one the pods would tolerate every taint"],
  ])('are refused where pods would stay on a lost node: %j', (key, says) => {
    expect(() => database({ placement: { tolerations: [{ key }] } })).toThrow(says);
    expect(() => deployment({ placement: { tolerations: [{ key }] } })).toThrow(says);
  });
});

describe('zones of the nodes', () => {
  const keys = (spec: any) =>
    (spec.topologySpreadConstraints ?? []).map((x: any) => [x.topologyKey, x.whenUnsatisfiable]);
  const HOST = ['kubernetes.io/hostname', 'DoNotSchedule'];
  const ZONE = ['topology.kubernetes.io/zone', 'ScheduleAnyway'];

  it('are what instances and replicas are spread over, by their own labels', () => {
    const spec = database({ platform: zones('a', 'b', 'c') });
    expect(keys(spec)).toEqual([ZONE]);
    expect(spec.topologySpreadConstraints[0].labelSelector).toEqual({ matchLabels: { 'cnpg.io/cluster': 'shop-db' } });
    expect(keys(deployment({ platform: zones('a', 'b', 'b') }))).toEqual([HOST, ZONE]);
  });

  it.each([
    ['there is one', zones('a', 'a', 'a')],
    ['there is none', zones(undefined, undefined, undefined)],
    ['a node is in none that is known', zones('a', 'b', undefined)],
  ])('ask for nothing where %s', (_when, where) => {
    expect(keys(database({ platform: where }))).toEqual([]);
    expect(keys(deployment({ platform: where }))).toEqual([HOST]);
  });

  it('count where they have a node that can take the pods', () => {
    const [a, b] = ['a', 'b'].map((zone) => ({ labels: { 'topology.kubernetes.io/zone': zone } }));
    const where = three({ ...a }, { ...a }, { ...b, taints: [TAINT] });
    expect(keys(deployment({ platform: where }))).toEqual([HOST]);
    expect(keys(deployment({ platform: where, placement: TOLERATED }))).toEqual([HOST, ZONE]);
  });
});

describe('a service on three tainted control-plane nodes in three zones', () => {
  const labels = ['a', 'b', 'c'].map((zone) => ({ labels: { 'topology.kubernetes.io/zone': zone } }));
  const where = controlPlanes(...labels);
  const manifestsOf = (props: Parameters<typeof service>[2]) => {
    const app = new App();
    service(app, 'shop', props);
    return app.charts.flatMap((unit: Chart) => unit.toJson());
  };

  it('is refused with the remedy, and made where all its pods tolerate the taint', () => {
    expect(() => service(new PhoenixApp(), 'shop', { platform: where })).toThrow("name it in 'placement.tolerations'");
    const app = new PhoenixApp();
    const companions = { desk: { image: 'x/y:1', port: 80, readiness: '/' } };
    service(app, 'shop', { platform: where, placement: TOLERATED, companions });
    expect(() => app.files()).not.toThrow();
    const pods = app
      .units()
      .flatMap(({ objects }) => objects.map(({ manifest }) => manifest as any))
      .map(({ kind, spec }) =>
        kind === 'Cluster'
          ? spec.affinity
          : kind === 'Deployment'
            ? spec.template.spec
            : kind === 'CronJob'
              ? spec.jobTemplate.spec.template.spec
              : undefined,
      )
      .filter((pod) => pod !== undefined);
    expect(pods).toHaveLength(1 + 2 + 2);
    expect(pods.filter(({ tolerations }) => !JSON.stringify(tolerations ?? []).includes(CONTROL_PLANE))).toEqual([]);
  });

  it('has parts that say otherwise', () => {
    const mixed = three({ labels: { disk: 'fast' } }, { labels: { disk: 'fast' } }, { labels: { disk: 'slow' } });
    const props = { platform: mixed, placement: { nodeSelector: { disk: 'fast' } } };
    expect(() => manifestsOf(props)).toThrow("'instances' must be at most 2");
    const base = { database: 'shop', image: 'x/y:18', storage: cluster(chart()).storage };
    const made = manifestsOf({ ...props, database: { ...base, placement: {} } });
    expect(only(made, 'Cluster').spec.affinity.nodeSelector).toBeUndefined();
    expect(only(made, 'Deployment').spec.template.spec.nodeSelector).toEqual({ disk: 'fast' });
  });

  it('is proved to survive the loss of a node as one on three plain nodes is', () => {
    const proof = (props: Parameters<typeof service>[2] & { platform: ReturnType<typeof platform> }) =>
      proveNodeLoss(nodeLossInput(props.platform, manifestsOf(props)));
    const plain = proof({ platform: three() });
    expect(proof({ platform: where, placement: TOLERATED })).toEqual(plain);
    expect(plain.verdicts.length).toBeGreaterThan(5);
  });
});
