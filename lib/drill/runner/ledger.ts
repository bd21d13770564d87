import { intersect, RangeCollector, size, subtract, type Range, type Ranges } from './ranges';

/** The client's side: what one writer knows of its writes. Each write has a new number and is tried once. */
export class WriterLedger {
  public readonly acknowledged = new RangeCollector();
  public readonly refused = new RangeCollector();
  public readonly indeterminate = new RangeCollector();
  /** When write number `i + 1` was acknowledged, in milliseconds since the start of the run. */
  public readonly acknowledgedAt: number[] = [];
  /** Why writes are indeterminate, and how many for each reason. */
  public readonly causes = new Map<string, number>();

  public acknowledge(seq: number, at: number): void {
    this.acknowledged.add(seq);
    this.acknowledgedAt[seq - 1] = at;
  }

  /** Notes a write that may or may not have taken effect. */
  public doubt(seq: number, cause: string): void {
    this.indeterminate.add(seq);
    this.causes.set(cause, (this.causes.get(cause) ?? 0) + 1);
  }
}

/** The database's side: what is there of one writer. */
export interface StoredWrites {
  readonly present: Ranges;
  readonly duplicated: Ranges;
}

/** One writer's ledger held against the database. */
export interface Comparison {
  readonly writer: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly indeterminate: number;
  readonly indeterminatePresent: number;
  readonly causes: ReadonlyMap<string, number>;
  readonly lost: Ranges;
  readonly duplicated: Ranges;
  readonly refusedPresent: Ranges;
  /** Rows that no writer knows of. */
  readonly unknown: Ranges;
  /** When each lost write was acknowledged, milliseconds since the start of the run. */
  readonly lostAt: readonly number[];
}

/** Holds one writer's ledger against what the database has. */
export function compareLedger(writer: number, ledger: WriterLedger, stored: StoredWrites): Comparison {
  const acknowledged = ledger.acknowledged.ranges;
  const refused = ledger.refused.ranges;
  const indeterminate = ledger.indeterminate.ranges;
  const lost = subtract(acknowledged, stored.present);
  const known = [acknowledged, refused, indeterminate].reduce(subtract, stored.present);
  return {
    writer,
    acknowledged: size(acknowledged),
    refused: size(refused),
    indeterminate: size(indeterminate),
    indeterminatePresent: size(intersect(indeterminate, stored.present)),
    causes: ledger.causes,
    lost,
    duplicated: stored.duplicated,
    refusedPresent: intersect(refused, stored.present),
    unknown: known,
    lostAt: lost.flatMap(([from, to]) => ledger.acknowledgedAt.slice(from - 1, to)),
  };
}

/** Ranges of one writer as text: `3:120-131`. */
export function rangeTexts(writer: number, ranges: readonly Range[]): string[] {
  return ranges.map(([from, to]) => `${writer}:${from}-${to}`);
}
