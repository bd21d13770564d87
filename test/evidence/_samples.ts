import { seal } from '../../lib/evidence/digest';
import type { Evidence, EvidenceBand, EvidenceCheck, EvidenceSeries, Repetition } from '../../lib/evidence/evidence';

/** How a sample differs from a good run. */
export interface SampleOptions {
  readonly day: number;
  readonly previous: Evidence | null;
  readonly outageMs?: number;
  readonly repetitions?: number;
  readonly lost?: number;
  readonly change?: Partial<Evidence>;
}

/** A failover drill as the runner writes it, three weeks valid. */
export function failoverSample({
  day,
  previous,
  outageMs = 6200,
  repetitions = 2,
  lost = 0,
  change = {},
}: SampleOptions): Evidence {
  // prettier-ignore
  const started = new Date(Date.UTC(2026, 10, day, 3, 10, 0));
  const runs = Array.from({ length: repetitions }, (_, i) => repetitionSample(outageMs - i * 700, lost, i));
  const bad = runs.flatMap((r) => r.checks).find((c) => !c.ok);
  const outages = runs.map((r) => r.writeOutageMs!);
  const spread = (values: number[]) => ({ worst: Math.max(...values), median: Math.min(...values), p95: Math.max(...values) }); // prettier-ignore
  return seal({
    schema: 'cdk8s-phoenix/evidence/v1',
    drill: 'failover',
    mode: 'deletePrimary',
    runId: `202611${String(day).padStart(2, '0')}t031000-a1b2c3`,
    service: 'state-hub',
    platform: 'threephoenix',
    startedAt: started.toISOString(),
    finishedAt: new Date(started.getTime() + 192_000).toISOString(),
    expiresAt: new Date(started.getTime() + 21 * 86_400_000).toISOString(),
    verdict: bad === undefined ? 'passed' : 'failed',
    reason:
      bad === undefined
        ? `writes were back after ${(Math.max(...outages) / 1000).toFixed(2)} s at worst, objective 45 s; every acknowledged write is there`
        : `${bad.name}: expected ${bad.expected}, observed ${bad.observed}`,
    manifestsDigest: `sha256:${'3c'.repeat(32)}`,
    runnerDigest: `sha256:${'9f'.repeat(32)}`,
    clusterUid: '6f1f7f0a-54f0-4a55-9d9b-1f5a2a0c7b11',
    versions: { postgres: '18.1', operator: '1.30.0', kubernetes: 'v1.34.2' },
    imageDigests: [`ghcr.io/cloudnative-pg/postgresql@sha256:${'5a'.repeat(32)}`],
    preconditions: [
      ok('cluster-healthy', 'phase Cluster in healthy state', 'Cluster in healthy state'),
      ok('instances-streaming', '3 ready, 2 streaming', '3 ready, 2 streaming'),
      ok('synchronous-standby', 'at least one', 'state-hub-db-2'),
      ok('no-backup-running', 'none', 'none'),
    ],
    objective: { failureClass: 'instanceLoss', rpoSeconds: 0, rtoSeconds: 45 },
    prediction: { typicalSeconds: 5, worstSeconds: 30, held: Math.max(...outages) <= 30_000 },
    spread: {
      writeOutage: spread(outages),
      readOutage: spread(runs.map((r) => r.readOutageMs!)),
      apiOutage: spread(runs.map((r) => r.apiOutageMs!)),
    },
    repetitions: runs,
    inventory: [],
    checks: [ok('ledger-dropped', 'no ledger table left', 'none left')],
    handover: [],
    cleanup: { ok: true, notes: [] },
    previousDigest: previous?.digest ?? null,
    ...change,
  });
}

/** A run that found something before it began. */
export function abortedSample(day: number, previous: Evidence | null): Evidence {
  return failoverSample({
    day,
    previous,
    repetitions: 0,
    change: {
      verdict: 'aborted',
      reason: 'no-backup-running: expected none, observed state-hub-db-20261109020000 is running',
      preconditions: [
        ok('cluster-healthy', 'phase Cluster in healthy state', 'Cluster in healthy state'),
        { name: 'no-backup-running', ok: false, expected: 'none', observed: 'state-hub-db-20261109020000 is running' },
      ],
      prediction: { typicalSeconds: 5, worstSeconds: 30, held: null },
      spread: { writeOutage: null, readOutage: null, apiOutage: null },
      checks: [],
    },
  });
}

function repetitionSample(outageMs: number, lost: number, index: number): Repetition {
  const start = 2000 + index * 90_000;
  const trigger = start + 10_000;
  const back = trigger + outageMs;
  const end = back + 75_000;
  const late = outageMs > 45_000;
  const duration = `${(outageMs / 1000).toFixed(2)} s`;
  const client = (name: string, kind: EvidenceSeries['kind'], bands: readonly [EvidenceBand['outcome'], number, number][]): EvidenceSeries => // prettier-ignore
    ({ name, kind, bands: bands.map(([outcome, from, to]) => ({ outcome, from, to, count: Math.max(1, Math.round((to - from) / 20)) })) }); // prettier-ignore
  const writers = [0, 1, 2, 3].map((w) =>
    client(`writer ${w}`, 'write', [
      ['ok', start, trigger + 420 + w * 15],
      ['indeterminate', trigger + 440 + w * 15, trigger + 470 + w * 15],
      ['failed', trigger + 500 + w * 20, back - 180 + w * 40],
      ['ok', back - 100 + w * 45, end],
    ]),
  );
  const readers = [0, 1].map(
    (r) =>
    client(`reader ${r}`, 'read', r === 0 ? [['ok', start, end]] : [['ok', start, back - 900], ['failed', back - 880, back - 500], ['ok', back - 450, end]]), // prettier-ignore
  );
  const probes = ['health', 'summary'].map(
    (name, p) =>
    client(`probe ${name}`, 'probe', [['ok', start, trigger + 500], ['failed', trigger + 700 + p * 50, back + 150], ['ok', back + 300, end]]), // prettier-ignore
  );
  return {
    verdict: late || lost > 0 ? 'failed' : 'passed',
    writeOutageMs: outageMs,
    readOutageMs: 450,
    apiOutageMs: outageMs + 120,
    resolutionMs: { write: 48, read: 52, api: 310 },
    redundancyMs: outageMs + 62_000,
    lossWindowMs: lost === 0 ? 0 : 340,
    writes: { acknowledged: 41_210, refused: 96, indeterminate: 4, indeterminatePresent: 3, indeterminateCauses: { 'connection lost in commit': 4 }, lost, duplicated: 0, refusedPresent: 0 }, // prettier-ignore
    lostWrites: lost === 0 ? [] : ['1:10401-10409', `2:10388-${10_388 + lost - 10}`],
    primaryBefore: `state-hub-db-${index + 1}`,
    primaryAfter: `state-hub-db-${index + 2}`,
    timelineBefore: 7 + index,
    timelineAfter: 8 + index,
    checks: [
      ok('run-complete', 'ran to its end', 'ran to its end'),
      ok('primary-moved', `another primary than state-hub-db-${index + 1}`, `state-hub-db-${index + 2}`),
      ok('clients-back', 'all writers, readers and probes back: 5 successes in a row', 'all back'),
      { name: 'acknowledged-writes-kept', ok: lost === 0, expected: 'no acknowledged write lost', observed: lost === 0 ? 'none lost' : `${lost} lost, the oldest 340 ms before the failure` }, // prettier-ignore
      { name: 'write-outage', ok: !late, expected: 'at most 45 s', observed: duration },
      ok('one-primary', 'never more than one instance takes writes', 'one in 212 looks'),
      ok('ex-primary-refuses-writes', 'SQLSTATE 25006, read-only', '25006'),
      ok('redundancy-back', 'all instances ready within 600 s', `${((outageMs + 62_000) / 1000).toFixed(2)} s`),
    ],
    marks: [
      { at: trigger, what: `trigger: deletePrimary state-hub-db-${index + 1}` },
      { at: trigger + 900, what: 'phase: Failing over' },
      { at: trigger + 910, what: `target primary: state-hub-db-${index + 2}` },
      { at: trigger + 950, what: 'ready instances: 2' },
      { at: back - 700, what: `current primary: state-hub-db-${index + 2}` },
      { at: back - 650, what: 'write endpoint: 10.42.2.17' },
      { at: back + 200, what: 'clients served again' },
      { at: back + 62_000, what: 'ready instances: 3' },
      { at: back + 62_000, what: 'all instances back' },
    ],
    series: [...writers, ...readers, ...probes],
  };
}

function ok(name: string, expected: string, observed: string): EvidenceCheck {
  return { name, ok: true, expected, observed };
}
