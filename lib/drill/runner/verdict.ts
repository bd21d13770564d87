import type { EvidenceCheck, Repetition, Spread } from '../../evidence/evidence';
import type { FailoverConfig } from './config';
import { rangeTexts, type Comparison } from './ledger';
import { size, type Range } from './ranges';
import { check } from './preconditions';
import { outagesOf, worstDowntime, type Band, type Outage } from './series';
import type { RoleSample } from './cluster';

/** One client as recorded. */
export interface RecordedSeries {
  readonly name: string;
  readonly kind: 'write' | 'read' | 'probe';
  readonly bands: readonly Readonly<Band>[];
  readonly slowMs: number;
  /** Probes only: it claims to know whether the service works. */
  readonly health: boolean;
}

/** All that one repetition saw, as data. The verdict is a function of this and of nothing else. */
export interface RunRecord {
  readonly triggeredAt: number;
  readonly primaryBefore: string;
  readonly primaryAfter: string;
  readonly timelineBefore: number;
  readonly timelineAfter: number;
  /** What the operator says of the cluster at the end. */
  readonly clusterState: string;
  readonly series: readonly RecordedSeries[];
  /** Last thing that went wrong for each client. */
  readonly lastErrors: ReadonlyMap<string, string>;
  /** Empty where the database could not be read afterwards. */
  readonly ledgers: readonly Comparison[];
  readonly roles: readonly RoleSample[];
  /** When all instances were ready and streaming again; null if not within the bound. */
  readonly redundancyAt: number | null;
  readonly exPrimaryStreaming: boolean;
  /** Answer of the old primary to a write: SQLSTATE, `accepted`, or why it was not asked. */
  readonly exPrimaryWrite: string;
  readonly synchronousAfter: readonly string[];
  /** How far the wall clock moved against the monotonic clock. */
  readonly clockJumpMs: number;
  /** Why the run ended early, such as a signal; undefined where it went to its end. */
  readonly interrupted: string | undefined;
}

/** What a record means. */
export interface Judgement extends Omit<Repetition, 'marks' | 'series'> {
  /** Check that decided, for the one-line reason. */
  readonly firstFailure: EvidenceCheck | undefined;
}

/** A wall clock may be slewed by NTP; more than this is a jump. */
const CLOCK_JUMP_MS = 500;
/** A health endpoint gets this long to notice an outage, beside its own interval. */
const HEALTH_NOTICE_MS = 1000;
const READ_ONLY = '25006';

/** Judges one repetition. */
export function judge(record: RunRecord, config: FailoverConfig): Judgement {
  const outages = new Map(record.series.map((s) => [s, outagesOf(s.bands, s.slowMs)]));
  const of = (kind: RecordedSeries['kind']) => record.series.filter((s) => s.kind === kind);
  const downtime = (kind: RecordedSeries['kind']) => worstDowntime(of(kind).map((s) => outages.get(s)!));
  const writeOutageMs = downtime('write');
  const readOutageMs = downtime('read');
  const apiOutageMs = downtime('probe');
  const writes = totals(record);
  const oldest = Math.min(...record.ledgers.map((l) => l.oldestLostAt ?? Infinity));
  const lossEnd = Math.min(...of('write').flatMap((s) => outages.get(s)!.map((o) => o.from)), Infinity);
  const lostCount = sum(record, (l) => size(l.lost));
  const lossWindowMs = lostCount === 0 ? 0 : Math.max(1, (Number.isFinite(lossEnd) ? lossEnd : oldest) - oldest);
  const { rpoSeconds, rtoSeconds } = config.objective;
  const lostWrites = record.ledgers.flatMap((l) => rangeTexts(l.writer, l.lost));
  const verified = record.ledgers.length > 0;
  const duration = (ms: number | null) => (ms === null ? 'not back' : `${(ms / 1000).toFixed(2)} s`);
  const inTime = (ms: number | null) => ms !== null && ms <= rtoSeconds * 1000;
  const split = record.roles.find((sample) => sample.primaries.length > 1);
  const loss = verified ? lossText(lostCount, lossWindowMs, lostWrites) : 'unknown';
  const expectedTimeline = record.timelineBefore + 1;

  const checks: EvidenceCheck[] = [
    check('run-complete', record.interrupted === undefined, 'ran to its end', record.interrupted ?? 'ran to its end'),
    check('primary-moved', record.primaryAfter !== record.primaryBefore && record.primaryAfter !== '', `another primary than ${record.primaryBefore}`, record.primaryAfter !== record.primaryBefore && record.primaryAfter !== '' ? record.primaryAfter : `${record.primaryAfter || 'unknown'}; ${record.clusterState}`), // prettier-ignore
    check('clients-back', writeOutageMs !== null && readOutageMs !== null && apiOutageMs !== null, 'all writers, readers and probes back: 5 successes in a row', stillDown(outages, record.lastErrors)), // prettier-ignore
    check('ledger-compared', verified, 'the database read after the failover', verified ? `${writes.acknowledged} acknowledged writes compared` : 'the database could not be read'), // prettier-ignore
    rpoSeconds === 0
      ? check('acknowledged-writes-kept', verified && lostCount === 0, 'no acknowledged write lost', loss) // prettier-ignore
      : check('acknowledged-writes-kept', verified && lossWindowMs <= rpoSeconds * 1000, `losses within ${rpoSeconds} s before the failure`, loss), // prettier-ignore
    ...(verified ? ledgerChecks(record.ledgers) : []),
    check('write-outage', inTime(writeOutageMs), `at most ${rtoSeconds} s`, duration(writeOutageMs)),
    check('read-outage', inTime(readOutageMs), `at most ${rtoSeconds} s`, duration(readOutageMs)),
    check('api-outage', inTime(apiOutageMs), `at most ${rtoSeconds} s`, duration(apiOutageMs)),
    check('timeline-advanced', record.timelineAfter === expectedTimeline, `timeline ${expectedTimeline}`, `timeline ${record.timelineAfter}`), // prettier-ignore
    check('one-primary', split === undefined, 'never more than one instance takes writes', split === undefined ? `one in ${record.roles.length} looks` : `${split.primaries.join(' and ')} at ${(split.at / 1000).toFixed(1)} s`), // prettier-ignore
    check('ex-primary-back', record.exPrimaryStreaming, `${record.primaryBefore} streams from the new primary`, record.exPrimaryStreaming ? 'streaming' : 'not streaming'), // prettier-ignore
    check('ex-primary-refuses-writes', record.exPrimaryWrite === READ_ONLY, `SQLSTATE ${READ_ONLY}, read-only`, record.exPrimaryWrite), // prettier-ignore
    check('redundancy-back', record.redundancyAt !== null, `all instances ready within ${config.bounds.redundancySeconds} s`, record.redundancyAt === null ? record.clusterState : duration(record.redundancyAt - record.triggeredAt)), // prettier-ignore
    ...(config.preconditions.synchronous ? [check('synchronous-again', record.synchronousAfter.length > 0, 'commits wait for a standby again', record.synchronousAfter.join(', ') || 'no synchronous standby')] : []), // prettier-ignore
    ...healthChecks(record, outages),
    check('clock-steady', Math.abs(record.clockJumpMs) <= CLOCK_JUMP_MS, `wall clock within ${CLOCK_JUMP_MS} ms of the monotonic clock`, `moved by ${Math.round(record.clockJumpMs)} ms`), // prettier-ignore
  ];
  const firstFailure = checks.find((c) => !c.ok);
  return {
    verdict: firstFailure === undefined ? 'passed' : 'failed',
    firstFailure,
    writeOutageMs,
    readOutageMs,
    apiOutageMs,
    resolutionMs: longestWait(record),
    redundancyMs: record.redundancyAt === null ? null : record.redundancyAt - record.triggeredAt,
    lossWindowMs: verified ? lossWindowMs : null,
    writes,
    lostWrites: lostWrites.slice(0, 200),
    primaryBefore: record.primaryBefore,
    primaryAfter: record.primaryAfter,
    timelineBefore: record.timelineBefore,
    timelineAfter: record.timelineAfter,
    checks,
  };
}

/** Worst, median and 95th percentile (nearest rank); null where a value is missing, because it has no end. */
export function spread(values: readonly (number | null)[]): Spread | null {
  const sorted = values.filter((v) => v !== null).sort((a, b) => a - b);
  if (sorted.length === 0 || sorted.length < values.length) {
    return null;
  }
  const rank = (p: number) => sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)]!;
  return { worst: sorted.at(-1)!, median: rank(0.5), p95: rank(0.95) };
}

function sum({ ledgers }: RunRecord, value: (l: Comparison) => number): number {
  return ledgers.reduce((total, ledger) => total + value(ledger), 0);
}

function ledgerChecks(ledgers: readonly Comparison[]): EvidenceCheck[] {
  const named = (name: string, expected: string, pick: (l: Comparison) => readonly Range[]) => {
    const found = ledgers.flatMap((l) => rangeTexts(l.writer, pick(l)));
    return check(name, found.length === 0, expected, found.slice(0, 10).join(' ') || 'none');
  };
  return [
    named('writes-once', 'no write present twice', (l) => l.duplicated),
    named('refused-writes-absent', 'no refused write present', (l) => l.refusedPresent),
    named('no-unknown-rows', 'no row that no writer sent', (l) => l.unknown),
  ];
}

function totals(record: RunRecord): Repetition['writes'] {
  const known = (value: (l: Comparison) => number) => (record.ledgers.length === 0 ? null : sum(record, value));
  const attempts = (outcome: Band['outcome']) =>
    record.series
      .filter((s) => s.kind === 'write')
      .flatMap((s) => s.bands)
      .reduce((total, band) => total + (band.outcome === outcome ? band.count : 0), 0);
  return {
    acknowledged: attempts('ok'),
    refused: attempts('failed'),
    indeterminate: attempts('indeterminate'),
    indeterminatePresent: known((l) => l.indeterminatePresent),
    indeterminateCauses: causes(record.ledgers),
    lost: known((l) => size(l.lost)),
    duplicated: known((l) => size(l.duplicated)),
    refusedPresent: known((l) => size(l.refusedPresent)),
  };
}

function causes(ledgers: readonly Comparison[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [cause, count] of ledgers.flatMap((l) => [...l.causes])) {
    sums[cause] = (sums[cause] ?? 0) + count;
  }
  return sums;
}

/** A health endpoint that never fails while no write succeeds reports something else than health. */
function healthChecks(record: RunRecord, outages: ReadonlyMap<RecordedSeries, readonly Outage[]>): EvidenceCheck[] {
  const end = Math.max(...record.series.flatMap((s) => s.bands.map((b) => b.to)), 0);
  const writers = record.series.filter((s) => s.kind === 'write').map((s) => outages.get(s)!);
  // Only while every writer is down is it certain that the service was.
  const common = writers.reduce<readonly Outage[]>((a, b) => overlap(a, b, end), writers[0] ?? []);
  return record.series
    .filter((s) => s.health)
    .map((probe) => {
      const longest = common
        .map((o) => ({ from: o.from, to: o.to ?? end }))
        .sort((a, b) => b.to - b.from - (a.to - a.from))[0];
      const due = probe.slowMs + HEALTH_NOTICE_MS;
      const lied =
        longest !== undefined &&
        longest.to - longest.from > due &&
        !probe.bands.some((b) => b.outcome !== 'ok' && b.from < longest.to && b.to > longest.from) &&
        !outages.get(probe)!.some((o) => o.from < longest.to && (o.to ?? end) > longest.from);
      return check(
        'health-tells-the-truth',
        !lied,
        `${probe.name} fails while writes fail for more than ${due / 1000} s`,
        lied
          ? `said ok through ${((longest.to - longest.from) / 1000).toFixed(1)} s without a write`
          : 'told the truth',
      );
    });
}

function overlap(a: readonly Outage[], b: readonly Outage[], end: number): Outage[] {
  return a.flatMap((x) =>
    b
      .map((y) => ({ from: Math.max(x.from, y.from), to: Math.min(x.to ?? end, y.to ?? end) }))
      .filter((both) => both.from < both.to),
  );
}

/** The longest failed attempt: a client that hangs in one cannot notice that the service is back. */
function longestWait(record: RunRecord): number {
  const bands = record.series.filter((s) => s.kind !== 'probe').flatMap((s) => s.bands);
  return Math.max(0, ...bands.filter((b) => b.outcome !== 'ok').map((b) => (b.to - b.from) / b.count));
}

function stillDown(
  outages: ReadonlyMap<RecordedSeries, readonly Outage[]>,
  lastErrors: ReadonlyMap<string, string>,
): string {
  const down = [...outages].filter(([, of]) => of.some((o) => o.to === null)).map(([s]) => s.name);
  const why = lastErrors.get(down[0] ?? '');
  return down.length === 0 ? 'all back' : `still down: ${down.join(', ')}${why === undefined ? '' : `; ${why}`}`;
}

function lossText(lost: number, windowMs: number, ranges: readonly string[]): string {
  return lost === 0
    ? 'none lost'
    : `${lost} lost over ${Math.round(windowMs)} ms: ${ranges.slice(0, 10).join(' ')}${ranges.length > 10 ? ' ...' : ''}`;
}
