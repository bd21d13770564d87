import type { EvidenceCheck } from '../../evidence/evidence';
import { rangeTexts, type Comparison } from './ledger';
import { check } from './preconditions';
import { size, type Range } from './ranges';
import type { Outages, RunRecord } from './record';

/** Acknowledged writes that are not there. */
export interface Loss {
  readonly count: number;
  /** From the oldest of them to the first outage of a writer, milliseconds. */
  readonly windowMs: number;
  /** As `writer:from-to`. */
  readonly writes: readonly string[];
}

/** What was lost; undefined where the database could not be read, so that nobody knows. */
export function lossIn({ ledgers, series }: RunRecord, outages: Outages): Loss | undefined {
  if (ledgers.length === 0) {
    return undefined;
  }
  const count = ledgers.reduce((sum, ledger) => sum + size(ledger.lost), 0);
  const oldest = Math.min(...ledgers.map((ledger) => ledger.oldestLostAt ?? Infinity));
  const starts = series.filter((s) => s.kind === 'write').flatMap((s) => outages.get(s)!.map((outage) => outage.from));
  const end = starts.length === 0 ? oldest : Math.min(...starts);
  return {
    count,
    windowMs: count === 0 ? 0 : Math.max(1, end - oldest),
    writes: ledgers.flatMap((ledger) => rangeTexts(ledger.writer, ledger.lost)),
  };
}

/** Every acknowledged write exactly once, none that was refused, none that nobody sent. */
export function ledgerChecks(
  { ledgers, series }: RunRecord,
  loss: Loss | undefined,
  rpoSeconds: number,
): EvidenceCheck[] {
  if (loss === undefined) {
    return [
      check('ledger-compared', false, 'the database read after the failover', 'the database could not be read'),
      check('acknowledged-writes-kept', false, lossAllowed(rpoSeconds), 'unknown'),
    ];
  }
  const acknowledged = series
    .filter((s) => s.kind === 'write')
    .flatMap((s) => s.bands)
    .filter((band) => band.outcome === 'ok');
  const compared = acknowledged.reduce((sum, band) => sum + band.count, 0);
  const kept = rpoSeconds === 0 ? loss.count === 0 : loss.windowMs <= rpoSeconds * 1000;
  const named = (name: string, expected: string, pick: (l: Comparison) => readonly Range[]) => {
    const found = ledgers.flatMap((l) => rangeTexts(l.writer, pick(l)));
    return check(name, found.length === 0, expected, found.slice(0, 10).join(' ') || 'none');
  };
  return [
    check(
      'ledger-compared',
      compared > 0,
      'the database read after the failover',
      `${compared} acknowledged writes compared`,
    ),
    check('acknowledged-writes-kept', kept, lossAllowed(rpoSeconds), lossText(loss)),
    named('writes-once', 'no write present twice', (l) => l.duplicated),
    named('refused-writes-absent', 'no refused write present', (l) => l.refusedPresent),
    named('no-unknown-rows', 'no row that no writer sent', (l) => l.unknown),
  ];
}

function lossAllowed(rpoSeconds: number): string {
  return rpoSeconds === 0 ? 'no acknowledged write lost' : `losses within ${rpoSeconds} s before the failure`;
}

function lossText({ count, windowMs, writes }: Loss): string {
  return count === 0
    ? 'none lost'
    : `${count} lost over ${Math.round(windowMs)} ms: ${writes.slice(0, 10).join(' ')}${writes.length > 10 ? ' ...' : ''}`;
}
