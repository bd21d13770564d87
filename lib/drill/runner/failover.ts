import type { EvidenceCheck, Repetition } from '../../evidence/evidence';
import { pause, stoppable, Stopped, until, within } from './clock';
import type { FailoverConfig } from './config';
import { LAST_LOOK_MS, LOOK_MS, patiently, type RunContext } from './context';
import { APPLICATION, DrillDatabase } from './database';
import type { Client } from 'pg';
import { gatherFacts, kubernetesVersion } from './facts';
import { Lease, LeaseHeld } from './lease';
import type { WriterLedger } from './ledger';
import { check, checkPreconditions, type ClusterFacts } from './preconditions';
import { Probe } from './probe';
import { RepetitionRun, type RepetitionParts } from './repetition';
import { createTable, dropTable, isReplayed, sweepTables, tableName } from './table';
import { NotTriggered } from './trigger';

/** What all repetitions together found. */
export interface FailoverResult {
  /** Why it ended before its last repetition; undefined where it did not. */
  readonly ended: string | undefined;
  /** Whether a primary was, or may have been, taken away: from then on a run cannot be harmless. */
  readonly triggered: boolean;
  readonly preconditions: readonly EvidenceCheck[];
  readonly repetitions: readonly Repetition[];
  readonly checks: readonly EvidenceCheck[];
  readonly facts: ClusterFacts | undefined;
  readonly kubernetes: string | null;
  readonly handover: readonly string[];
  /** What could not be removed. */
  readonly leftovers: readonly string[];
}

/** Takes the primary away under load, as often as asked, and leaves nothing behind. */
export class FailoverDrill {
  private readonly failover: FailoverConfig;
  private readonly database: DrillDatabase;
  private readonly lease: Lease;
  private readonly application: string;
  private readonly table: string;
  private phase = 'lease';
  private current: RepetitionRun | undefined;
  private readonly ledgers = new Map<number, WriterLedger>();
  private preconditions: EvidenceCheck[] = [];
  private facts: ClusterFacts | undefined;
  private readonly repetitions: Repetition[] = [];
  private handover: readonly string[] = [];
  private triggered = false;
  private touched = false;

  public constructor(private readonly run: RunContext) {
    const { config, kubernetes, clock, holder, runId } = run;
    if (config.failover === undefined) {
      throw new Error(`the configuration has no 'failover'`);
    }
    this.failover = config.failover;
    this.application = `${APPLICATION}-${runId}`;
    this.database = new DrillDatabase(this.failover.database, this.application);
    this.table = tableName(runId);
    this.lease = new Lease(
      kubernetes,
      clock,
      { namespace: config.namespace, ...this.failover.lease },
      `${holder}_${runId}`,
    );
  }

  /** Never throws: what went wrong is in the result. */
  public async execute(): Promise<FailoverResult> {
    const version = kubernetesVersion(this.run);
    let ended: string | undefined;
    try {
      ended = (await this.takeLease()) ?? (await this.repeat());
    } catch (error) {
      this.run.log('error', (error as Error).message);
      ended = (error as Error).message;
    }
    if (this.triggered && !this.run.signal.aborted) {
      const confirmed = this.lease.confirm();
      await patiently(this.run.signal, LOOK_MS, 'renewing the Lease', () => confirmed).catch(() => undefined);
    }
    const leftovers = await this.cleanUp();
    const kept = check(
      'lease-kept',
      !this.lease.lost,
      'no other run took the Lease',
      this.lease.lost ? 'another run took it' : 'kept to the end',
    );
    const complete = this.repetitions.length === this.failover.repetitions;
    return {
      ended: ended ?? (this.run.signal.aborted && !complete ? new Stopped().message : undefined),
      triggered: this.triggered,
      preconditions: this.preconditions,
      repetitions: this.repetitions,
      checks: this.triggered ? [kept] : [],
      facts: this.facts,
      kubernetes: await within(version, 100, 'version').catch(() => null),
      handover: this.handover,
      leftovers,
    };
  }

  /** One line a second that a person can follow. */
  public progress(): void {
    const { ok, failed, indeterminate } = this.current?.writes ?? { ok: 0, failed: 0, indeterminate: 0 };
    const primary = this.current?.primary ?? this.facts?.cluster.status?.currentPrimary ?? '-';
    const elapsed = Math.round(this.run.clock.now() / 1000);
    this.run.log(
      'progress',
      `${this.phase} | ${elapsed} s | writes ${ok} ok, ${failed} failed, ${indeterminate} indeterminate | primary ${primary}`,
      { phase: this.phase, elapsed, ok, failed, indeterminate, primary },
    );
  }

  private async takeLease(): Promise<string | undefined> {
    const { name } = this.failover.lease;
    try {
      await stoppable(this.lease.acquire(this.run.signal), this.run.signal);
    } catch (error) {
      const observed = (error as Error).message;
      const what = error instanceof LeaseHeld ? 'lease-held' : 'lease-not-taken';
      this.preconditions.push(check('lease-taken', false, `Lease ${name} is free`, observed));
      return `${what}: ${observed}`;
    }
    this.preconditions.push(check('lease-taken', true, `Lease ${name} is free`, 'taken'));
    return undefined;
  }

  private async repeat(): Promise<string | undefined> {
    const { run, failover, database, table, lease, ledgers } = this;
    const taken = [...this.preconditions];
    const probes = failover.probes.map((config) => new Probe(config));
    const enter = (phase: string) => this.enter(phase);
    const parts: RepetitionParts = { run, failover, database, table, lease, probes, ledgers, enter };
    for (let i = 0; i < failover.repetitions; i++) {
      this.enter('preconditions');
      const unmet = await this.checkPreconditions(taken, i === 0 ? 0 : failover.bounds.redundancySeconds);
      if (unmet !== undefined) {
        return `${unmet.name}: expected ${unmet.expected}, observed ${unmet.observed}`;
      }
      const doubt = await stoppable(lease.confirm(), run.signal);
      if (doubt !== undefined) {
        return `lease-lost: ${doubt}`;
      }
      if (i === 0) {
        this.touched = true;
        await stoppable(this.sweepAndCreate(), run.signal);
      }
      const repetition = new RepetitionRun(parts, this.facts!);
      this.current = repetition;
      try {
        this.repetitions.push(await repetition.execute());
      } catch (error) {
        if (error instanceof NotTriggered) {
          return error.message;
        }
        throw error;
      } finally {
        await repetition.stop();
        this.triggered ||= repetition.triggered;
        this.handover = repetition.handover;
      }
      if (this.repetitions.at(-1)?.verdict !== 'passed' || run.signal.aborted) {
        return undefined;
      }
    }
    return undefined;
  }

  private enter(phase: string): void {
    this.phase = phase;
    this.run.log('phase', phase);
  }

  /** After a failover the operator needs a while to be done with it; before the first one nothing is waited for. */
  private async checkPreconditions(
    taken: readonly EvidenceCheck[],
    seconds: number,
  ): Promise<EvidenceCheck | undefined> {
    const { run, failover, database } = this;
    const unmet = async () => {
      this.facts = await stoppable(gatherFacts(run, database, failover), run.signal);
      this.preconditions = [...taken, ...checkPreconditions(this.facts, failover)];
      return this.preconditions.find((c) => !c.ok);
    };
    if (seconds > 0 && (await until(async () => (await unmet()) === undefined, seconds * 1000, run.signal, 500))) {
      return undefined;
    }
    return unmet();
  }

  private async sweepAndCreate(): Promise<void> {
    const { run, database, table } = this;
    const work = async (client: Client) => {
      const swept = await sweepTables(client);
      swept.forEach((name) => run.log('swept', `removed table ${name} of an earlier run`));
      const lsn = await createTable(client, table);
      if (!(await until(() => isReplayed(client, lsn), LOOK_MS, run.signal))) {
        throw new Error(`standby-lags: a standby has not replayed the ledger's table after ${LOOK_MS} ms`);
      }
    };
    await database.use(database.primary, 3 * LOOK_MS, work, run.signal);
  }

  /** Leaves nothing behind, whatever happened before; returns what could not be removed. */
  private async cleanUp(): Promise<string[]> {
    this.enter('clean up');
    const { signal } = this.run;
    const leftovers: string[] = [];
    if (this.touched) {
      const dropped = patiently(signal, 2 * LOOK_MS, 'removing it', (late) => this.dropTable(late), 2 * LAST_LOOK_MS);
      await dropped.catch((error: unknown) => {
        leftovers.push(
          `table ${this.table} could not be removed: ${(error as Error).message}; the next run removes it`,
        );
      });
    }
    const { name, seconds } = this.failover.lease;
    await patiently(signal, 2 * LOOK_MS, 'giving it back', () => this.lease.release()).catch((error: unknown) => {
      leftovers.push(`Lease ${name}: ${(error as Error).message}; it expires after ${seconds} s`);
    });
    return leftovers;
  }

  private async dropTable(late: AbortSignal): Promise<void> {
    const { run, database, table, application } = this;
    for (;;) {
      try {
        await database.use(database.primary, LOOK_MS, (client) => dropTable(client, table, application), late);
        run.log('cleanup', `removed table ${table}`);
        return;
      } catch (error) {
        // In the middle of a failover nobody takes the connection for a while.
        await pause(200, late);
        if (late.aborted) {
          throw error;
        }
      }
    }
  }
}
