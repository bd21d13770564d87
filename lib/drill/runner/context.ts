import type { Evidence } from '../../evidence/evidence';
import type { Clock } from './clock';
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
/** The same once a signal has fired: Kubernetes gives a pod 30 s, the runner promises 10 s. */
export const LAST_LOOK_MS = 1200;
