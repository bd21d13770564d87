import type { RoleSample } from './cluster';
import type { Comparison } from './ledger';
import { outagesOf, type Band, type Outage } from './series';

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

/** The outages of each client. */
export type Outages = ReadonlyMap<RecordedSeries, readonly Outage[]>;

export function outagesIn(record: RunRecord): Outages {
  return new Map(record.series.map((s) => [s, outagesOf(s.bands, s.slowMs)]));
}
