import type { EvidenceSeries, Repetition } from '../../evidence/evidence';
import { readReplication } from './cluster';
import { pause, until, within } from './clock';
import type { FailoverConfig } from './config';
import { LAST_LOOK_MS, LOOK_MS, type RunContext } from './context';
import type { DrillDatabase } from './database';
import { lookAfter, UNKNOWN_AFTERMATH } from './facts';
import { describeForOperator } from './handover';
import { compareLedger, type Comparison } from './ledger';
import { Load } from './load';
import { Observer } from './observer';
import { HEALTHY, type ClusterFacts } from './preconditions';
import type { Outcome } from './series';
import { readStored } from './table';
import { NotTriggered, trigger } from './trigger';
import { judge, type RecordedSeries } from './verdict';

/** A million rows take the server this long at most to sum up. */
const COMPARE_MS = 60_000;
/** Clients have connected and succeeded five times by then, or something is wrong. */
const WARM_UP_MS = 10_000;
/** Bands in one document, over all clients and repetitions: about 300 KB. */
const MAX_BANDS = 4000;

/** One failover: load, trigger, observe, verify. */
export class RepetitionRun {
  public phase = 'load';
  /** Whether a primary was, or may have been, taken away. */
  public triggered = false;
  /** What a person needs where it did not end well. */
  public handover: readonly string[] = [];
  private readonly failover: FailoverConfig;
  private readonly observer: Observer;
  private readonly load: Load;
  private readonly before: string;
  private readonly wallStart: number;

  public constructor(
    private readonly run: RunContext,
    private readonly database: DrillDatabase,
    private readonly table: string,
    private readonly facts: ClusterFacts,
    private readonly writerBase: number,
  ) {
    const { clock, kubernetes, config } = run;
    this.failover = config.failover!;
    this.before = facts.cluster.status?.currentPrimary ?? '';
    this.wallStart = clock.wall().getTime() - clock.now();
    this.enter('load');
    this.observer = new Observer(kubernetes, database, config.namespace, this.failover, clock);
    this.load = new Load(clock, database, this.failover, table, writerBase);
  }

  public get primary(): string | undefined {
    return this.observer.cluster?.status?.currentPrimary;
  }

  public get writes(): Record<Outcome, number> {
    const { load } = this;
    return { ok: load.writes('ok'), failed: load.writes('failed'), indeterminate: load.writes('indeterminate') };
  }

  /** @throws NotTriggered when it is certain that nothing was done */
  public async execute(): Promise<Repetition> {
    const { signal, clock } = this.run;
    await this.baseline();
    const triggeredAt = await this.pull();
    const left = (seconds: number) => seconds * 1000 - (clock.now() - triggeredAt);
    const { recoverySeconds, redundancySeconds } = this.failover.bounds;

    this.enter('observe');
    const recovered = await until(() => this.served(), left(recoverySeconds), signal);
    if (recovered) {
      this.observer.mark('clients served again');
    }
    // Without service there is no redundancy to wait for: say so now and take the load away.
    const redundant = recovered && (await until(() => this.redundant(), left(redundancySeconds), signal, 250));
    const redundancyAt = redundant ? clock.now() : null;
    if (redundant) {
      this.observer.mark('all instances back');
      this.enter('settle');
      await pause(this.failover.load.settleSeconds * 1000, signal);
    }
    return this.verify(triggeredAt, recovered, redundancyAt);
  }

  /** Stops the load; safe to call at any point. */
  public async stop(): Promise<void> {
    await Promise.all([this.load.stop(this.run.signal.aborted ? 300 : undefined), this.observer.stop()]);
  }

  private async baseline(): Promise<void> {
    const { clock, signal } = this.run;
    const { load } = this;
    const bad = () => load.series.find((s) => s.count('ok') !== s.count());
    const slow = () => load.series.find((s) => !s.upAt(clock.now()));
    await until(() => bad() !== undefined || slow() === undefined, WARM_UP_MS, signal);
    if (bad() === undefined && slow() === undefined) {
      await pause(this.failover.load.baselineSeconds * 1000, signal);
    }
    if (signal.aborted) {
      throw new NotTriggered('stopped by a signal before the trigger');
    }
    const unsteady = bad() ?? slow();
    if (unsteady !== undefined) {
      const why = load.lastErrors.get(unsteady.name) ?? `only ${unsteady.count('ok')} successes so far`;
      throw new NotTriggered(`load-not-steady: ${unsteady.name} before the trigger: ${why}`);
    }
  }

  /** Returns when the primary was taken away. */
  private async pull(): Promise<number> {
    const { run, failover, observer, load, before } = this;
    const { clock } = run;
    this.enter('trigger');
    const armedAt = clock.now();
    observer.mark(`trigger: ${failover.mode} ${before}`);
    try {
      await trigger(run.kubernetes, {
        namespace: run.config.namespace,
        config: failover,
        primary: before,
        observer,
        signal: run.signal,
        wall: () => clock.wall(),
        writesDown: () => load.series.some((s) => s.kind === 'write' && !s.upAt(clock.now())),
        tell: (message) => run.log('armed', message),
      });
    } catch (error) {
      this.triggered = !(error instanceof NotTriggered);
      throw error;
    }
    this.triggered = true;
    if (failover.mode !== 'external') {
      return armedAt;
    }
    const pulledAt = Math.max(armedAt, load.downSince() ?? clock.now());
    observer.mark('the plug was pulled', pulledAt);
    return pulledAt;
  }

  private served(): boolean {
    const now = this.primary;
    return now !== undefined && now !== this.before && this.load.series.every((s) => s.upAt(this.run.clock.now()));
  }

  private async redundant(): Promise<boolean> {
    const { cluster } = this.observer;
    const wanted = cluster?.spec.instances ?? 0;
    if (cluster?.status?.phase !== HEALTHY || cluster.status.readyInstances !== wanted) {
      return false;
    }
    try {
      const { streaming } = await readReplication(this.database, LAST_LOOK_MS);
      return streaming.includes(this.before) && streaming.length === wanted - 1;
    } catch {
      return false;
    }
  }

  private async verify(triggeredAt: number, recovered: boolean, redundancyAt: number | null): Promise<Repetition> {
    this.enter('verify');
    const { run, failover, observer, load, before } = this;
    const { clock, signal } = run;
    await this.stop();
    const [ledgers, after] = await Promise.all([
      this.compare(signal.aborted ? LAST_LOOK_MS : COMPARE_MS),
      this.lookBack(signal.aborted ? LAST_LOOK_MS : LOOK_MS),
    ]);
    const series = this.recorded();
    const { firstFailure, ...judgement } = judge(
      {
        triggeredAt,
        primaryBefore: before,
        primaryAfter: after.primary,
        timelineBefore: this.facts.cluster.status?.timelineID ?? 0,
        timelineAfter: after.timeline,
        series,
        lastErrors: load.lastErrors,
        ledgers,
        roles: observer.roles,
        redundancyAt,
        clusterState: after.state,
        exPrimaryStreaming: after.streaming.includes(before),
        exPrimaryWrite: after.exPrimaryWrite,
        synchronousAfter: after.synchronous,
        clockJumpMs: clock.wall().getTime() - clock.now() - this.wallStart,
        interrupted: signal.aborted ? 'stopped by a signal' : undefined,
      },
      failover,
    );
    if (firstFailure !== undefined) {
      this.handover = await within(describeForOperator(run, failover, load, recovered), signal.aborted ? LAST_LOOK_MS : 2 * LOOK_MS, 'the look for the handover').catch((error: unknown) => [String(error)]); // prettier-ignore
      this.handover.forEach((note) => run.log('handover', note));
    }
    const kept = this.kept(series);
    return { ...judgement, marks: [...observer.marks], series: kept };
  }

  private async compare(timeoutMs: number): Promise<Comparison[]> {
    const { load, writerBase, database, table } = this;
    try {
      const stored = await database.use(database.primary, timeoutMs, (client) => readStored(client, table));
      return load.ledgers.map((ledger, i) =>
        compareLedger(writerBase + i, ledger, stored.get(writerBase + i) ?? { present: [], duplicated: [] }),
      );
    } catch (error) {
      this.run.log('error', `the ledger could not be compared: ${(error as Error).message}`);
      return [];
    }
  }

  private lookBack(timeoutMs: number) {
    const look = lookAfter(this.run, this.database, this.failover, this.before, this.table, timeoutMs);
    return within(look, this.run.signal.aborted ? LAST_LOOK_MS : 3 * LOOK_MS, 'the last look').catch(
      () => UNKNOWN_AFTERMATH,
    );
  }

  private recorded(): RecordedSeries[] {
    const { load, failover } = this;
    return load.series.map((s) => {
      const probe = failover.probes.find((p) => `probe ${p.name}` === s.name);
      return { name: s.name, kind: s.kind, bands: s.bands, slowMs: s.slowMs, health: probe?.health ?? false };
    });
  }

  /** The bands that go into the document: a client that flaps for an hour must not make it too large to store. */
  private kept(series: readonly RecordedSeries[]): EvidenceSeries[] {
    const most = Math.max(10, Math.floor(MAX_BANDS / series.length / this.failover.repetitions));
    return series.map(({ name, kind, bands }) => {
      if (bands.length > most) {
        this.run.log('evidence', `${name}: the first ${most} of ${bands.length} bands are kept`);
      }
      const rounded = bands.slice(0, most).map(({ outcome, from, to, count }) => ({ outcome, from: round(from), to: round(to), count })); // prettier-ignore
      return { name, kind, bands: rounded };
    });
  }

  private enter(phase: string): void {
    this.phase = phase;
    this.run.log('phase', phase);
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
