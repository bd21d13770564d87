/** How one attempt of a client ended. `indeterminate`: it may or may not have taken effect. */
export type Outcome = 'ok' | 'failed' | 'indeterminate';

/** A stretch of attempts with the same outcome. Milliseconds since the start of the run. */
export interface Band {
  outcome: Outcome;
  /** Start of the first attempt. */
  from: number;
  /** End of the first attempt. */
  firstEnd: number;
  /** End of the last attempt. */
  to: number;
  count: number;
}

/** A time without service, for one client. `to` is null while it lasts. */
export interface Outage {
  readonly from: number;
  readonly to: number | null;
}

/** Successes in a row after which a client is back: one may be luck. */
export const SUCCESSES_TO_RECOVER = 5;

/** What one client of the load saw, in constant memory while nothing changes. */
export class Series {
  public readonly bands: Band[] = [];

  public constructor(
    public readonly name: string,
    public readonly kind: 'write' | 'read' | 'probe',
    /** A success that took longer is an outage too: its client was waiting. */
    public readonly slowMs: number,
  ) {}

  public add(outcome: Outcome, from: number, to: number): void {
    const last = this.bands.at(-1);
    if (last?.outcome === outcome && !(outcome === 'ok' && to - last.to > this.slowMs)) {
      last.to = to;
      last.count++;
    } else {
      this.bands.push({ outcome, from, firstEnd: to, to, count: 1 });
    }
  }

  /** Whether the client is up now: enough successes in a row, and no wait that is still going on. */
  public upAt(now: number): boolean {
    const last = this.bands.at(-1);
    return last?.outcome === 'ok' && last.count >= SUCCESSES_TO_RECOVER && now - last.to <= this.slowMs;
  }

  /** Attempts, of one outcome or all. */
  public count(outcome?: Outcome): number {
    return this.bands.reduce((sum, band) => sum + (band.outcome === (outcome ?? band.outcome) ? band.count : 0), 0);
  }
}

/**
 * The outages in what one client saw: from the end of its last success to the end of the first of five successes in a
 * row. A success after a wait of more than `slowMs` ends an outage that began with the success before it.
 */
export function outagesOf(bands: readonly Readonly<Band>[], slowMs: number): Outage[] {
  const outages: Outage[] = [];
  let lastGood: number | undefined;
  let down: number | undefined;
  let streak = 0;
  let streakSince = 0;
  for (const band of bands) {
    if (band.outcome !== 'ok') {
      down ??= lastGood ?? band.from;
      streak = 0;
      continue;
    }
    if (down === undefined && lastGood !== undefined && band.firstEnd - lastGood > slowMs) {
      down = lastGood;
      streak = 0;
    }
    if (streak === 0) {
      streakSince = band.firstEnd;
    }
    streak += band.count;
    if (down === undefined) {
      lastGood = band.to;
    } else if (streak >= SUCCESSES_TO_RECOVER) {
      outages.push({ from: down, to: streakSince });
      down = undefined;
      lastGood = band.to;
    }
  }
  if (down !== undefined) {
    outages.push({ from: down, to: null });
  }
  return outages;
}

/**
 * Downtime of the worst client in milliseconds, all its outages added; null where one had not ended. A client with
 * fewer than five successes at the end is still down.
 */
export function worstDowntime(outages: readonly (readonly Outage[])[]): number | null {
  let worst = 0;
  for (const ofOne of outages) {
    let sum = 0;
    for (const { from, to } of ofOne) {
      if (to === null) {
        return null;
      }
      sum += to - from;
    }
    worst = Math.max(worst, sum);
  }
  return worst;
}
