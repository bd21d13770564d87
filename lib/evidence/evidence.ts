/** What a drill concludes. `aborted`: nothing was triggered and nothing was harmed. */
export type Verdict = 'passed' | 'failed' | 'aborted';

/** One thing that was looked at, with what should have been there and what was. */
export interface EvidenceCheck {
  /** Stable name in kebab-case: `acknowledged-writes-kept`. */
  readonly name: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly observed: string;
}

/** A stretch of equal outcomes of one client. Times in milliseconds since the start of the run. */
export interface EvidenceBand {
  readonly outcome: 'ok' | 'failed' | 'indeterminate';
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** One client of the load: a writer, a reader or a probe. */
export interface EvidenceSeries {
  readonly name: string;
  readonly kind: 'write' | 'read' | 'probe';
  readonly bands: readonly EvidenceBand[];
}

/** Something that happened, in milliseconds since the start of the run. */
export interface EvidenceMark {
  readonly at: number;
  readonly what: string;
}

/**
 * What one repetition measured. Durations in milliseconds; null where it did not end within the bound.
 *
 * An outage is what clients see: a time in which no client of a kind succeeded, longer than the drill's threshold, from
 * the last success before it to the first of five in a row after it. All outages of a repetition are added.
 */
export interface Repetition {
  readonly verdict: Verdict;
  /** No writer's commit was acknowledged. */
  readonly writeOutageMs: number | null;
  /** No reader was answered. */
  readonly readOutageMs: number | null;
  /** One path of the API, the worst of them, gave no good answer. */
  readonly apiOutageMs: number | null;
  /**
   * Largest error of each of the three above: what the clients' own rhythm cannot see, from the longest gap and the
   * longest attempt of the steady load and the longest pauses between two attempts around the outage. Where no outage was
   * seen, the threshold and a little more.
   */
  readonly resolutionMs: { readonly write: number; readonly read: number; readonly api: number };
  /** From the trigger to all instances ready and streaming again. */
  readonly redundancyMs: number | null;
  /** From the oldest lost acknowledged write to the loss of the primary; 0 without a loss, null where nobody knows. */
  readonly lossWindowMs: number | null;
  readonly writes: {
    readonly acknowledged: number;
    readonly refused: number;
    readonly indeterminate: number;
    /** This and the counts below: null where the database could not be read afterwards, so that nobody knows. */
    readonly indeterminatePresent: number | null;
    /** Why they are indeterminate, and how many for each reason. */
    readonly indeterminateCauses: Readonly<Record<string, number>>;
    readonly lost: number | null;
    readonly duplicated: number | null;
    readonly refusedPresent: number | null;
  };
  /** The lost acknowledged writes as `writer:from-to`, at most 200 entries. */
  readonly lostWrites: readonly string[];
  readonly primaryBefore: string;
  readonly primaryAfter: string;
  readonly timelineBefore: number;
  readonly timelineAfter: number;
  readonly checks: readonly EvidenceCheck[];
  readonly marks: readonly EvidenceMark[];
  readonly series: readonly EvidenceSeries[];
}

/** Worst, median and 95th percentile over the repetitions, in milliseconds. */
export interface Spread {
  readonly worst: number;
  readonly median: number;
  readonly p95: number;
}

/** One node or component that a readiness check looked at. */
export interface ReadinessRow {
  readonly subject: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** The document that a drill leaves. Everything in it is an observation or was given to the drill. */
export interface Evidence {
  readonly schema: 'cdk8s-phoenix/evidence/v1';
  readonly drill: 'failover' | 'readiness';
  /** `deletePrimary`, `switchover` or `external`; for a readiness check where it ran from. */
  readonly mode: string;
  readonly runId: string;
  readonly service: string;
  readonly platform: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** After this the evidence is stale and no longer supports a decision. */
  readonly expiresAt: string;
  readonly verdict: Verdict;
  /** Why, one sentence: the first failed check, or what was reached. */
  readonly reason: string;
  /** Digest of the manifests that the drill was generated with. */
  readonly manifestsDigest: string;
  /** Digest of the program that ran. */
  readonly runnerDigest: string;
  readonly clusterUid: string | null;
  readonly versions: {
    readonly postgres: string | null;
    readonly operator: string | null;
    readonly kubernetes: string | null;
  };
  readonly imageDigests: readonly string[];
  readonly preconditions: readonly EvidenceCheck[];
  /** Seconds; absent for a readiness check. */
  readonly objective?: { readonly failureClass: string; readonly rpoSeconds: number; readonly rtoSeconds: number };
  /** Seconds; absent for a readiness check. */
  readonly prediction?: {
    readonly typicalSeconds: number;
    readonly worstSeconds: number;
    readonly held: boolean | null;
  };
  readonly spread?: {
    readonly writeOutage: Spread | null;
    readonly readOutage: Spread | null;
    readonly apiOutage: Spread | null;
  };
  readonly repetitions: readonly Repetition[];
  readonly inventory: readonly ReadinessRow[];
  readonly checks: readonly EvidenceCheck[];
  /** What a person needs who has to take over, where the drill could not recover; else empty. */
  readonly handover: readonly string[];
  readonly cleanup: { readonly ok: boolean; readonly notes: readonly string[] };
  /** Digest of the evidence before this one of the same drill; null for the first. */
  readonly previousDigest: string | null;
  /** SHA-256 of this document in canonical JSON, without this field. */
  readonly digest: string;
}
