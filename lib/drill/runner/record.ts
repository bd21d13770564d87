import type { RoleSample } from './cluster';
import type { Comparison } from './ledger';
import type { Band, Outcome } from './series';
import type { Outage } from './availability';

/** One client as recorded. */
export interface RecordedSeries {
  readonly name: string;
  readonly kind: 'write' | 'read' | 'probe';
  readonly bands: readonly Readonly<Band>[];
  readonly tally: Readonly<Record<Outcome, number>>;
  /** Whether it was up when the load ended. */
  readonly up: boolean;
}

/** Writes, reads or one path of the API, as all their clients together saw them. */
export interface RecordedService {
  readonly name: string;
  readonly kind: 'write' | 'read' | 'probe';
  readonly outages: readonly Outage[];
  /** When the longest time without a success began, an outage or not; undefined where there is none. */
  readonly widestSince: number | undefined;
  /** A time without a success that is longer is an outage. */
  readonly silenceMs: number;
  /** Largest error of the sum of its outages. */
  readonly errorMs: number;
  /** Probes that claim to know whether the service works: so soon they must say that it does not, milliseconds. */
  readonly noticeMs: number | undefined;
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
  readonly services: readonly RecordedService[];
  /** When the load ended. */
  readonly endedAt: number;
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
