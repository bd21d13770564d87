import { setTimeout as wait } from 'node:timers/promises';

/** Time, as a parameter. */
export interface Clock {
  /** Milliseconds since the start of the run; never jumps. */
  now(): number;
  /** Time of day, which may jump. */
  wall(): Date;
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

/** Polls until `condition` holds. Returns false when the bound or the signal comes first. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  boundMs: number,
  signal: AbortSignal,
  everyMs = 50,
): Promise<boolean> {
  const end = performance.now() + boundMs;
  while (!signal.aborted) {
    if (await condition()) {
      return true;
    }
    if (performance.now() >= end) {
      return false;
    }
    await pause(everyMs, signal);
  }
  return false;
}
