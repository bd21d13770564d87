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
  /** Fires on SIGTERM: stop everything, clean up, report. */
  readonly signal: AbortSignal;
}

/** Evidence without what every document has. */
export type Findings = Omit<
  Evidence,
  'schema' | 'drill' | 'runId' | 'service' | 'platform' | 'startedAt' | 'finishedAt' | 'expiresAt' | 'manifestsDigest' | 'runnerDigest' | 'previousDigest' | 'digest' // prettier-ignore
>;
