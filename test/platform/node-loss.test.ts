import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { proveNodeLoss } from '../../lib/platform/node-loss';
import type { PodSet } from '../../lib/platform/pod-set';
import { failingClaims } from './_simulator';

const prove = (set: PodSet) => proveNodeLoss({ nodes: set.nodes, podSets: [set], operatorNamespace: 'cnpg-system' });

const failing = (set: PodSet): string[] =>
  prove(set)
    .verdicts.filter(({ holds }) => !holds)
    .map(({ event, claim }) => `${event} ${claim}`)
    .sort();

const sometimes = fc.constantFrom(false, false, false, true);
const common = {
  object: fc.constant('Deployment/api'),
  nodes: fc.integer({ min: 1, max: 4 }).map((n) => ['n1', 'n2', 'n3', 'n4'].slice(0, n)),
  replicas: fc.integer({ min: 1, max: 5 }),
  onePerNode: fc.boolean(),
  spread: fc.option(
    fc
      .record({
        maxSkew: fc.integer({ min: 1, max: 2 }),
        countsLostNodes: fc.boolean(),
        countsForeignNodes: fc.boolean(),
        tooFewNodes: sometimes,
        tooFewNodesWithoutOne: sometimes,
      })
      .map((spread) => ({ ...spread, tooFewNodesWithoutOne: spread.tooFewNodes || spread.tooFewNodesWithoutOne })),
    { nil: undefined },
  ),
  staysOnLostNode: sometimes,
  returnsToDrain: sometimes,
  unseen: fc.constant([]),
};

const replicas: fc.Arbitrary<PodSet> = fc.record({
  ...common,
  keepHealthy: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  quorum: fc.constant(undefined),
});

const databases: fc.Arbitrary<PodSet> = fc.record({
  ...common,
  keepHealthy: fc.constant(undefined),
  quorum: fc.record({
    synchronousStandbys: fc.integer({ min: 1, max: 2 }),
    required: fc.boolean(),
    failoverQuorum: fc.boolean(),
    budgets: fc.boolean(),
    volumes: fc.constantFrom('nodeLocal' as const, 'replicated' as const),
    copies: fc.integer({ min: 1, max: 3 }),
    switchedOff: fc.constantFrom(undefined, undefined, undefined, 'somebody stopped the operator'),
  }),
});

describe('the proof agrees with playing every history', () => {
  test.each([
    ['replicas', replicas],
    ['databases', databases],
  ])('of %s, on 200 random small platforms', (_, sets) => {
    fc.assert(
      fc.property(sets, (set) => {
        expect(failing(set)).toEqual([...failingClaims(set)].sort());
      }),
      { numRuns: 200 },
    );
  });
});
