import type { Finding, ObjectRef, Skipped } from './finding';

/** Collects what the layers say. */
export interface Ledger {
  readonly findings: Finding[];
  readonly skipped: Skipped[];
  /** Objects that no rule can judge, and why. */
  readonly closed: Map<ObjectRef, string>;
  passed: number;
  failed: number;
}

/** Nothing said yet. */
export function newLedger(): Ledger {
  return { findings: [], skipped: [], closed: new Map(), passed: 0, failed: 0 };
}

/** One more check that was made. */
export function count(ledger: Ledger, failed: boolean): void {
  if (failed) {
    ledger.failed += 1;
  } else {
    ledger.passed += 1;
  }
}

/** What is wrong with this package and not with the object. The object was not judged, so it is an error all the same. */
export function internal(what: string, object: ObjectRef, error: unknown): Finding {
  const said = (error instanceof Error ? error.message : String(error)).split('\n')[0] as string;
  return {
    rule: 'internal',
    severity: 'error',
    object,
    path: '',
    segments: [],
    message: `${what} broke off here, so it did not judge this object: ${said}`,
    fix: 'report this with the object: it is a defect of cdk8s-phoenix; to go on, accept the finding with that reason',
  };
}
