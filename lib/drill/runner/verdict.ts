import type { EvidenceCheck, Repetition, Spread } from '../../evidence/evidence';
import { clusterChecks, primaryMoved } from './_cluster-checks';
import { healthChecks } from './_health-check';
import { ledgerChecks, lossIn } from './_ledger-checks';
import type { FailoverConfig } from './config';
import type { Comparison } from './ledger';
import { check } from './preconditions';
import { size } from './ranges';
import { worstDowntime } from './availability';
import type { RecordedService, RunRecord } from './record';
import type { Outcome } from './series';

/** What a record means. */
export interface Judgement extends Omit<Repetition, 'marks' | 'series'> {
  /** Check that decided, for the one-line reason. */
  readonly firstFailure: EvidenceCheck | undefined;
}

/** Judges one repetition. The first failed check is the reason, so causes stand before their consequences. */
export function judge(record: RunRecord, config: FailoverConfig): Judgement {
  const { rpoSeconds, rtoSeconds } = config.objective;
  const of = (kind: RecordedService['kind']) => record.services.filter((s) => s.kind === kind);
  const downtime = (kind: RecordedService['kind']) => worstDowntime(of(kind).map((s) => s.outages));
  const error = (kind: RecordedService['kind']) => Math.max(0, ...of(kind).map((s) => s.errorMs));
  const [writeOutageMs, readOutageMs, apiOutageMs] = [downtime('write'), downtime('read'), downtime('probe')];
  const loss = lossIn(record);
  const inTime = (name: string, ms: number | null) =>
    check(
      name,
      ms !== null && ms <= rtoSeconds * 1000,
      `at most ${rtoSeconds} s`,
      ms === null ? 'not back' : `${(ms / 1000).toFixed(2)} s`,
    );
  const checks: EvidenceCheck[] = [
    check('run-complete', record.interrupted === undefined, 'ran to its end', record.interrupted ?? 'ran to its end'),
    primaryMoved(record),
    check(
      'clients-back',
      record.series.every((s) => s.up) && [writeOutageMs, readOutageMs, apiOutageMs].every((ms) => ms !== null),
      'all writers, readers and probes back: 5 successes in a row',
      stillDown(record),
    ),
    ...ledgerChecks(record, loss, rpoSeconds),
    inTime('write-outage', writeOutageMs),
    inTime('read-outage', readOutageMs),
    inTime('api-outage', apiOutageMs),
    ...clusterChecks(record, config),
    ...healthChecks(record),
  ];
  const firstFailure = checks.find((c) => !c.ok);
  const { primaryBefore, primaryAfter, timelineBefore, timelineAfter, redundancyAt, triggeredAt } = record;
  return {
    verdict: firstFailure === undefined ? 'passed' : 'failed',
    firstFailure,
    writeOutageMs,
    readOutageMs,
    apiOutageMs,
    resolutionMs: { write: error('write'), read: error('read'), api: error('probe') },
    redundancyMs: redundancyAt === null ? null : redundancyAt - triggeredAt,
    lossWindowMs: loss?.windowMs ?? null,
    writes: totals(record),
    lostWrites: loss?.writes.slice(0, 200) ?? [],
    primaryBefore,
    primaryAfter,
    timelineBefore,
    timelineAfter,
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

function totals(record: RunRecord): Repetition['writes'] {
  const known = (value: (l: Comparison) => number) =>
    record.ledgers.length === 0 ? null : record.ledgers.reduce((total, ledger) => total + value(ledger), 0);
  const attempts = (outcome: Outcome) =>
    record.series.filter((s) => s.kind === 'write').reduce((total, { tally }) => total + tally[outcome], 0);
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

function stillDown({ series, services, lastErrors }: RunRecord): string {
  const clients = series.filter((s) => !s.up).map((s) => s.name);
  const whole = services.filter((s) => s.outages.some((outage) => outage.to === null)).map((s) => s.name);
  const down = clients.length > 0 ? clients : whole;
  const why = lastErrors.get(down[0] ?? '');
  return down.length === 0 ? 'all back' : `still down: ${down.join(', ')}${why === undefined ? '' : `; ${why}`}`;
}
