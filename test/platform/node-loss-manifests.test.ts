import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Platform, Storage } from '../../lib';
import { proveNodeLoss } from '../../lib/platform/node-loss';
import { nodeLossInput } from '../../lib/platform/pod-sets';
import { type Copies, play, type SmallNode } from './_play-manifests';

/** What only matters in one of some hundred platforms is still met. */
const RUNS = 1000;
const HOST = 'kubernetes.io/hostname';

const nodes: fc.Arbitrary<SmallNode[]> = fc
  .array(
    fc.record({
      fast: fc.boolean(),
      taint: fc.constantFrom(undefined, undefined, undefined, 'NoSchedule', 'PreferNoSchedule', 'NoExecute'),
      schedulable: fc.constantFrom(true, true, true, false),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((list) =>
    list.map(({ fast, schedulable, taint }, i) => ({
      name: `n${i + 1}`,
      labels: { [HOST]: `n${i + 1}`, ...(fast ? { disk: 'fast' } : {}) },
      taints: taint === undefined ? [] : [{ key: 'dedicated', effect: taint }],
      schedulable,
    })),
  );

const DEDICATED = { key: 'dedicated', operator: 'Exists' };
/** Tolerations by what they put up with. */
const TOLERATIONS: Record<string, object[] | undefined> = {
  nothing: undefined,
  dedicated: [DEDICATED],
  everything: [{ operator: 'Exists' }],
  'a lost node': [
    DEDICATED,
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
  ],
  'a lost node for a while': [
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
    { operator: 'Exists', effect: 'NoExecute' },
  ],
  'new pods on a lost node': [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoSchedule' }],
  'a cordon': [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }],
};
const app = { app: 'api' };
const OWN = { topologyKey: HOST, labelSelector: { matchLabels: app } };
/** Anti-affinity terms by whom they mean. */
const APART: Record<string, object | undefined> = {
  nobody: undefined,
  itself: OWN,
  'itself by name': { ...OWN, namespaces: ['elsewhere', 'shop'] },
  'all namespaces': { ...OWN, namespaceSelector: {} },
  'the same revision': { ...OWN, matchLabelKeys: ['pod-template-hash'] },
  'another namespace': { ...OWN, namespaces: ['elsewhere'] },
  'selected namespaces': { ...OWN, namespaceSelector: { matchLabels: { team: 'a' } } },
  'other revisions': { ...OWN, mismatchLabelKeys: ['pod-template-hash'] },
};
const JUDGED = ['nobody', 'itself', 'itself by name', 'all namespaces', 'the same revision'];

const policy = fc.constantFrom(undefined, 'Honor', 'Ignore');
const often = <T>(usual: T, ...rare: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: fc.constantFrom(...rare) });
const rules = {
  count: fc.integer({ min: 1, max: 4 }),
  selector: fc.constantFrom(undefined, { disk: 'fast' }),
  fields: often<string[] | undefined>(undefined, ['n1'], ['n1', 'n2'], []),
  tolerates: often('nothing', ...Object.keys(TOLERATIONS)),
  spread: fc.option(
    fc.record({
      maxSkew: fc.integer({ min: 1, max: 2 }),
      minDomains: often<number | undefined>(undefined, 1, 2, 3, 4),
      nodeTaintsPolicy: policy,
      nodeAffinityPolicy: policy,
    }),
    { nil: undefined },
  ),
};
const ofDeployments = {
  ...rules,
  apart: often('nobody', ...Object.keys(APART)),
  hostPort: often(false, true),
  nodeName: often<string | undefined>(undefined, undefined, undefined, 'n1'),
};
const ofClusters = { ...rules, alone: fc.boolean(), asleep: often(false, false, false, true) };
type Of<T> = { [K in keyof T]: T[K] extends fc.Arbitrary<infer V> ? V : never };
type Rules = Of<typeof rules>;

const present = (value: object): any => JSON.parse(JSON.stringify(value));
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const chooses = ({ selector, tolerates }: Rules) => ({
  nodeSelector: selector,
  tolerations: TOLERATIONS[tolerates],
});
/** By the one field that a node has; a term without any wish is no node's. */
const fieldsOf = ({ fields }: Rules) =>
  fields && {
    [REQUIRED]: {
      nodeSelectorTerms: [
        fields.length === 0 ? {} : { matchFields: [{ key: 'metadata.name', operator: 'In', values: fields }] },
      ],
    },
  };
const spreads = ({ spread }: Rules, matchLabels: object) =>
  spread === undefined
    ? undefined
    : [{ topologyKey: HOST, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels }, ...spread }];

const deployment = (r: Of<typeof ofDeployments>): any =>
  present({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'api', namespace: 'shop' },
    spec: {
      replicas: r.count,
      template: {
        metadata: { labels: app },
        spec: {
          ...chooses(r),
          nodeName: r.nodeName,
          topologySpreadConstraints: spreads(r, app),
          affinity: {
            nodeAffinity: fieldsOf(r),
            podAntiAffinity: APART[r.apart] && { [REQUIRED]: [APART[r.apart]] },
          },
          containers: [{ name: 'api', ports: r.hostPort ? [{ containerPort: 80, hostPort: 80 }] : [] }],
        },
      },
    },
  });

const budgets = fc.option(
  fc.oneof(
    fc.integer({ min: 0, max: 5 }).map((minAvailable) => ({ minAvailable })),
    fc.integer({ min: 0, max: 3 }).map((maxUnavailable) => ({ maxUnavailable })),
  ),
  { nil: undefined },
);

const cluster = (r: Of<typeof ofClusters>, synchronous: object, enablePDB: boolean, storageClass: string): any =>
  present({
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: {
      name: 'db',
      namespace: 'shop',
      annotations: r.asleep ? { 'cnpg.io/reconciliationLoop': 'disabled' } : {},
    },
    spec: {
      instances: r.count,
      enablePDB,
      storage: { size: '1Gi', storageClass },
      affinity: { ...chooses(r), nodeAffinity: fieldsOf(r), podAntiAffinityType: r.alone ? 'required' : 'preferred' },
      topologySpreadConstraints: spreads(r, { 'cnpg.io/cluster': 'db' }),
      postgresql: { synchronous: { method: 'any', ...synchronous } },
    },
  });

/** Storage, and the copies that it keeps. */
const STORAGES: readonly (readonly [Storage, Copies])[] = [
  [Storage.nodeLocal('local'), 'local'],
  [Storage.replicated('longhorn', { replicas: 1 }), 1],
  [Storage.replicated('longhorn', { replicas: 1, dataLocality: 'best-effort' }), 1],
  [Storage.replicated('longhorn', { replicas: 2 }), 2],
  [Storage.replicated('longhorn', { replicas: 3 }), 3],
];

interface Proved {
  readonly refuted: string[];
  readonly holding: string[];
  readonly withheld: string[];
}

function prove(small: readonly SmallNode[], storage: Storage, ...manifests: any[]): Proved {
  const platform = new Platform({
    name: 'small',
    nodes: small as any,
    kubernetes: '1.34',
    cloudNativePg: '1.30',
    storage,
  });
  const { verdicts } = proveNodeLoss(nodeLossInput(platform, manifests));
  const names = (some: typeof verdicts): string[] => some.map(({ event, claim }) => `${event} ${claim}`).sort();
  return {
    refuted: names(verdicts.filter(({ counterexample }) => counterexample !== undefined)),
    holding: names(verdicts.filter(({ holds }) => holds)),
    withheld: names(verdicts.filter(({ withheld }) => withheld)),
  };
}

/** No claim holds that fails in a history, none is refuted that fails in no history, and all is judged that can be. */
function differences(proved: Proved, played: readonly string[], open: boolean): string[] {
  proved.refuted.forEach((claim) => refuted.set(claim, (refuted.get(claim) ?? 0) + 1));
  proved.withheld.forEach((claim) => withheld.set(claim, (withheld.get(claim) ?? 0) + 1));
  return [
    ...proved.holding.filter((claim) => played.includes(claim)).map((claim) => `${claim} holds, and fails when played`),
    ...proved.refuted.filter((claim) => !played.includes(claim)).map((claim) => `${claim} never fails when played`),
    ...(open ? [] : proved.withheld.map((claim) => `${claim} could be judged`)),
  ];
}

/** How often each claim was refuted, so that agreement is not agreement about nothing. */
const refuted = new Map<string, number>();
const withheld = new Map<string, number>();

/** Bound to a node by name or field that the small platform does not have: refused before anything is judged. */
const known = (small: readonly SmallNode[], names: readonly string[]): boolean =>
  names.every((name) => small.some((node) => node.name === name));

test('the proof of Deployments agrees with playing 1,000 random small platforms from their manifests', () => {
  fc.assert(
    fc.property(nodes, fc.record(ofDeployments), budgets, (small, r, budget) => {
      fc.pre(known(small, r.fields ?? []));
      const api = deployment(r);
      const pdb = budget && {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'api', namespace: 'shop' },
        spec: { ...budget, selector: { matchLabels: app } },
      };
      const played = play(small, 'Deployment', api, pdb, 'local');
      const proved = prove(small, Storage.nodeLocal('local'), api, ...(pdb === undefined ? [] : [pdb]));
      expect(differences(proved, played, !JUDGED.includes(r.apart))).toEqual([]);
    }),
    { numRuns: RUNS, seed: 5 },
  );
});

test('the proof of Clusters agrees with playing 1,000 random small platforms from their manifests', () => {
  fc.assert(
    fc.property(
      nodes,
      fc.record(ofClusters),
      fc.record({
        number: fc.integer({ min: 1, max: 2 }),
        dataDurability: fc.constantFrom('required', 'preferred'),
        failoverQuorum: fc.boolean(),
      }),
      fc.boolean(),
      fc.constantFrom(...STORAGES),
      (small, r, synchronous, enablePDB, [storage, copies]) => {
        fc.pre(known(small, r.fields ?? []));
        const db = cluster(r, synchronous, enablePDB, storage.storageClass);
        const played = play(small, 'Cluster', db, undefined, copies);
        expect(differences(prove(small, storage, db), played, r.asleep)).toEqual([]);
      },
    ),
    { numRuns: RUNS, seed: 5 },
  );
});

test('and each claim was refuted often enough to mean something', () => {
  const claims = ['placed', 'writes', 'failover', 'serving', 'drainEnds', 'rescheduled'];
  const times = (claim: string): number =>
    [...refuted].filter(([name]) => name.endsWith(` ${claim}`)).reduce((sum, [, n]) => sum + n, 0);
  expect(claims.filter((claim) => times(claim) < 10)).toEqual([]);
  expect(withheld.size).toBeGreaterThan(5);
});
