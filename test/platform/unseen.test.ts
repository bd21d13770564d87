import { JsonPatch } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { PhoenixApp } from '../../lib';
import { warningsBelow } from '../../lib/_warning';
import { manifestsBelow } from '../../lib/_manifests';
import { proveNodeLoss } from '../../lib/platform/node-loss';
import { nodeLossInput } from '../../lib/platform/pod-sets';
import { platform, service, serviceProps } from '../_build';

const ZONE = 'topology.kubernetes.io/zone';
const risks = (...manifests: any[]): readonly string[] => proveNodeLoss(nodeLossInput(platform(), manifests)).risks;

const api = (name: string, spec: object, labels: object = { app: name }): any => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: { replicas: 2, template: { metadata: { labels }, spec } },
});
const apart = (topologyKey: string, app: string): object => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: { app } } }],
    },
  },
});

describe('what the proof cannot see is named as a risk', () => {
  test('a hard rule over zones, wherever it stands', () => {
    const spread = {
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule' }],
    };
    const database = {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name: 'db', namespace: 'shop' },
      spec: {
        instances: 3,
        storage: { size: '1Gi' },
        affinity: { podAntiAffinityType: 'required', topologyKey: ZONE },
      },
    };
    for (const [object, manifest] of [
      ['Deployment/api', api('api', spread)],
      ['Deployment/api', api('api', apart(ZONE, 'api'))],
      ['Cluster/db', database],
    ] as const) {
      expect(risks(manifest)).toContainEqual(
        expect.stringMatching(new RegExp(`^${object} has a hard rule over '${ZONE}', which the proof does not know`)),
      );
    }
  });

  test('pods that must stay away from other pods, or close to some', () => {
    expect(risks(api('api', apart('kubernetes.io/hostname', 'db')))).toContainEqual(
      expect.stringMatching(/^Deployment\/api must keep away from other pods/),
    );
    const close = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{}] } } };
    expect(risks(api('api', close))).toContainEqual(expect.stringMatching(/^Deployment\/api must be near other pods/));
  });

  test('workloads of other kinds', () => {
    const set = { ...api('cache', {}), kind: 'StatefulSet' };
    expect(risks(set)).toContainEqual(expect.stringMatching(/^StatefulSet\/cache is not judged/));
  });

  test('room: whether the nodes that are left have CPU and memory for what was lost', () => {
    expect(risks(api('api', {}))).toContainEqual(expect.stringMatching(/Room is taken for granted: CPU and memory/));
    expect(risks()).toEqual([]);
  });

  test('but not what it does judge', () => {
    const judged = api('api', {
      ...apart('kubernetes.io/hostname', 'api'),
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' },
        { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway' },
      ],
    });
    expect(risks(judged).filter((risk) => risk.startsWith('Deployment'))).toEqual([]);
  });
});

/** What the proof says about State Hub's API after a patch of its Deployment: claims that hold, and those not judged. */
function after(kind: 'Deployment' | 'Cluster', ...patches: JsonPatch[]) {
  const here = platform();
  const part = service(new PhoenixApp({ delivery: [] }), 'shop', {
    platform: here,
    api: { ...serviceProps().api, replicas: 3 },
  });
  const patched = kind === 'Cluster' ? part.database.apiObject : part.api.apiObject;
  patched.addJsonPatch(...patches);
  const warnings = () => warningsBelow(part).filter((text) => text.includes('does not judge'));
  part.node.validate();
  part.node.validate();
  const proof = proveNodeLoss(nodeLossInput(here, manifestsBelow(part)));
  const own = proof.verdicts.filter(({ object }) => object === `${kind}/${patched.name}`);
  const names = (some: typeof own): string[] => some.map(({ claim, event }) => `${event} ${claim}`);
  return {
    holds: names(own.filter(({ holds }) => holds)),
    withheld: names(own.filter(({ withheld }) => withheld)),
    refuted: Object.fromEntries(
      own.map(({ claim, counterexample, event }) => [`${event} ${claim}`, counterexample?.text]),
    ),
    risks: proof.risks,
    warnings: warnings(),
  };
}
const pod = (field: string, value: unknown): JsonPatch => JsonPatch.add(`/spec/template/spec/${field}`, value);
const container = (field: string, value: unknown): JsonPatch => pod(`containers/0/${field}`, value);
const loose = JsonPatch.replace('/spec/template/spec/topologySpreadConstraints', []);
const term = (more: object): JsonPatch =>
  pod('affinity', {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          topologyKey: 'kubernetes.io/hostname',
          labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'shop-api' } },
          ...more,
        },
      ],
    },
  });

describe('a claim is not made', () => {
  test.each<[string, JsonPatch]>([
    ['pods of another namespace', term({ namespaces: ['elsewhere'] })],
    ['namespaces by their labels', term({ namespaceSelector: { matchLabels: { team: 'a' } } })],
    ['other revisions', term({ mismatchLabelKeys: ['pod-template-hash'] })],
  ])('that a replica is left, where replicas only keep away from %s', (_, patch) => {
    const { holds, refuted, risks } = after('Deployment', loose, patch);
    expect(holds).toEqual([]);
    expect(refuted['loss serving']).toBe('node-3 lost with 3 on node-3: 0 of 3 replicas ready');
    expect(risks).toContainEqual(expect.stringMatching(/^Deployment\/shop-api must keep away from other pods/));
  });

  test.each<[string, JsonPatch]>([
    ['its own namespace by name', term({ namespaces: ['shop'] })],
    ['all namespaces', term({ namespaceSelector: {} })],
    ['its own revision', term({ matchLabelKeys: ['pod-template-hash'] })],
    ['the host, by a port', container('ports/0/hostPort', 8000)],
  ])('but it is made where replicas keep away from one another: %s', (_, patch) => {
    const { holds, withheld } = after('Deployment', loose, patch);
    expect(holds).toContain('loss serving');
    expect(withheld).toEqual([]);
  });

  test.each<[string, JsonPatch, RegExp]>([
    [
      'pods that tolerate everything',
      JsonPatch.replace('/spec/template/spec/tolerations', [{ operator: 'Exists' }]),
      /tolerate a lost node/,
    ],
    [
      'pods that tolerate a lost node for ever',
      JsonPatch.remove('/spec/template/spec/tolerations/1/tolerationSeconds'),
      /tolerate a lost node/,
    ],
    [
      'a spread over three domains of two that are left',
      pod('topologySpreadConstraints/0/minDomains', 3),
      /1 of 3 pods stays pending/,
    ],
    ['pods past the scheduler', pod('nodeName', 'node-1'), /tolerate a lost node/],
  ])('that what is lost finds another node: %s', (_, patch, says) => {
    expect(after('Deployment', patch).refuted['loss rescheduled']).toMatch(says);
  });

  const volume = (kind: object): JsonPatch => pod('volumes/-', { name: 'data', ...kind });
  test.each<[string, RegExp, ...JsonPatch[]]>([
    ['a claim', /has volume 'data' \(persistentVolumeClaim\)/, volume({ persistentVolumeClaim: { claimName: 'x' } })],
    ['a folder of the node', /has volume 'data' \(hostPath\)/, volume({ hostPath: { path: '/x' } })],
    ['another scheduler', /has 'schedulerName', which the proof does not know/, pod('schedulerName', 'mine')],
    ['a gate', /has 'schedulingGates'/, pod('schedulingGates', [{ name: 'x' }])],
    ['another runtime', /has 'runtimeClassName'/, pod('runtimeClassName', 'kata')],
    ['a condition of others', /has 'readinessGates'/, pod('readinessGates', [{ conditionType: 'x' }])],
    ['a field of a later Kubernetes', /has 'placedByMagic'/, pod('placedByMagic', 'x')],
    [
      'a comparing toleration',
      /has 'tolerations.operator: Gt'/,
      pod('tolerations/-', { key: 'x', operator: 'Gt', value: '1' }),
    ],
    [
      'a device',
      /asks for 'example.com\/gpu', which only some nodes may have/,
      container('resources/limits/example.com~1gpu', 1),
    ],
    [
      'a spread by other pods',
      /is spread by the number of other pods/,
      pod('topologySpreadConstraints/0/labelSelector', { matchLabels: { app: 'x' } }),
    ],
    [
      'two spreads',
      /has several hard spreads over nodes/,
      pod('topologySpreadConstraints/-', { maxSkew: 2, topologyKey: 'kubernetes.io/hostname', labelSelector: {} }),
    ],
    [
      'a rule over zones',
      /has a hard rule over 'topology.kubernetes.io\/zone'/,
      pod('topologySpreadConstraints/-', { maxSkew: 1, topologyKey: ZONE, labelSelector: {} }),
    ],
  ])('at all about a Deployment with %s, and that is warned of once', (_, reason, ...patches) => {
    const { holds, risks, warnings, withheld } = after('Deployment', ...patches);
    expect(holds).toEqual([]);
    expect(withheld.length).toBeGreaterThan(0);
    expect(risks).toContainEqual(expect.stringMatching(reason));
    expect(warnings).toEqual([
      expect.stringMatching(
        /^shop: the node-loss proof does not judge \d claims about Deployment\/shop-api, which the decision record lists: /,
      ),
    ]);
  });

  test.each<[string, RegExp, JsonPatch]>([
    [
      'a patch of its pods',
      /has 'cnpg.io\/podPatch'/,
      JsonPatch.add('/metadata/annotations', { 'cnpg.io/podPatch': '[]' }),
    ],
    [
      'fewer names of standbys',
      /has 'postgresql.synchronous.maxStandbyNamesFromCluster'/,
      JsonPatch.add('/spec/postgresql/synchronous/maxStandbyNamesFromCluster', 1),
    ],
    [
      'standbys elsewhere',
      /has 'postgresql.synchronous.standbyNamesPre'/,
      JsonPatch.add('/spec/postgresql/synchronous/standbyNamesPre', ['x']),
    ],
    ['a primary elsewhere', /has 'replica.enabled'/, JsonPatch.add('/spec/replica', { enabled: true, source: 'x' })],
    ['no storage class', /names no storage class for 'walStorage'/, JsonPatch.remove('/spec/walStorage/storageClass')],
    ['another scheduler', /has 'schedulerName'/, JsonPatch.add('/spec/schedulerName', 'mine')],
    [
      'a rule of its own',
      /must keep away from other pods/,
      JsonPatch.add('/spec/affinity/additionalPodAntiAffinity', {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: {} }],
      }),
    ],
  ])('at all about a Cluster with %s', (_, reason, patch) => {
    const { holds, risks } = after('Cluster', patch);
    expect(holds).toEqual([]);
    expect(risks).toContainEqual(expect.stringMatching(reason));
  });

  test.each<[string, RegExp, JsonPatch]>([
    ['streaming readiness', /none is promoted/, JsonPatch.add('/spec/probes/readiness/type', 'streaming')],
    [
      'standbys that wait for ever',
      /'wal_receiver_timeout' is 0/,
      JsonPatch.add('/spec/postgresql/parameters/wal_receiver_timeout', '0'),
    ],
  ])('that a failover ends with %s, though it has its quorum', (_, reason, patch) => {
    const { holds, risks, withheld } = after('Cluster', patch);
    expect(withheld).toEqual(expect.arrayContaining(['loss writes', 'loss failover']));
    expect(holds).toContain('none placed');
    expect(risks).toContainEqual(expect.stringMatching(reason));
  });

  test.each([
    ['cnpg.io/reconciliationLoop', 'disabled'],
    ['cnpg.io/hibernation', 'on'],
    ['cnpg.io/fencedInstances', '["*"]'],
  ])('about a Cluster with annotation %s, and a failover is refuted', (name, value) => {
    const { holds, refuted } = after('Cluster', JsonPatch.add('/metadata/annotations', { [name]: value }));
    expect(holds).toEqual([]);
    expect(refuted['loss failover']).toMatch(/^node-3 lost: 2 of 3 instances, and none is promoted: annotation/);
    expect(refuted['loss rescheduled']).toMatch(/what is lost is not replaced: annotation/);
    expect(refuted['drain drainEnds']).toMatch(/there is no switchover: annotation/);
  });
});

describe('other objects keep a claim from being made', () => {
  const open = (...manifests: any[]): string[] =>
    proveNodeLoss(nodeLossInput(platform(), manifests))
      .verdicts.filter(({ object, withheld }) => object === 'Deployment/api' && withheld)
      .map(({ claim }) => claim);
  const own = api('api', apart('kubernetes.io/hostname', 'api'));
  const other = (kind: string, spec: object): any => ({
    kind,
    apiVersion: 'x/v1',
    metadata: { name: 'x', namespace: 'shop' },
    spec,
  });

  test('none by itself', () => {
    expect(open(own)).toEqual([]);
    expect(open(own, api('web', {}))).toEqual([]);
  });

  test.each<[string, any]>([
    ['an autoscaler', other('HorizontalPodAutoscaler', { scaleTargetRef: { kind: 'Deployment', name: 'api' } })],
    [
      'a namespace that chooses nodes',
      {
        kind: 'Namespace',
        apiVersion: 'v1',
        metadata: { name: 'shop', annotations: { 'scheduler.alpha.kubernetes.io/node-selector': 'disk=fast' } },
      },
    ],
    ['a quota of the namespace', other('ResourceQuota', { hard: { pods: '4' } })],
    ['pods that must keep away from it', api('web', apart('kubernetes.io/hostname', 'api'))],
    ['pods that its own rule is about as well', api('web', {}, { app: 'api' })],
  ])('but %s', (_, manifest) => {
    expect(open(own, manifest)).toContain('serving');
  });

  test("a second budget beside the operator's own", () => {
    const db = {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name: 'db', namespace: 'shop' },
      spec: {
        instances: 3,
        storage: { size: '1Gi', storageClass: 'local-path' },
        affinity: { podAntiAffinityType: 'required' },
      },
    };
    const claims = (...manifests: any[]): string[] =>
      proveNodeLoss(nodeLossInput(platform(), manifests))
        .verdicts.filter(({ withheld }) => withheld)
        .map(({ claim }) => claim);
    expect(claims(db)).toEqual([]);
    expect(claims(db, other('PodDisruptionBudget', { maxUnavailable: 1, selector: {} }))).toEqual(['drainEnds']);
  });
});
