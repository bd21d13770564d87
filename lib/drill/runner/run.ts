import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { seal } from '../../evidence/digest';
import type { Evidence, Verdict } from '../../evidence/evidence';
import { systemClock } from './clock';
import type { RunnerConfig } from './config';
import type { Findings, RunContext } from './context';
import { EvidenceStore, terminationMessage } from './evidence-store';
import { FailoverDrill, type FailoverResult } from './failover';
import { KubernetesClient } from './kubernetes';
import { Lease, LeaseHeld } from './lease';
import { jsonLog } from './log';
import { readinessEvidence } from './readiness';
import { httpTransport } from './transport';
import { spread } from './verdict';

/** The edges of the program. */
export interface DrillRun {
  readonly subcommand: 'failover' | 'readiness';
  readonly config: RunnerConfig;
  readonly runnerDigest: string;
  /** Who holds the Lease: the pod's name. */
  readonly holder: string;
  readonly signal: AbortSignal;
  readonly writeLine: (line: string) => void;
  readonly writeTermination: (text: string) => void;
}

/** Runs one drill from the Lease to the evidence. Returns the exit code: 0 passed, 1 failed, 2 aborted, 3 not cleaned up. */
export async function runDrill(drill: DrillRun): Promise<0 | 1 | 2 | 3> {
  const { config, signal } = drill;
  const clock = systemClock();
  const started = clock.wall();
  const runId = makeRunId(started);
  const log = jsonLog(drill.writeLine, () => clock.wall());
  const { url, tokenFile, caFile } = config.kubernetes;
  const transport = httpTransport({
    url,
    token: () => readFileSync(tokenFile, 'utf8'),
    ...(caFile !== undefined && { ca: () => readFileSync(caFile) }),
  });
  const kubernetes = new KubernetesClient(transport);
  const run: RunContext = { config, kubernetes, clock, log, runId, signal };
  log('start', `${drill.subcommand} drill of ${config.service} on ${config.platform}`, { runId });
  const findings = drill.subcommand === 'failover' ? await failover(run, drill.holder) : await readinessEvidence(run);

  const store = new EvidenceStore(kubernetes, { namespace: config.namespace, ...config.evidence });
  const finished = clock.wall();
  const build = (previousDigest: string | null, findings: Findings): Evidence =>
    seal({
      schema: 'cdk8s-phoenix/evidence/v1',
      drill: drill.subcommand,
      runId,
      service: config.service,
      platform: config.platform,
      startedAt: started.toISOString(),
      finishedAt: finished.toISOString(),
      expiresAt: new Date(finished.getTime() + config.evidence.expiresAfterSeconds * 1000).toISOString(),
      manifestsDigest: config.manifestsDigest,
      runnerDigest: drill.runnerDigest,
      ...findings,
      previousDigest,
    });
  let evidence: Evidence;
  try {
    evidence = build(await store.previousDigest(), findings);
    await store.add(evidence);
  } catch (error) {
    const note = `evidence was not stored in ConfigMap ${config.evidence.configMap}: ${(error as Error).message}`;
    log('evidence', note);
    evidence = build(null, { ...findings, cleanup: { ok: false, notes: [...findings.cleanup.notes, note] } });
  }
  log('evidence', `${evidence.verdict}: ${evidence.reason}`, { evidence });
  drill.writeTermination(terminationMessage(evidence));
  return exitCode(evidence.verdict, evidence.cleanup.ok);
}

export function exitCode(verdict: Verdict, cleanedUp: boolean): 0 | 1 | 2 | 3 {
  return verdict === 'failed' ? 1 : verdict === 'aborted' ? 2 : cleanedUp ? 0 : 3;
}

async function failover(run: RunContext, holder: string): Promise<Findings> {
  const { config, kubernetes, clock, signal, log, runId } = run;
  const lease = new Lease(kubernetes, clock, { namespace: config.namespace, ...config.lease }, `${holder}_${runId}`);
  const drill = new FailoverDrill(run);
  const ticking = setInterval(() => drill.progress(), 1000);
  let result: FailoverResult = {
    aborted: undefined,
    preconditions: [],
    repetitions: [],
    facts: undefined,
    handover: [],
  };
  const notes: string[] = [];
  let held = false;
  try {
    await lease.acquire(signal);
    held = true;
    result = await drill.execute();
  } catch (error) {
    const text = error instanceof LeaseHeld ? `lease-held: ${error.message}` : (error as Error).message;
    log('error', text);
    result = { ...result, aborted: text };
  } finally {
    if (held) {
      notes.push(...(await drill.cleanUp()));
      await lease.release().catch((error: unknown) => notes.push(`the Lease was not given back: ${String(error)}`));
    }
    clearInterval(ticking);
  }
  return failoverFindings(config, result, notes, drill.triggered);
}

function failoverFindings(
  config: RunnerConfig,
  result: FailoverResult,
  notes: readonly string[],
  triggered: boolean,
): Findings {
  const { repetitions, facts } = result;
  const failover = config.failover!;
  const failed = repetitions.find((r) => r.verdict !== 'passed')?.checks.find((c) => !c.ok);
  const complete = result.aborted === undefined && repetitions.length === failover.repetitions;
  // Once a primary was taken away, a run that stops is a failed one.
  const verdict: Verdict = failed === undefined && complete ? 'passed' : triggered ? 'failed' : 'aborted';
  const writeOutage = spread(repetitions.map((r) => r.writeOutageMs));
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  const reason =
    failed !== undefined
      ? `${failed.name}: expected ${failed.expected}, observed ${failed.observed}`
      : verdict === 'passed'
        ? `writes were back after ${seconds(writeOutage?.worst ?? 0)} at worst, no acknowledged write lost beyond the objective`
        : (result.aborted ?? 'stopped by a signal');
  const { typicalSeconds, worstSeconds } = failover.prediction;
  return {
    mode: failover.mode,
    verdict,
    reason,
    clusterUid: facts?.cluster.metadata.uid ?? null,
    versions: {
      postgres: facts?.replication?.version ?? null,
      operator: facts?.pods[0]?.metadata.annotations?.['cnpg.io/operatorVersion'] ?? null,
      kubernetes: null,
    },
    imageDigests: [...new Set(facts?.pods.flatMap((p) => p.status?.containerStatuses?.map((c) => c.imageID ?? '') ?? []))].filter(Boolean).sort(), // prettier-ignore
    preconditions: result.preconditions,
    objective: { failureClass: failover.failureClass, ...failover.objective },
    prediction: {
      typicalSeconds,
      worstSeconds,
      held: writeOutage === null ? null : writeOutage.worst <= worstSeconds * 1000,
    },
    spread: {
      writeOutage,
      readOutage: spread(repetitions.map((r) => r.readOutageMs)),
      apiOutage: spread(repetitions.map((r) => r.apiOutageMs)),
    },
    repetitions,
    inventory: [],
    checks: [],
    handover: result.handover,
    cleanup: { ok: notes.length === 0, notes },
  };
}

/** Sorts by time, also as a ConfigMap key. */
function makeRunId(time: Date): string {
  const stamp = time.toISOString().slice(0, 19).replace(/[-:]/g, '').toLowerCase();
  return `${stamp}-${randomBytes(3).toString('hex')}`;
}
