import type { EvidenceCheck } from '../../evidence/evidence';
import { rangeTexts, type Comparison } from './ledger';
import { check } from './preconditions';
import { size, type Range } from './ranges';
import type { RunRecord } from './record';

/** Acknowledged writes that are not there. */
export interface Loss {
  readonly count: number;
  /** From the oldest of them to the failure, milliseconds; zero where none is older than it. */
  readonly windowMs: number;
  /** Those that were acknowledged after the failure: no objective allows them. */
  readonly late: number;
  /** As `writer:from-to`. */
  readonly writes: readonly string[];
}

/**
 * What was lost; undefined where the database could not be read, so that nobody knows. The failure is the beginning of
 * the first outage of writes; where none was long enough to be one, of the longest time without a write.
 */
export function lossIn({ ledgers, services, triggeredAt }: RunRecord): Loss | undefined {
  if (ledgers.length === 0) {
    return undefined;
  }
  const writes = services.find((s) => s.kind === 'write');
  const failedAt = writes?.outages[0]?.from ?? writes?.widestSince ?? triggeredAt;
  const at = ledgers.flatMap((ledger) => ledger.lostAt);
  const oldest = at.reduce((a, b) => Math.min(a, b), failedAt);
  return {
    count: ledgers.reduce((sum, ledger) => sum + size(ledger.lost), 0),
    windowMs: failedAt - oldest,
    late: at.filter((one) => one > failedAt).length,
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
  const compared = series.filter((s) => s.kind === 'write').reduce((sum, s) => sum + s.tally.ok, 0);
  const kept = rpoSeconds === 0 ? loss.count === 0 : loss.late === 0 && loss.windowMs <= rpoSeconds * 1000;
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
  return rpoSeconds === 0
    ? 'no acknowledged write lost'
    : `losses within ${rpoSeconds} s before the failure, none after it`;
}

function lossText({ count, windowMs, late, writes }: Loss): string {
  const after = late === 0 ? '' : `, ${late} of them acknowledged after the failure`;
  return count === 0
    ? 'none lost'
    : `${count} lost over ${Math.round(windowMs)} ms${after}: ${writes.slice(0, 10).join(' ')}${writes.length > 10 ? ' ...' : ''}`;
}
