import { describe, expect, it } from 'vitest';
import { checkManifests } from '../../lib/policy/check';
import { findingLine } from '../../lib/policy/finding';
import { type Seeded, faults as mistakes } from './faults';
import { refusedFaults } from './refused-faults';
import { stateHub, threePhoenix } from './state-hub';

const faults = [...mistakes, ...refusedFaults];

/** Faults that no offline check can tell from a choice, by the place of each. */
const SURVIVORS: readonly (readonly [place: RegExp, reason: string])[] = [
  [/-from-ops-bridge /, 'who may call from outside the manifests is a choice, and the pods there are not known'],
  [/NetworkPolicy allow-dns removed/, "every workload's own policy allows DNS too"],
  [
    /NetworkPolicy state-hub-db spec.egress.2.ports.1.port/,
    'the Kubernetes API answers on 443 or 6443, and one is left',
  ],
  [
    /NetworkPolicy state-hub-(dashboard|failover-drill|readiness-check) spec.policyTypes/,
    'the default of the namespace denies ingress already',
  ],
  [/Database state-hub-db-drill .*(prune|sync-options)/, 'databaseReclaimPolicy is retain: nothing is lost with it'],
];

/** The findings of a tree as lines. */
function linesOf(inputs: Seeded['inputs']): readonly string[] {
  return checkManifests(inputs, { platform: threePhoenix }).findings.map(findingLine);
}

const outcomes = faults.flatMap((fault) =>
  fault.seed(stateHub).map((seeded) => {
    const lines = linesOf(seeded.inputs);
    const named = lines.some((line) => seeded.names.some((name) => line.includes(name)));
    return {
      kind: fault.kind,
      place: seeded.place,
      lines,
      outcome: lines.length === 0 ? 'missed' : named ? 'caught' : 'unnamed',
    };
  }),
);

describe('the committed tree', () => {
  it('has no finding at all', () => {
    expect(linesOf(stateHub)).toEqual([]);
  });
});

describe('a single fault', () => {
  it('is seeded in at least 40 kinds and hundreds of instances, and no kind is empty', () => {
    const kinds = new Set(outcomes.map((one) => one.kind));
    expect(faults.filter((fault) => !kinds.has(fault.kind)).map((fault) => fault.kind)).toEqual([]);
    expect(kinds.size).toBeGreaterThanOrEqual(40);
    expect(outcomes.length).toBeGreaterThanOrEqual(400);
  });

  it('is caught by a finding that names its place, in all but the known cases', () => {
    const missed = outcomes.filter((one) => one.outcome !== 'caught');
    const unknown = missed.filter((one) => !SURVIVORS.some(([place]) => place.test(one.place)));
    expect(unknown.map((one) => `${one.kind}: ${one.place} ${one.outcome} ${one.lines[0] ?? ''}`)).toEqual([]);
    expect(SURVIVORS.filter(([place]) => !missed.some((one) => place.test(one.place)))).toEqual([]);
    expect(missed.length / outcomes.length).toBeLessThan(0.05);
  });
});
