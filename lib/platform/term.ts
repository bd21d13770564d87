/** What sets a term: change it, and this term changes. */
export interface SetBy {
  /**
   * `manifest`: a field of a synthesized object. `platform`: a fact given to `Platform`. `software`: fixed in Kubernetes,
   * CloudNativePG or PostgreSQL.
   */
  readonly kind: 'manifest' | 'platform' | 'software';

  /** `Cluster/state-hub-db spec.failoverDelay`, `nodeMonitorGracePeriod`, `CloudNativePG`. */
  readonly name: string;
}

/** One published part of a recovery time or of a recovery point. */
export interface Term {
  /** What happens in this time, in a few words. Unique in its list. */
  readonly name: string;

  /** Seconds on an ordinary day. */
  readonly typical: number;

  /** Seconds at worst. */
  readonly worst: number;

  /** Where the figure is documented or follows from. */
  readonly source: string;

  /** The manifest field or platform fact that sets it. */
  readonly setBy: SetBy;
}

/** Terms that happen one after the other. */
export interface Path {
  /** What has to happen: `the primary is killed`. */
  readonly name: string;

  readonly terms: readonly Term[];

  /** Sum of the terms, in seconds. */
  readonly typical: number;

  /** Sum of the terms, in seconds. */
  readonly worst: number;
}

/** How long something is out. */
export interface Figure extends Path {
  /** Other ways in which the same loss can take its course. None takes longer at worst than the figure itself. */
  readonly others: readonly Path[];

  /** Why it does not come back by itself, if so: then the sum is no bound. */
  readonly blockedBy: string | undefined;
}

/** How much of what was acknowledged may be lost. */
export interface RecoveryPoint {
  readonly terms: readonly Term[];
  readonly typical: number;

  /** Seconds of acknowledged writes at worst; undefined if nothing bounds them. */
  readonly worst: number | undefined;

  /** Why it is so, in one sentence. */
  readonly reason: string;

  /** What sets it. */
  readonly setBy: SetBy;
}

/** What one failure class costs, before it is held against an objective. */
export interface ClassTerms {
  /** From the failure to the first write that is acknowledged again. */
  readonly writes: Figure;

  /** From the failure to the first read that is answered again, by any instance. */
  readonly reads: Figure;

  /** From the failure to the API's first answer through its Service. Undefined where there is no API. */
  readonly api: Figure | undefined;

  /** From the failure until every replica of the API is back. Nothing is out for it; no objective is held against it. */
  readonly redundancy: Figure | undefined;

  readonly rpo: RecoveryPoint;

  /** What the sums take for granted. */
  readonly assumes: readonly string[];
}

/** A term that a field of a synthesized object sets. */
export function byField(object: string, path: string): SetBy {
  return { kind: 'manifest', name: `${object} ${path}` };
}

/** A term that a fact given to `Platform` sets. */
export function byPlatform(fact: string): SetBy {
  return { kind: 'platform', name: fact };
}

/** A term that is fixed in software. */
export function bySoftware(name: 'CloudNativePG' | 'Kubernetes' | 'PostgreSQL'): SetBy {
  return { kind: 'software', name };
}

/** Terms one after the other, with their sums. */
export function path(name: string, terms: readonly Term[]): Path {
  return { name, terms, typical: sum(terms, 'typical'), worst: sum(terms, 'worst') };
}

/** The slowest of several courses that the same loss can take; at equal worst the first. */
export function figure(paths: readonly Path[], blockedBy?: string): Figure {
  const slowest = paths.reduce((slowest, next) => (next.worst > slowest.worst ? next : slowest));
  return { ...slowest, others: paths.filter((other) => other !== slowest), blockedBy };
}

/** Sum of one column, in seconds. */
export function sum(terms: readonly Term[], column: 'typical' | 'worst'): number {
  return terms.reduce((total, term) => total + term[column], 0);
}
