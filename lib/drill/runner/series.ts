/** How one attempt of a client ended. `indeterminate`: it may or may not have taken effect. */
export type Outcome = 'ok' | 'failed' | 'indeterminate';

/** A stretch of attempts with the same outcome. Milliseconds since the start of the run. */
export interface Band {
  outcome: Outcome;
  /** Start of the first attempt. */
  from: number;
  /** End of the last attempt. */
  to: number;
  count: number;
}

/** Successes in a row after which a client is back. */
const SUCCESSES_TO_BE_UP = 5;

/** What one client of the load saw, in constant memory while nothing changes. */
export class Series {
  /** For the picture: in order of time, none over another. */
  public readonly bands: Band[] = [];
  /** Attempts that have ended. */
  public readonly tally: Record<Outcome, number> = { ok: 0, failed: 0, indeterminate: 0 };

  public constructor(
    public readonly name: string,
    public readonly kind: 'write' | 'read' | 'probe',
    /** A client that waits for longer is not up. */
    public readonly patienceMs: number,
  ) {}

  /** An attempt has ended. */
  public add(outcome: Outcome, from: number, to: number): void {
    this.settle(outcome);
    this.show(outcome, from, to);
  }

  /** An attempt still waits at `at`, and its client goes on without it. Its outcome comes later, with `settle`. */
  public overtake(looksLike: Outcome, from: number, at: number): void {
    this.show(looksLike, from, at);
  }

  /** An attempt that was overtaken has ended. */
  public settle(outcome: Outcome): void {
    this.tally[outcome]++;
  }

  /** Whether the client is up now: enough successes in a row, and no wait that is still going on. */
  public upAt(now: number): boolean {
    const last = this.bands.at(-1);
    return last?.outcome === 'ok' && last.count >= SUCCESSES_TO_BE_UP && now - last.to <= this.patienceMs;
  }

  /** Whether anything but success has been seen. */
  public get flawed(): boolean {
    return this.tally.failed + this.tally.indeterminate > 0;
  }

  private show(outcome: Outcome, from: number, to: number): void {
    const last = this.bands.at(-1);
    if (last?.outcome === outcome && !(outcome === 'ok' && to - last.to > this.patienceMs)) {
      last.to = to;
      last.count++;
    } else {
      this.bands.push({ outcome, from: Math.max(from, last?.to ?? from), to, count: 1 });
    }
  }
}
