import { setTimeout as wait } from 'node:timers/promises';

/** Time, as a parameter. */
export interface Clock {
  /** Milliseconds since the start of the run; never jumps. */
  now(): number;
  /** Time of day, which may jump. */
  wall(): Date;
}

/** A signal told the run to end. */
export class Stopped extends Error {
  public override readonly name = 'Stopped';
  public constructor() {
    super('stopped by a signal');
  }
}

/** The clocks of this machine. */
export function systemClock(): Clock {
  const start = performance.now();
  return { now: () => performance.now() - start, wall: () => new Date() };
}

/** Waits; ends early and without an error when `signal` fires. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await wait(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}

/**
 * Polls until `condition` holds. Returns false when the bound or the signal comes first, also while the condition is
 * still being found out.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  boundMs: number,
  signal: AbortSignal,
  everyMs = 50,
): Promise<boolean> {
  const end = performance.now() + boundMs;
  while (!signal.aborted) {
    if (await stoppable(Promise.resolve(condition()), signal).catch(() => false)) {
      return true;
    }
    if (performance.now() >= end) {
      return false;
    }
    await pause(everyMs, signal);
  }
  return false;
}

/** @throws Stopped as soon as the signal fires; what was begun goes on by itself */
export async function stoppable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return race(work, signal, () => new Stopped());
}

/** @throws with `what` if it takes longer; what was begun goes on by itself */
export async function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ms);
  return race(work, late.signal, () => new Error(`${what} took more than ${ms} ms`)).finally(() => clearTimeout(timer));
}

/** @throws `error` as soon as the signal fires; what was begun goes on by itself */
export async function race<T>(work: Promise<T>, signal: AbortSignal, error: () => Error): Promise<T> {
  return new Promise((done, failed) => {
    const stop = () => failed(error());
    signal.addEventListener('abort', stop, { once: true });
    work.then(done, failed).finally(() => signal.removeEventListener('abort', stop));
    if (signal.aborted) {
      stop();
    }
  });
}
