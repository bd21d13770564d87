import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfig, type FailoverConfig } from '../../../lib/drill/runner/config';
import { isRefusal } from '../../../lib/drill/runner/database';
import { compareLedger, WriterLedger } from '../../../lib/drill/runner/ledger';
import { intersect, RangeCollector, size, subtract, type Ranges } from '../../../lib/drill/runner/ranges';
import { Series } from '../../../lib/drill/runner/series';
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

test('numbers that are collected late find their place', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 40 })), (list) => {
      const collector = new RangeCollector();
      list.forEach((n) => collector.add(n));
      expect(members(collector.ranges)).toEqual(list.toSorted((a, b) => a - b));
      // No two ranges touch, so that a comparison stays short.
      collector.ranges.forEach(([from], i) => expect(from).toBeGreaterThan((collector.ranges[i - 1]?.[1] ?? -1) + 1));
    }),
  );
});

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
        } else if (kind === 'ok') {
          ledger.acknowledge(i + 1, i * 10);
        } else {
          ledger.refused.add(i + 1);
        }
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
      expect(result.lostAt).toEqual(at('ok', false).map((seq) => (seq - 1) * 10));
    }),
  );
});

test('a client is up after five successes in a row, and no longer when it waits', () => {
  const client = new Series('writer 0', 'write', 250);
  const add = (outcome: 'ok' | 'failed', at: number) => client.add(outcome, at, at + 4);
  [10, 20, 30, 40].forEach((at) => add('ok', at));
  expect(client.upAt(50)).toBe(false);
  add('ok', 50);
  expect([client.upAt(54), client.upAt(304), client.upAt(305)]).toEqual([true, true, false]);
  add('failed', 60);
  expect(client.upAt(64)).toBe(false);
  expect(client.tally).toEqual({ ok: 5, failed: 1, indeterminate: 0 });
});

test('an attempt that is overtaken is shown while it waits and counted when it ends, whatever the order', () => {
  const client = new Series('writer 0', 'write', 250);
  client.add('ok', 0, 4);
  client.overtake('indeterminate', 10, 210);
  client.add('ok', 210, 220);
  client.settle('ok');
  expect(client.bands.map(({ outcome, from, to }) => [outcome, from, to])).toEqual([
    ['ok', 0, 4],
    ['indeterminate', 10, 210],
    ['ok', 210, 220],
  ]);
  expect(client.tally).toEqual({ ok: 3, failed: 0, indeterminate: 0 });
  expect(client.flawed).toBe(false);
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
    { outcome: 'ok' as const, from: 0, to: 1000, count: 100 },
    { outcome: 'failed' as const, from: 1001, to: 990 + outageMs, count: 50 },
    { outcome: 'ok' as const, from: 995 + outageMs, to: 3000 + outageMs, count: 100 },
  ];
  const tally = { ok: 200, failed: 50, indeterminate: 0 };
  const outages = [{ from: 1000, to: 1000 + outageMs }];
  const measured = { silenceMs: 250, errorMs: 60, noticeMs: undefined, widestSince: 1000 };
  return {
    triggeredAt: 1000,
    primaryBefore: 'db-1',
    primaryAfter: 'db-2',
    timelineBefore: 3,
    timelineAfter: 4,
    clusterState: '3 of 3 instances ready',
    series: [
      { name: 'writer 0', kind: 'write', bands, tally, up: true },
      { name: 'reader 0', kind: 'read', bands: [bands[0]!], tally, up: true },
      { name: 'probe health', kind: 'probe', bands, tally, up: true },
    ],
    services: [
      { name: 'writes', kind: 'write', outages, ...measured },
      { name: 'reads', kind: 'read', outages: [], ...measured, errorMs: 250 },
      { name: 'probe health', kind: 'probe', outages, ...measured, noticeMs: 1000 },
    ],
    endedAt: 3000 + outageMs,
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
    ['clients-back', { series: [{ ...record(1).series[0]!, up: false }] }],
    ['clients-back', { services: record(2000).services.map((s) => ({ ...s, outages: [{ from: 1000, to: null }] })) }],
    ['writes-once', { ledgers: [{ ...record(1).ledgers[0]!, duplicated: [[4, 4]] }] }],
  ];
  expect(judge(record(2000), CONFIG).verdict).toBe('passed');
  for (const [name, change] of cases) {
    expect(judge(record(2000, change), CONFIG)).toMatchObject({ verdict: 'failed', firstFailure: { name } });
  }
});

test('the error of each outage is that of the clients who measured it', () => {
  expect(judge(record(2000), CONFIG)).toMatchObject({
    writeOutageMs: 2000,
    readOutageMs: 0,
    resolutionMs: { write: 60, read: 250, api: 60 },
  });
});

/** What 80 lost writes cost, acknowledged 10 ms apart from some time on; the outage begins at 1000. */
function loss(from: number, rpoSeconds: number) {
  const ledger = new WriterLedger();
  Array.from({ length: 80 }, (_, i) => ledger.acknowledge(i + 1, from + i * 10));
  const ledgers = [compareLedger(0, ledger, { present: [], duplicated: [] })];
  const { verdict, firstFailure, lossWindowMs } = judge(record(2000, { ledgers }), {
    ...CONFIG,
    objective: { rpoSeconds, rtoSeconds: 45 },
  });
  return [verdict, firstFailure?.observed, lossWindowMs];
}

test('an objective that allows a loss allows the last seconds before the failure, and never a write from after it', () => {
  const writes = '0:1-80';
  expect(loss(200, 5)).toEqual(['passed', undefined, 800]);
  expect(loss(200, 0.7)).toEqual(['failed', `80 lost over 800 ms: ${writes}`, 800]);
  expect(loss(200, 0)).toEqual(['failed', `80 lost over 800 ms: ${writes}`, 800]);
  expect(loss(3500, 5)).toEqual([
    'failed',
    `80 lost over 0 ms, 80 of them acknowledged after the failure: ${writes}`,
    0,
  ]);
  expect(loss(700, 5)).toEqual([
    'failed',
    `80 lost over 300 ms, 49 of them acknowledged after the failure: ${writes}`,
    300,
  ]);
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
  const failover = config.failover!;
  const stolen = { ...config, failover: { ...failover, lease: { ...failover.lease, name: failover.cluster } } };
  expect(() => parseConfig('c', JSON.stringify(stolen))).toThrow(
    `c: /failover/lease/name must not be 'state-hub-db': the operator has its own Lease of that name`,
  );
});

test('only an error that comes before the commit is a refusal', () => {
  const refusal = (code: string) => isRefusal(Object.assign(new Error('x'), { code }));
  expect(['25006', '53300', '57P03', '42P01', '23505', '28000'].map(refusal)).not.toContain(false);
  expect(['57P01', '57P02', '08006', 'ECONNRESET', 'XX000', '40003'].map(refusal)).not.toContain(true);
  expect(isRefusal(new Error('Connection terminated unexpectedly'))).toBe(false);
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
