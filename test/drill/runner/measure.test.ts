import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfig, type FailoverConfig } from '../../../lib/drill/runner/config';
import { isRefusal } from '../../../lib/drill/runner/database';
import { compareLedger, WriterLedger } from '../../../lib/drill/runner/ledger';
import { judgeAnswer } from '../../../lib/drill/runner/probe';
import { intersect, RangeCollector, size, subtract, type Ranges } from '../../../lib/drill/runner/ranges';
import { outagesOf, Series, worstDowntime, type Outcome } from '../../../lib/drill/runner/series';
import { cutBytes } from '../../../lib/drill/runner/termination';
import type { RunRecord } from '../../../lib/drill/runner/record';
import { judge, spread } from '../../../lib/drill/runner/verdict';
import { bedConfig } from '../../support/drill-run';
import type { Bed } from '../../support/fake-operator';

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((list) => list.sort((a, b) => a - b));

function ranges(list: readonly number[]): Ranges {
  const collector = new RangeCollector();
  list.forEach((n) => collector.add(n));
  return collector.ranges;
}

function members(of: Ranges): number[] {
  return of.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
}

test('ranges are sets: collecting, subtracting and intersecting agree with lists of numbers', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      expect(members(ranges(a))).toEqual(a);
      expect(size(ranges(a))).toBe(a.length);
      expect(members(subtract(ranges(a), ranges(b)))).toEqual(a.filter((n) => !b.includes(n)));
      expect(members(intersect(ranges(a), ranges(b)))).toEqual(a.filter((n) => b.includes(n)));
    }),
  );
});

test('a comparison puts every write in exactly one place', () => {
  const outcome = fc.constantFrom('ok', 'refused', 'doubt');
  fc.assert(
    fc.property(fc.array(fc.tuple(outcome, fc.boolean()), { maxLength: 60 }), (writes) => {
      const ledger = new WriterLedger();
      writes.forEach(([kind], i) => {
        if (kind === 'doubt') {
          ledger.doubt(i + 1, 'reset');
        } else {
          (kind === 'ok' ? ledger.acknowledged : ledger.refused).add(i + 1);
        }
        ledger.acknowledgedAt[i] = i * 10;
      });
      const present = writes.flatMap(([, there], i) => (there ? [i + 1] : []));
      const result = compareLedger(0, ledger, { present: ranges([...present, 999]), duplicated: [] });
      const at = (kind: string, there: boolean) =>
        writes.flatMap(([k, t], i) => (k === kind && t === there ? [i + 1] : []));
      expect(members(result.lost)).toEqual(at('ok', false));
      expect(members(result.refusedPresent)).toEqual(at('refused', true));
      expect(result.indeterminatePresent).toBe(at('doubt', true).length);
      expect(result.causes.get('reset') ?? 0).toBe(result.indeterminate);
      expect(members(result.unknown)).toEqual([999]);
      expect(result.oldestLostAt).toBe(at('ok', false).length === 0 ? null : (at('ok', false)[0]! - 1) * 10);
    }),
  );
});

/** Attempts every 10 ms that take 4 ms. */
function series(outcomes: readonly Outcome[]): Series {
  const made = new Series('w', 'write', 1000);
  outcomes.forEach((outcome, i) => made.add(outcome, i * 10, i * 10 + 4));
  return made;
}

test('an outage runs from the last success to the first of five in a row', () => {
  const { bands } = series('ok ok failed failed ok ok failed ok ok ok ok ok ok'.split(' ') as Outcome[]);
  expect(outagesOf(bands, 1000)).toEqual([{ from: 14, to: 74 }]);
  expect(outagesOf(series(['ok', 'failed', 'ok', 'ok', 'ok', 'ok']).bands, 1000)).toEqual([{ from: 4, to: null }]);
});

test('a success after a long silence ends an outage that nobody answered in', () => {
  const made = series(['ok', 'ok']);
  for (let i = 0; i < 5; i++) {
    made.add('ok', 14 + i * 10, 3000 + i * 10);
  }
  expect(outagesOf(made.bands, 1000)).toEqual([{ from: 14, to: 3000 }]);
});

test('outages do not overlap, cover every failure, and stay open exactly where five successes are missing at the end', () => {
  const outcome = fc.constantFrom<Outcome>('ok', 'ok', 'ok', 'failed', 'indeterminate');
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1, maxLength: 80 }), (outcomes) => {
      const outages = outagesOf(series(outcomes).bands, 1000);
      outages.forEach((outage, i) => expect(outage.from).toBeGreaterThanOrEqual(outages[i - 1]?.to ?? 0));
      const covered = (at: number) => outages.some((o) => o.from <= at && (o.to ?? Infinity) > at);
      expect(outcomes.filter((one, i) => one !== 'ok' && !covered(i * 10))).toEqual([]);
      const failed = outcomes.findLastIndex((one) => one !== 'ok');
      const open = failed >= 0 && outcomes.length - 1 - failed < 5;
      expect(outages.at(-1)?.to === null).toBe(open);
      expect(worstDowntime([[], outages]) === null).toBe(open);
    }),
  );
});

test('worst, median and 95th percentile are of the values, and unknown where one has no end', () => {
  expect(spread([])).toBeNull();
  expect(spread([1, null])).toBeNull();
  const twenty = Array.from({ length: 20 }, (_, i) => 20 - i);
  expect(spread(twenty)).toEqual({ worst: 20, median: 10, p95: 19 });
});

const CONFIG = {
  objective: { rpoSeconds: 0, rtoSeconds: 45 },
  bounds: { recoverySeconds: 60, redundancySeconds: 120, armSeconds: 1 },
  preconditions: { synchronous: true, archiving: true, backupMaxAgeSeconds: 0 },
} as FailoverConfig;

/** A run whose writers were out for so long, and all else is well. */
function record(outageMs: number, change: Partial<RunRecord> = {}): RunRecord {
  const bands = [
    { outcome: 'ok' as const, from: 0, firstEnd: 5, to: 1000, count: 100 },
    { outcome: 'failed' as const, from: 1001, firstEnd: 1010, to: 990 + outageMs, count: 50 },
    { outcome: 'ok' as const, from: 995 + outageMs, firstEnd: 1000 + outageMs, to: 3000 + outageMs, count: 100 },
  ];
  return {
    triggeredAt: 1000,
    primaryBefore: 'db-1',
    primaryAfter: 'db-2',
    timelineBefore: 3,
    timelineAfter: 4,
    clusterState: '3 of 3 instances ready',
    series: [
      { name: 'writer 0', kind: 'write', bands, slowMs: 1000, health: false },
      { name: 'reader 0', kind: 'read', bands: [bands[0]!], slowMs: 1000, health: false },
      { name: 'probe health', kind: 'probe', bands, slowMs: 1000, health: true },
    ],
    lastErrors: new Map(),
    ledgers: [compareLedger(0, new WriterLedger(), { present: [], duplicated: [] })],
    roles: [{ at: 1, primaries: ['db-1'] }],
    redundancyAt: 50_000,
    exPrimaryStreaming: true,
    exPrimaryWrite: '25006',
    synchronousAfter: ['db-1'],
    clockJumpMs: 3,
    interrupted: undefined,
    ...change,
  };
}

test('an outage of exactly the objective passes, one second more fails', () => {
  expect(judge(record(45_000), CONFIG)).toMatchObject({ verdict: 'passed', writeOutageMs: 45_000 });
  expect(judge(record(46_000), CONFIG).firstFailure).toEqual({
    name: 'write-outage',
    ok: false,
    expected: 'at most 45 s',
    observed: '46.00 s',
  });
});

test('each fact of a record can fail the verdict by its own name', () => {
  const cases: [string, Partial<RunRecord>][] = [
    ['run-complete', { interrupted: 'stopped by a signal' }],
    ['primary-moved', { primaryAfter: 'db-1' }],
    ['ledger-compared', { ledgers: [] }],
    ['timeline-advanced', { timelineAfter: 3 }],
    ['timeline-advanced', { timelineAfter: 5 }],
    ['one-primary', { roles: [{ at: 1, primaries: ['db-1', 'db-2'] }] }],
    ['one-primary', { roles: [] }],
    ['one-primary', { roles: [{ at: 1, primaries: [] }] }],
    ['ex-primary-back', { exPrimaryStreaming: false }],
    ['ex-primary-refuses-writes', { exPrimaryWrite: 'accepted' }],
    ['redundancy-back', { redundancyAt: null }],
    ['synchronous-again', { synchronousAfter: [] }],
    ['clock-steady', { clockJumpMs: -501 }],
    ['refused-writes-absent', { ledgers: [{ ...record(1).ledgers[0]!, refusedPresent: [[4, 4]] }] }],
    ['no-unknown-rows', { ledgers: [{ ...record(1).ledgers[0]!, unknown: [[4, 4]] }] }],
    ['writes-once', { ledgers: [{ ...record(1).ledgers[0]!, duplicated: [[4, 4]] }] }],
  ];
  expect(judge(record(2000), CONFIG).verdict).toBe('passed');
  for (const [name, change] of cases) {
    expect(judge(record(2000, change), CONFIG)).toMatchObject({ verdict: 'failed', firstFailure: { name } });
  }
});

test('the configuration of a run is checked in full, and the operator keeps its own Lease', () => {
  const bed = {
    kubernetes: { url: 'http://x', token: 't' },
    service: { url: 'http://y' },
    database: { folder: '/tmp', rw: { port: 1 }, ro: { port: 2 }, port: 3 },
  };
  const config = bedConfig(bed as unknown as Bed);
  expect(parseConfig('c', JSON.stringify(config))).toEqual(config);
  const broken = { ...config, failover: { ...config.failover, repetitions: 0, load: undefined } };
  expect(() => parseConfig('c', JSON.stringify(broken))).toThrow(
    `c: /failover must have property 'load'; /failover/repetitions must be >= 1`,
  );
  const stolen = { ...config, lease: { ...config.lease, name: config.failover!.cluster } };
  expect(() => parseConfig('c', JSON.stringify(stolen))).toThrow(
    `c: /lease/name must not be 'state-hub-db': the operator has its own Lease of that name`,
  );
});

test('only an error that comes before the commit is a refusal', () => {
  const refusal = (code: string) => isRefusal(Object.assign(new Error('x'), { code }));
  expect(['25006', '53300', '57P03', '42P01', '23505', '28000'].map(refusal)).not.toContain(false);
  expect(['57P01', '57P02', '08006', 'ECONNRESET', 'XX000', '40003'].map(refusal)).not.toContain(true);
  expect(isRefusal(new Error('Connection terminated unexpectedly'))).toBe(false);
});

test('an answer is judged by its status and its body', () => {
  const probe = { name: 'p', url: 'http://x', intervalMs: 1, timeoutMs: 1, health: false };
  expect(judgeAnswer(probe, 200, '{"status":"ok","errors":[],"error":null}')).toBeUndefined();
  expect(judgeAnswer(probe, 200, 'plain text')).toBeUndefined();
  expect(judgeAnswer(probe, 503, '{}')).toBe('status 503');
  expect(judgeAnswer(probe, 204, '')).toBe('status 204');
  expect(judgeAnswer(probe, 200, '{"error":"boom"}')).toMatch(/^status 200, but the body holds an error/);
  expect(judgeAnswer({ ...probe, bodyMatches: '"ok"' }, 200, '{"status":"no"}')).toMatch(/does not match/);
});

test('a text is cut to its bytes without breaking a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 8, max: 60 }), (text, max) => {
      const cut = cutBytes(text, max);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
      expect(cut === text || text.startsWith(cut.slice(0, -3))).toBe(true);
    }),
  );
});
