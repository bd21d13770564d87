import { describe, expect, it } from 'vitest';
import { checkManifests } from '../../lib/policy/check';
import { type Finding, findingLine } from '../../lib/policy/finding';
import { isAt } from './_honest';
import type { Seeded } from './_seed';
import { faults as mistakes } from './faults';
import { refusedFaults } from './refused-faults';
import { stateHub, threePhoenix } from './state-hub';

const faults = [...mistakes, ...refusedFaults];

/** Faults that no offline check can tell from a choice, by the place of each. */
const SURVIVORS: readonly (readonly [place: RegExp, reason: string])[] = [
  [
    /-from-ops-bridge (removed|spec.ingress.0.from)/,
    'who may call from outside the manifests is a choice, and the pods there are not known',
  ],
  [/NetworkPolicy allow-dns removed/, "every workload's own policy allows DNS too"],
  [
    /NetworkPolicy state-hub-(db spec.egress.2.ports.1|(failover-drill spec.egress.3|readiness-check spec.egress.2).ports.[01]).(port|protocol)$/,
    'the Kubernetes API answers on 443 or 6443, depending on the network, and one is left',
  ],
  [
    /NetworkPolicy state-hub-(dashboard|failover-drill|readiness-check) spec.policyTypes/,
    'the default of the namespace denies ingress already',
  ],
  [/Database state-hub-db-drill .*(prune|sync-options)/, 'databaseReclaimPolicy is retain: nothing is lost with it'],
  [/Namespace state-hub removed/, 'whoever owns the cluster may make the namespace: then none is in the manifests'],
  [/RoleBinding state-hub-port-forward-operators subjects/, 'groups of people are in no manifest'],
];

/** The findings of a tree. */
function judge(inputs: Seeded['inputs']): readonly Finding[] {
  return checkManifests(inputs, { platform: threePhoenix }).findings;
}

const outcomes = faults.flatMap((fault) =>
  fault.seed(stateHub).map((seeded) => {
    const findings = judge(seeded.inputs);
    return {
      kind: fault.kind,
      place: seeded.place,
      lines: findings.map(findingLine),
      outcome:
        findings.length === 0
          ? 'missed'
          : findings.some((one) => isAt(one, seeded, fault.elsewhere))
            ? 'caught'
            : 'caught elsewhere',
    };
  }),
);

describe('the committed tree', () => {
  it('has no finding at all', () => {
    expect(judge(stateHub).map(findingLine)).toEqual([]);
  });
});

describe('a single fault', () => {
  it('is seeded in at least 100 kinds and a thousand instances, and no kind is empty', () => {
    const kinds = new Set(outcomes.map((one) => one.kind));
    expect(faults.filter((fault) => !kinds.has(fault.kind)).map((fault) => fault.kind)).toEqual([]);
    expect(kinds.size).toBeGreaterThanOrEqual(100);
    expect(outcomes.length).toBeGreaterThanOrEqual(1000);
  });

  it('is caught by a finding on its object and path, or where it says, in all but the known cases', () => {
    const missed = outcomes.filter((one) => one.outcome !== 'caught');
    const unknown = missed.filter((one) => !SURVIVORS.some(([place]) => place.test(one.place)));
    expect(unknown.map((one) => `${one.kind}: ${one.place} ${one.outcome} ${one.lines[0] ?? ''}`)).toEqual([]);
    expect(SURVIVORS.filter(([place]) => !missed.some((one) => place.test(one.place)))).toEqual([]);
    expect(missed.length / outcomes.length).toBeLessThan(0.05);
  });

  it('is not caught by a finding beside it, nor by one that only speaks of it', () => {
    const fault = faults.find(({ kind }) => kind === 'port of a policy');
    const [seeded] = fault?.seed(stateHub) ?? [];
    expect(seeded).toBeDefined();
    const [file, path] = [seeded!.file, seeded!.paths[0]!];
    const finding = (at: string, segments: Finding['segments'], message = 'x'): Finding => ({
      rule: 'x',
      severity: 'error',
      object: { apiVersion: 'v1', kind: 'X', name: 'x', origin: { file: at } },
      path: '',
      segments,
      message,
    });
    const beside = [...path.slice(0, -1), 'protocol'];
    expect(isAt(finding(file, path), seeded!)).toBe(true);
    expect(isAt(finding('other.yaml', path), seeded!)).toBe(false);
    expect(isAt(finding(file, beside), seeded!)).toBe(false);
    expect(isAt(finding(file, path.slice(0, -1)), seeded!)).toBe(false);
    expect(isAt(finding(file, path.slice(0, -1), "no 'port' there"), seeded!)).toBe(true);
    expect(isAt(finding(file, [], "no 'port' there"), seeded!)).toBe(false);
  });
});
