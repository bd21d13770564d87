/** A time without service. Milliseconds since the start of the run; `to` is null while it lasts. */
export interface Outage {
  readonly from: number;
  readonly to: number | null;
}

/** Successes in a row after which a service is back: one may be luck. */
export const SUCCESSES_TO_RECOVER = 5;

/** Beginnings of attempts that are kept while nothing succeeds: those of some seconds, at any rate of a load. */
const KEPT = 4000;

/** A success that ended a silence, and when the attempts before it began. */
interface Return {
  readonly at: number;
  readonly begins: readonly number[];
}

interface Down {
  readonly from: number;
  /** First success after it, of a row that may become five. */
  to: number;
  row: number;
  /** The first success of each row that silence broke, and `to`. */
  returns: Return[];
  /** Time in rows that silence broke. */
  broken: number;
}

/**
 * Whether a service is there, as all its clients together see it. An outage is more than `silenceMs` without a success
 * of any of them: from the last success before it to the first of five in a row after it. How an attempt fails, and
 * whether it fails or waits, makes no difference.
 */
export class Availability {
  /** Outages that have ended. */
  public readonly outages: Outage[] = [];
  /** Longest time without a success, an outage or not; undefined before the second success. */
  public widest: { readonly from: number; readonly to: number } | undefined;
  private lastSuccess: number | undefined;
  /** When attempts began, the last one before the last success and all after it. */
  private begins: number[] = [];
  private down: Down | undefined;
  /** All attempts since then found the service there. */
  private steadySince = 0;
  private longestGap = 0;
  private longestAttempt = 0;
  /** Longest time in which no attempt began. */
  private longestIdle = 0;
  private returns: Return[] = [];
  private broken = 0;

  public constructor(
    public readonly name: string,
    public readonly kind: 'write' | 'read' | 'probe',
    public readonly silenceMs: number,
  ) {}

  /** An attempt begins. */
  public begun(at: number): void {
    this.longestIdle = Math.max(this.longestIdle, at - (this.begins.at(-1) ?? at));
    this.begins.push(at);
    if (this.begins.length > 2 * KEPT) {
      // The first two tell whether the drill was asleep when the outage began.
      this.begins = [...this.begins.slice(0, 2), ...this.begins.slice(-KEPT)];
    }
  }

  /** An attempt that began at `from` ends at `to`. Attempts may overlap and end in any order. */
  public ended(success: boolean, from: number, to: number): void {
    if (!success) {
      if (this.down !== undefined && from >= this.down.to) {
        this.down.row = 0;
      }
      return;
    }
    const before = this.lastSuccess ?? to;
    const silent = to - before > this.silenceMs;
    this.lastSuccess = to;
    if (to - before > (this.widest === undefined ? 0 : this.widest.to - this.widest.from)) {
      this.widest = { from: before, to };
    }
    if (this.down === undefined && !silent) {
      this.longestGap = Math.max(this.longestGap, to - before);
      if (from >= this.steadySince) {
        this.longestAttempt = Math.max(this.longestAttempt, to - from);
      }
      this.begins.splice(0, this.begins.length - 1);
      return;
    }
    this.down ??= { from: before, to, row: 0, returns: [], broken: 0 };
    this.recover(this.down, before, to);
  }

  /** The load is steady from now on: what was before is not counted. */
  public steady(now: number): void {
    this.outages.length = 0;
    this.widest = undefined;
    this.returns = [];
    this.broken = 0;
    this.down = undefined;
    this.steadySince = now;
    this.longestGap = 0;
    this.longestAttempt = 0;
    this.longestIdle = 0;
  }

  /** For how long nothing has succeeded. Zero before the first success. */
  public silentFor(now: number): number {
    return this.lastSuccess === undefined ? 0 : now - this.lastSuccess;
  }

  /** When the outage began that is going on; undefined while the service is there. */
  public downSince(now: number): number | undefined {
    return this.down?.from ?? (this.silentFor(now) > this.silenceMs ? this.lastSuccess : undefined);
  }

  /** All outages up to `now`, one that has not ended included. */
  public until(now: number): readonly Outage[] {
    const open = this.downSince(now);
    return open === undefined ? this.outages : [...this.outages, { from: open, to: null }];
  }

  /**
   * Largest error of the sum of all outages that have ended. The service counts as there when an attempt takes no longer
   * than the longest one of the steady load.
   *
   * Too long: an outage began at most the longest gap of that load after the last success. It ended at most so long before
   * the first one: a pause until the next attempt began, that attempt, and once more a pause, because the drill itself may
   * have been asleep when the answer came. Too short: the last success came late, by its attempt and by the pause after
   * it, in which the drill may have been asleep. Without an outage the same holds for one that is shorter than `silenceMs`.
   */
  public get errorMs(): number {
    const { outages, returns, broken, silenceMs, longestGap, longestAttempt, longestIdle } = this;
    return outages.length === 0
      ? silenceMs + longestAttempt + longestIdle
      : returns.reduce(
          (sum, one) => sum + longestAttempt + Math.max(longestGap + 2 * this.longestPause(one), firstPause(one)),
          broken,
        );
  }

  private recover(down: Down, before: number, to: number): void {
    const silent = to - before > this.silenceMs;
    if (down.row === 0 || silent) {
      const back = { at: to, begins: [...this.begins] };
      // Silence within a row: it belongs to the same outage, though the service was there in between.
      const broken = down.row > 0;
      const returns = broken ? [...down.returns, back] : [back];
      Object.assign(down, { to, row: 0, returns, broken: broken ? down.broken + before - down.to : 0 });
    }
    if (++down.row < SUCCESSES_TO_RECOVER) {
      return;
    }
    this.outages.push({ from: down.from, to: down.to });
    this.returns.push(...down.returns);
    this.broken += down.broken;
    this.steadySince = down.to;
    this.down = undefined;
  }

  /** The longest time in which no attempt began, of those in which a service that is there may have come back. */
  private longestPause({ at, begins }: Return): number {
    let longest = at - (begins.at(-1) ?? at);
    for (let i = begins.length - 1; i > 0 && begins[i]! >= at - this.longestAttempt - longest; i--) {
      longest = Math.max(longest, begins[i]! - begins[i - 1]!);
    }
    return longest;
  }
}

/** Between the last attempt that began before the last success and the first one after it. */
function firstPause({ begins: [last = 0, next = last] }: Return): number {
  return next - last;
}

/**
 * Time without service in milliseconds, of the worst of several services, all outages of one added; null where one had
 * not ended.
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
