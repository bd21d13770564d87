import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Platform, Storage } from '../../lib';
import { proveNodeLoss } from '../../lib/platform/node-loss';
import { nodeLossInput } from '../../lib/platform/pod-sets';
import { play, type SmallNode } from './_play-manifests';

/** What only matters in one of some hundred platforms is still met. */
const RUNS = 1000;
const HOST = 'kubernetes.io/hostname';

const nodes: fc.Arbitrary<SmallNode[]> = fc
  .array(
    fc.record({
      fast: fc.boolean(),
      taint: fc.constantFrom(undefined, undefined, 'NoSchedule', 'PreferNoSchedule'),
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

const policy = fc.constantFrom(undefined, 'Honor', 'Ignore');
const rules = {
  count: fc.integer({ min: 1, max: 4 }),
  selector: fc.constantFrom(undefined, { disk: 'fast' }),
  tolerates: fc.boolean(),
  alone: fc.boolean(),
  spread: fc.option(
    fc.record({ maxSkew: fc.integer({ min: 1, max: 2 }), nodeTaintsPolicy: policy, nodeAffinityPolicy: policy }),
    { nil: undefined },
  ),
};
type Rules = { [K in keyof typeof rules]: (typeof rules)[K] extends fc.Arbitrary<infer T> ? T : never };

const present = (value: object): any => JSON.parse(JSON.stringify(value));
const chooses = ({ selector, tolerates }: Rules) => ({
  nodeSelector: selector,
  tolerations: tolerates ? [{ key: 'dedicated', operator: 'Exists' }] : undefined,
});
const spreads = ({ spread }: Rules, matchLabels: object) =>
  spread === undefined
    ? undefined
    : [{ topologyKey: HOST, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels }, ...spread }];

const app = { app: 'api' };
const deployment = (r: Rules): any =>
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
          topologySpreadConstraints: spreads(r, app),
          affinity: r.alone
            ? {
                podAntiAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: [
                    { topologyKey: HOST, labelSelector: { matchLabels: app } },
                  ],
                },
              }
            : undefined,
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

const cluster = (r: Rules, synchronous: object, enablePDB: boolean): any =>
  present({
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: { name: 'db', namespace: 'shop' },
    spec: {
      instances: r.count,
      enablePDB,
      storage: { size: '1Gi' },
      affinity: { ...chooses(r), podAntiAffinityType: r.alone ? 'required' : 'preferred' },
      topologySpreadConstraints: spreads(r, { 'cnpg.io/cluster': 'db' }),
      postgresql: { synchronous: { method: 'any', ...synchronous } },
    },
  });

function proved(small: readonly SmallNode[], nodeLocal: boolean, ...manifests: any[]): string[] {
  const platform = new Platform({
    name: 'small',
    nodes: small as any,
    kubernetes: '1.34',
    cloudNativePg: '1.30',
    storage: nodeLocal ? Storage.nodeLocal('local') : Storage.replicated('longhorn', { replicas: 1 }),
  });
  return proveNodeLoss(nodeLossInput(platform, manifests))
    .verdicts.filter(({ holds }) => !holds)
    .map(({ event, claim }) => `${event} ${claim}`)
    .sort();
}

/** How often each claim was refuted, so that agreement is not agreement about nothing. */
const seen = new Map<string, number>();
const count = (claims: readonly string[]): void =>
  claims.forEach((claim) => seen.set(claim, (seen.get(claim) ?? 0) + 1));

test('the proof of Deployments agrees with playing 1,000 random small platforms from their manifests', () => {
  fc.assert(
    fc.property(nodes, fc.record(rules), budgets, (small, r, budget) => {
      const api = deployment(r);
      const pdb = budget && {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'api', namespace: 'shop' },
        spec: { ...budget, selector: { matchLabels: app } },
      };
      const played = play(small, 'Deployment', api, pdb, true);
      count(played);
      expect(proved(small, true, api, ...(pdb === undefined ? [] : [pdb]))).toEqual(played);
    }),
    { numRuns: RUNS, seed: 5 },
  );
});

test('the proof of Clusters agrees with playing 1,000 random small platforms from their manifests', () => {
  fc.assert(
    fc.property(
      nodes,
      fc.record(rules),
      fc.record({
        number: fc.integer({ min: 1, max: 2 }),
        dataDurability: fc.constantFrom('required', 'preferred'),
        failoverQuorum: fc.boolean(),
      }),
      fc.boolean(),
      fc.boolean(),
      (small, r, synchronous, enablePDB, nodeLocal) => {
        const db = cluster(r, synchronous, enablePDB);
        const played = play(small, 'Cluster', db, undefined, nodeLocal);
        count(played);
        expect(proved(small, nodeLocal, db)).toEqual(played);
      },
    ),
    { numRuns: RUNS, seed: 5 },
  );
});

test('and each claim was refuted often enough to mean something', () => {
  const claims = ['placed', 'writes', 'failover', 'serving', 'drainEnds', 'rescheduled'];
  const times = (claim: string): number =>
    [...seen].filter(([name]) => name.endsWith(` ${claim}`)).reduce((sum, [, n]) => sum + n, 0);
  expect(claims.filter((claim) => times(claim) < 10)).toEqual([]);
});
