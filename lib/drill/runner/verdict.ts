import type { EvidenceCheck, Repetition, Spread } from '../../evidence/evidence';
import { clusterChecks, primaryMoved } from './_cluster-checks';
import { healthChecks } from './_health-check';
import { ledgerChecks, lossIn } from './_ledger-checks';
import type { FailoverConfig } from './config';
import type { Comparison } from './ledger';
import { check } from './preconditions';
import { size } from './ranges';
import { outagesIn, type Outages, type RecordedSeries, type RunRecord } from './record';
import { worstDowntime, type Band } from './series';

/** What a record means. */
export interface Judgement extends Omit<Repetition, 'marks' | 'series'> {
  /** Check that decided, for the one-line reason. */
  readonly firstFailure: EvidenceCheck | undefined;
}

/** Judges one repetition. The first failed check is the reason, so causes stand before their consequences. */
export function judge(record: RunRecord, config: FailoverConfig): Judgement {
  const { rpoSeconds, rtoSeconds } = config.objective;
  const outages = outagesIn(record);
  const downtime = (kind: RecordedSeries['kind']) =>
    worstDowntime(record.series.filter((s) => s.kind === kind).map((s) => outages.get(s)!));
  const [writeOutageMs, readOutageMs, apiOutageMs] = [downtime('write'), downtime('read'), downtime('probe')];
  const loss = lossIn(record, outages);
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
      writeOutageMs !== null && readOutageMs !== null && apiOutageMs !== null,
      'all writers, readers and probes back: 5 successes in a row',
      stillDown(outages, record.lastErrors),
    ),
    ...ledgerChecks(record, loss, rpoSeconds),
    inTime('write-outage', writeOutageMs),
    inTime('read-outage', readOutageMs),
    inTime('api-outage', apiOutageMs),
    ...clusterChecks(record, config),
    ...healthChecks(record, outages),
  ];
  const firstFailure = checks.find((c) => !c.ok);
  const { primaryBefore, primaryAfter, timelineBefore, timelineAfter, redundancyAt, triggeredAt } = record;
  return {
    verdict: firstFailure === undefined ? 'passed' : 'failed',
    firstFailure,
    writeOutageMs,
    readOutageMs,
    apiOutageMs,
    resolutionMs: longestWait(record),
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

/** The longest failed attempt: a client that hangs in one cannot notice that the service is back. */
function longestWait(record: RunRecord): number {
  const bands = record.series.filter((s) => s.kind !== 'probe').flatMap((s) => s.bands);
  return Math.max(0, ...bands.filter((b) => b.outcome !== 'ok').map((b) => (b.to - b.from) / b.count));
}

function stillDown(outages: Outages, lastErrors: ReadonlyMap<string, string>): string {
  const down = [...outages].filter(([, of]) => of.some((o) => o.to === null)).map(([s]) => s.name);
  const why = lastErrors.get(down[0] ?? '');
  return down.length === 0 ? 'all back' : `still down: ${down.join(', ')}${why === undefined ? '' : `; ${why}`}`;
}
