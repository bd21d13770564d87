import type { EvidenceSeries, Repetition } from '../../evidence/evidence';
import { pause, within } from './clock';
import type { FailoverConfig } from './config';
import { LAST_LOOK_MS, LOOK_MS, type RunContext } from './context';
import type { DrillDatabase } from './database';
import { lookAfter, UNKNOWN_AFTERMATH, type Aftermath } from './facts';
import { describeForOperator } from './handover';
import { compareLedger, WriterLedger, type Comparison } from './ledger';
import type { Load } from './load';
import type { Observer } from './observer';
import type { ClusterFacts } from './preconditions';
import type { RecordedSeries } from './record';
import { readStored } from './table';
import { judge } from './verdict';

/** A million rows take the server this long at most to sum up. */
const COMPARE_MS = 60_000;
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
  const series = recorded(load, failover);
  const { firstFailure, ...judgement } = judge(
    {
      triggeredAt: finished.triggeredAt,
      primaryBefore: before,
      primaryAfter: after.primary,
      timelineBefore: facts.cluster.status?.timelineID ?? 0,
      timelineAfter: after.timeline,
      series,
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
      const timeoutMs = run.signal.aborted ? LAST_LOOK_MS : COMPARE_MS;
      const stored = await database.use(database.primary, timeoutMs, (client) => readStored(client, table));
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
  const bound = run.signal.aborted ? LAST_LOOK_MS : 3 * LOOK_MS;
  const look = lookAfter(run, database, failover, before, table, Math.min(bound, LOOK_MS));
  return within(look, bound, 'the last look').catch(() => UNKNOWN_AFTERMATH);
}

async function handOver(run: RunContext, { failover, load, recovered }: Finished): Promise<readonly string[]> {
  const bound = run.signal.aborted ? LAST_LOOK_MS : 2 * LOOK_MS;
  const notes = await within(
    describeForOperator(run, failover, load, recovered),
    bound,
    'the look for the handover',
  ).catch((error: unknown) => [String(error)]);
  notes.forEach((note) => run.log('handover', note));
  return notes;
}

function recorded(load: Load, failover: FailoverConfig): RecordedSeries[] {
  return load.series.map(({ name, kind, bands, slowMs }) => {
    const probe = failover.probes.find((p) => `probe ${p.name}` === name);
    return { name, kind, bands, slowMs, health: probe?.health ?? false };
  });
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
