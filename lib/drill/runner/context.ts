import type { Evidence } from '../../evidence/evidence';
import { race, type Clock } from './clock';
import type { RunnerConfig } from './config';
import type { KubernetesClient } from './kubernetes';
import type { Log } from './log';

/** The edges of a run. */
export interface RunContext {
  readonly config: RunnerConfig;
  readonly kubernetes: KubernetesClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly runId: string;
  /** Who runs: the pod's name. */
  readonly holder: string;
  /** Node that this runs on; undefined where nobody says. */
  readonly node: string | undefined;
  /** Fires on SIGTERM: stop everything, clean up, report. */
  readonly signal: AbortSignal;
}

/** Evidence without what every document has. */
export type Findings = Omit<
  Evidence,
  | 'schema'
  | 'drill'
  | 'runId'
  | 'service'
  | 'platform'
  | 'startedAt'
  | 'finishedAt'
  | 'expiresAt'
  | 'manifestsDigest'
  | 'runnerDigest'
  | 'previousDigest'
  | 'digest'
>;

/** How long one look at the database or the API may take, milliseconds. */
export const LOOK_MS = 5000;
/** The same once a signal has fired: the runner promises to be gone 10 s later. */
export const LAST_LOOK_MS = 1000;

/**
 * Does `work`, which should end when its signal fires: after `ms`, or `lastMs` after the run was told to stop.
 * @throws with `what` if it has not ended then; what was begun goes on by itself
 */
export async function patiently<T>(
  stop: AbortSignal,
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  lastMs = LAST_LOOK_MS,
): Promise<T> {
  const late = new AbortController();
  const from = performance.now();
  const timers = [setTimeout(() => late.abort(), stop.aborted ? Math.min(ms, lastMs) : ms)];
  const hurry = () => void timers.push(setTimeout(() => late.abort(), lastMs));
  stop.addEventListener('abort', hurry, { once: true });
  try {
    return await race(
      work(late.signal),
      late.signal,
      () => new Error(`${what} took more than ${Math.round(performance.now() - from)} ms`),
    );
  } finally {
    timers.forEach(clearTimeout);
    stop.removeEventListener('abort', hurry);
  }
}
