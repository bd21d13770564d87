import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from '../../lib/evidence/evidence';
import { systemClock, type Clock } from '../../lib/drill/runner/clock';
import type { FailoverConfig, RunnerConfig } from '../../lib/drill/runner/config';
import { KubernetesClient } from '../../lib/drill/runner/kubernetes';
import { runFailover } from '../../lib/drill/runner/run';
import { httpTransport } from '../../lib/drill/runner/transport';
import { CLUSTER, NAMESPACE, type Bed } from './fake-operator';

/** One line of the runner's log. */
export interface LogLine {
  readonly time: string;
  readonly event: string;
  readonly message: string;
  readonly evidence?: Evidence;
}

/** What a run left. */
export interface Outcome {
  readonly code: number;
  readonly evidence: Evidence;
  readonly lines: readonly LogLine[];
  readonly termination: string;
}

/** What a test changes of the configuration that fits the bed. */
export interface DrillOptions {
  readonly config?: Partial<RunnerConfig>;
  readonly failover?: Partial<FailoverConfig>;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Node that the drill runs on. */
  readonly node?: string;
  /** How long one request to Kubernetes may take. */
  readonly timeoutMs?: number;
  /** Told each line as it is written. */
  readonly onLine?: (line: LogLine) => void;
}

/** Load that three drills side by side and two cores bear. */
export const BED_LOAD: FailoverConfig['load'] = {
  writers: 3,
  readers: 2,
  intervalMs: 10,
  attemptTimeoutMs: 3000,
  silenceMs: 1000,
  baselineSeconds: 0.4,
  settleSeconds: 0.1,
};

/** A configuration for the bed: the same as in a cluster, with short times. */
export function bedConfig(bed: Bed, options: Pick<DrillOptions, 'config' | 'failover'> = {}): RunnerConfig {
  const tokenFile = join(bed.database.folder, 'token');
  writeFileSync(tokenFile, `${bed.kubernetes.token}\n`);
  const probe = { intervalMs: 100, timeoutMs: 3000 };
  return {
    version: 1,
    service: 'state-hub',
    platform: 'threephoenix',
    namespace: NAMESPACE,
    manifestsDigest: `sha256:${'0'.repeat(64)}`,
    kubernetes: { url: bed.kubernetes.url, tokenFile },
    evidence: { configMap: 'state-hub-drill-failover', keep: 10, expiresAfterSeconds: 3600 },
    failover: {
      mode: 'deletePrimary',
      cluster: CLUSTER,
      lease: { name: 'state-hub-drill', seconds: 2 },
      repetitions: 1,
      failureClass: 'instanceLoss',
      objective: { rpoSeconds: 0, rtoSeconds: 10 },
      prediction: { typicalSeconds: 2, worstSeconds: 8 },
      database: {
        name: 'phoenix_drill',
        user: 'phoenix_drill',
        host: 'localhost',
        readOnlyHost: 'localhost',
        port: bed.database.rw.port,
        readOnlyPort: bed.database.ro.port,
        instancePort: bed.database.port,
        ...(bed.tls && { tls: bed.database.mounted }),
      },
      load: BED_LOAD,
      probes: [
        { name: 'health', url: `${bed.service.url}/state/health`, health: true, ...probe },
        {
          name: 'summary',
          url: `${bed.service.url}/state/summary`,
          health: false,
          bodyMatches: '"episodes":50',
          ...probe,
        },
      ],
      apiPods: 'app.kubernetes.io/name=state-hub-api',
      bounds: { recoverySeconds: 15, redundancySeconds: 15, armSeconds: 3 },
      preconditions: { synchronous: true, archiving: true, backupMaxAgeSeconds: 7200 },
      ...options.failover,
    },
    ...options.config,
  };
}

/** A machine that is busy with other tests can be too slow for steady load; nothing was touched then. */
export const TOO_BUSY =
  /^load-not-steady: .*(timeout|no answer within|without a success|status 503|only \d+ successes)/;

/** Runs the failover drill in this process, against the bed. */
export async function drill(bed: Bed, options: DrillOptions = {}): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await drillOnce(bed, options);
    if (attempt === 4 || !TOO_BUSY.test(outcome.evidence.reason)) {
      return outcome;
    }
  }
}

async function drillOnce(bed: Bed, options: DrillOptions): Promise<Outcome> {
  const lines: LogLine[] = [];
  let termination = '';
  const config = bedConfig(bed, options);
  const code = await runFailover({
    config,
    kubernetes: new KubernetesClient(
      httpTransport({ url: bed.kubernetes.url, token: () => readFileSync(config.kubernetes.tokenFile, 'utf8') }),
      { timeoutMs: options.timeoutMs ?? 5000 },
    ),
    runnerDigest: `sha256:${'1'.repeat(64)}`,
    holder: 'drill-pod',
    node: options.node ?? 'operator-machine',
    clock: options.clock ?? systemClock(),
    signal: options.signal ?? new AbortController().signal,
    writeLine: (text) => {
      const line = JSON.parse(text) as LogLine;
      lines.push(line);
      options.onLine?.(line);
    },
    writeTermination: (text) => {
      termination = text;
    },
  });
  const evidence = lines.findLast((line) => line.evidence !== undefined)?.evidence;
  if (evidence === undefined) {
    throw new Error(`the run left no evidence:\n${lines.map((line) => line.message).join('\n')}`);
  }
  return { code, evidence, lines, termination };
}

/** The failed checks of a run, preconditions included. */
export function failures(evidence: Evidence): string[] {
  const checks = [...evidence.preconditions, ...evidence.repetitions.flatMap((r) => r.checks), ...evidence.checks];
  return checks.filter((check) => !check.ok).map((check) => `${check.name}: ${check.observed}`);
}

/** Evidence in the ConfigMap, oldest first. */
export function storedEvidence(bed: Bed): string[] {
  const map = bed.kubernetes.find(`/api/v1/namespaces/${NAMESPACE}/configmaps/state-hub-drill-failover`);
  const data = (map?.['data'] ?? {}) as Record<string, string>;
  return Object.keys(data)
    .sort()
    .map((key) => data[key]!);
}

/** What a drill must not leave: tables, sessions, its Lease. */
export async function leftBehind(bed: Bed): Promise<string[]> {
  const tables = await bed.database.drillTables();
  // A closed connection's backend needs a moment to notice.
  let sessions: { query: string }[] = [];
  for (let i = 0; i < 20; i++) {
    sessions = await bed.database.primary.query<{ query: string }>(
      `select query from pg_stat_activity where usename = 'phoenix_drill'`,
    );
    if (sessions.length === 0) {
      break;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  const leases = bed.kubernetes.list(`/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`);
  return [
    ...tables.map((row) => `table ${row.name}`),
    ...sessions.map((row) => `session: ${row.query}`),
    ...leases.map((lease) => `Lease ${lease.metadata.name}`),
  ];
}
