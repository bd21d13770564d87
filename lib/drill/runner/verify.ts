import type { EvidenceSeries, Repetition } from '../../evidence/evidence';
import { pause } from './clock';
import type { FailoverConfig, ProbeConfig } from './config';
import { LOOK_MS, patiently, type RunContext } from './context';
import type { DrillDatabase } from './database';
import { lookAfter, UNKNOWN_AFTERMATH, type Aftermath } from './facts';
import { describeForOperator } from './handover';
import { compareLedger, WriterLedger, type Comparison } from './ledger';
import type { Load } from './load';
import type { Observer } from './observer';
import type { ClusterFacts } from './preconditions';
import type { RecordedSeries, RecordedService } from './record';
import { readStored } from './table';
import { judge } from './verdict';

/** A million rows take the server this long at most to sum up. */
const COMPARE_MS = 60_000;
/** A health endpoint gets this long to notice an outage, beside the time that one answer takes. */
const HEALTH_NOTICE_MS = 1000;
/** Bands in one document, over all clients and repetitions: about 300 KB. */
const MAX_BANDS = 4000;

/** What a repetition hands to its verification, its load stopped. */
export interface Finished {
  readonly failover: FailoverConfig;
  readonly facts: ClusterFacts;
  readonly load: Load;
  readonly observer: Observer;
  readonly table: string;
  /** Ledgers of all writers so far: a later failover may lose what an earlier one kept. */
  readonly ledgers: ReadonlyMap<number, WriterLedger>;
  /** First writer of this repetition. */
  readonly writerBase: number;
  readonly triggeredAt: number;
  readonly recovered: boolean;
  readonly redundancyAt: number | null;
  readonly clockJumpMs: number;
}

/** Holds what clients know against what the cluster is, and judges. `handover` is empty where all is well. */
export async function verify(
  run: RunContext,
  database: DrillDatabase,
  finished: Finished,
): Promise<{ readonly repetition: Repetition; readonly handover: readonly string[] }> {
  const { failover, facts, load, observer } = finished;
  const before = facts.cluster.status?.currentPrimary ?? '';
  const [ledgers, after] = await Promise.all([
    compare(run, database, finished),
    lookBack(run, database, finished, before),
  ]);
  const endedAt = load.ended?.at ?? run.clock.now();
  const series = recordSeries(load);
  const { firstFailure, ...judgement } = judge(
    {
      triggeredAt: finished.triggeredAt,
      primaryBefore: before,
      primaryAfter: after.primary,
      timelineBefore: facts.cluster.status?.timelineID ?? 0,
      timelineAfter: after.timeline,
      series,
      services: recordServices(load, failover, endedAt),
      endedAt,
      lastErrors: load.lastErrors,
      ledgers,
      roles: observer.roles,
      redundancyAt: finished.redundancyAt,
      clusterState: after.state,
      exPrimaryStreaming: after.streaming.includes(before),
      exPrimaryWrite: after.exPrimaryWrite,
      synchronousAfter: after.synchronous,
      clockJumpMs: finished.clockJumpMs,
      interrupted: run.signal.aborted ? 'stopped by a signal' : undefined,
    },
    failover,
  );
  const handover = firstFailure === undefined ? [] : await handOver(run, finished);
  return { repetition: { ...judgement, marks: [...observer.marks], series: kept(run, series, failover) }, handover };
}

async function compare(run: RunContext, database: DrillDatabase, finished: Finished): Promise<Comparison[]> {
  const { table, ledgers, writerBase } = finished;
  for (let attempt = 1; ; attempt++) {
    try {
      const stored = await patiently(run.signal, COMPARE_MS, 'reading the ledger', (late) =>
        database.use(database.primary, COMPARE_MS, (client) => readStored(client, table), late),
      );
      const writers = [...new Set([...ledgers.keys(), ...stored.keys()])].sort((a, b) => a - b);
      return writers.map((writer) => {
        const found = stored.get(writer) ?? { present: [], duplicated: [] };
        const comparison = compareLedger(writer, ledgers.get(writer) ?? new WriterLedger(), found);
        // Counted by the repetition whose writer it was.
        return writer < writerBase ? { ...comparison, indeterminatePresent: 0, causes: new Map() } : comparison;
      });
    } catch (error) {
      run.log('error', `the ledger could not be compared: ${(error as Error).message}`);
      if (attempt === 3 || run.signal.aborted) {
        return [];
      }
      await pause(1000, run.signal);
    }
  }
}

function lookBack(
  run: RunContext,
  database: DrillDatabase,
  { failover, table }: Finished,
  before: string,
): Promise<Aftermath> {
  return patiently(run.signal, 3 * LOOK_MS, 'the last look', (late) =>
    lookAfter({ ...run, kubernetes: run.kubernetes.until(late) }, database, failover, before, table, late),
  ).catch(() => UNKNOWN_AFTERMATH);
}

async function handOver(run: RunContext, { failover, load, recovered }: Finished): Promise<readonly string[]> {
  const notes = await patiently(run.signal, 2 * LOOK_MS, 'the look for the handover', (late) =>
    describeForOperator({ ...run, kubernetes: run.kubernetes.until(late) }, failover, load, recovered),
  ).catch((error: unknown) => [String(error)]);
  notes.forEach((note) => run.log('handover', note));
  return notes;
}

function recordSeries({ series, ended }: Load): RecordedSeries[] {
  return series.map((s) => ({
    name: s.name,
    kind: s.kind,
    bands: s.bands,
    tally: s.tally,
    up: ended?.up.has(s) ?? false,
  }));
}

function recordServices(load: Load, failover: FailoverConfig, endedAt: number): RecordedService[] {
  return load.services.map((service) => ({
    name: service.name,
    kind: service.kind,
    outages: service.until(endedAt),
    widestSince: service.widest?.from,
    silenceMs: service.silenceMs,
    errorMs: service.errorMs,
    noticeMs: noticeMs(failover.probes.find((probe) => `probe ${probe.name}` === service.name)),
  }));
}

/** An answer that is under way when the service goes may still come; the next one must tell. */
function noticeMs(probe: ProbeConfig | undefined): number | undefined {
  return probe?.health === true ? probe.timeoutMs + probe.intervalMs + HEALTH_NOTICE_MS : undefined;
}

/** The bands that go into the document: a client that flaps for an hour must not make it too large to store. */
function kept(run: RunContext, series: readonly RecordedSeries[], failover: FailoverConfig): EvidenceSeries[] {
  const most = Math.max(10, Math.floor(MAX_BANDS / series.length / failover.repetitions));
  return series.map(({ name, kind, bands }) => {
    if (bands.length > most) {
      run.log('evidence', `${name}: the first ${most} of ${bands.length} bands are kept`);
    }
    const rounded = bands
      .slice(0, most)
      .map(({ outcome, from, to, count }) => ({ outcome, from: round(from), to: round(to), count }));
    return { name, kind, bands: rounded };
  });
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
