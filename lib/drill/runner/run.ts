import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { seal } from '../../evidence/digest';
import type { Evidence } from '../../evidence/evidence';
import { exitCodeOf, type DrillExitCode } from '../../evidence/exit-code';
import { type Clock } from './clock';
import type { RunnerConfig } from './config';
import { LOOK_MS, patiently, type Findings, type RunContext } from './context';
import { EvidenceStore, previousDigest } from './evidence-store';
import { FailoverDrill } from './failover';
import { failoverFindings } from './findings';
import type { KubernetesClient } from './kubernetes';
import { jsonLog } from './log';
import { checkReadiness } from './readiness';
import { terminationMessage } from './termination';

/** The edges of the program. */
export interface DrillRun {
  readonly config: RunnerConfig;
  readonly kubernetes: KubernetesClient;
  readonly runnerDigest: string;
  /** Who holds the Lease: the pod's name. */
  readonly holder: string;
  /** Node that this runs on; undefined where nobody says. */
  readonly node: string | undefined;
  readonly clock: Clock;
  /** Fires on SIGTERM. */
  readonly signal: AbortSignal;
  readonly writeLine: (line: string) => void;
  readonly writeTermination: (text: string) => void;
}

/** By the verdict, see `exitCodeOf`. */
export type ExitCode = DrillExitCode;

/** Runs the failover drill from the Lease to the evidence. */
export function runFailover(drill: DrillRun): Promise<ExitCode> {
  return runDrill(drill, 'failover', async (run) => {
    const failover = new FailoverDrill(run);
    const ticking = setInterval(() => failover.progress(), 1000);
    const result = await failover.execute().finally(() => clearInterval(ticking));
    return failoverFindings(run.config.failover!, result);
  });
}

/** Runs the readiness check, which needs no Lease: it changes nothing. */
export function runReadinessCheck(drill: DrillRun): Promise<ExitCode> {
  return runDrill(drill, 'readiness', checkReadiness);
}

/** What all drills share: the edges before, the evidence and the exit code after. */
export async function runDrill(
  drill: DrillRun,
  name: Evidence['drill'],
  work: (run: RunContext) => Promise<Findings>,
): Promise<ExitCode> {
  const { config, kubernetes, clock, signal, holder, node } = drill;
  setMaxListeners(0, signal);
  const started = clock.wall();
  const runId = makeRunId(started);
  const log = jsonLog(drill.writeLine, () => clock.wall());
  log('start', `${name} drill of ${config.service} on ${config.platform}, run ${runId}`, { runId });
  const findings = await work({ config, kubernetes, clock, log, runId, holder, node, signal });

  const build = (before: readonly Evidence[], found: Findings): Evidence => {
    const finished = clock.wall();
    const document = {
      schema: 'cdk8s-phoenix/evidence/v1' as const,
      drill: name,
      runId,
      service: config.service,
      platform: config.platform,
      startedAt: started.toISOString(),
      finishedAt: finished.toISOString(),
      expiresAt: new Date(finished.getTime() + config.evidence.expiresAfterSeconds * 1000).toISOString(),
      manifestsDigest: config.manifestsDigest,
      runnerDigest: drill.runnerDigest,
      ...found,
    };
    return seal({ ...document, previousDigest: previousDigest(before, document) });
  };
  let evidence: Evidence;
  try {
    evidence = await patiently(signal, 6 * LOOK_MS, 'storing it', (late) => {
      const store = new EvidenceStore(kubernetes.until(late), { namespace: config.namespace, ...config.evidence });
      return store.append((before) => build(before, findings));
    });
  } catch (error) {
    const note = `evidence was not stored in ConfigMap ${config.evidence.configMap}: ${(error as Error).message}`;
    log('error', note);
    const { ok, notes } = findings.cleanup;
    evidence = build([], { ...findings, cleanup: { ok: false, notes: ok ? [note] : [...notes, note] } });
  }
  log('evidence', `${evidence.verdict}: ${evidence.reason}`, { evidence });
  drill.writeTermination(terminationMessage(evidence));
  return exitCodeOf(evidence.verdict, evidence.cleanup.ok);
}

/** Sorts by time, also as a ConfigMap key. */
function makeRunId(time: Date): string {
  const stamp = time.toISOString().slice(0, 19).replace(/[-:]/g, '').toLowerCase();
  return `${stamp}-${randomBytes(3).toString('hex')}`;
}
