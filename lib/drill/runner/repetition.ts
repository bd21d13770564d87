import type { Repetition } from '../../evidence/evidence';
import { steadyLoad } from './baseline';
import { readReplication } from './cluster';
import { pause, until } from './clock';
import type { FailoverConfig } from './config';
import { LAST_LOOK_MS, type RunContext } from './context';
import type { DrillDatabase } from './database';
import type { WriterLedger } from './ledger';
import { Load } from './load';
import { Observer } from './observer';
import { HEALTHY, type ClusterFacts } from './preconditions';
import type { Outcome } from './series';
import { NotTriggered, trigger } from './trigger';
import { verify } from './verify';

/** One failover: load, trigger, observe, verify. */
export class RepetitionRun {
  /** Whether a primary was, or may have been, taken away. */
  public triggered = false;
  /** What a person needs where it did not end well. */
  public handover: readonly string[] = [];
  private readonly failover: FailoverConfig;
  private readonly observer: Observer;
  private readonly load: Load;
  private readonly before: string;
  private readonly wallStart: number;
  private readonly writerBase: number;

  public constructor(
    private readonly run: RunContext,
    private readonly database: DrillDatabase,
    private readonly table: string,
    private readonly facts: ClusterFacts,
    /** Ledgers of earlier repetitions by writer; this one adds its own. */
    private readonly ledgers: Map<number, WriterLedger>,
    private readonly enter: (phase: string) => void,
  ) {
    const { clock, kubernetes, config } = run;
    this.failover = config.failover!;
    this.before = facts.cluster.status?.currentPrimary ?? '';
    this.wallStart = clock.wall().getTime() - clock.now();
    this.enter('load');
    this.observer = new Observer(kubernetes, database, config.namespace, this.failover, clock);
    this.writerBase = ledgers.size;
    this.load = new Load(clock, database, this.failover, table, this.writerBase);
    this.load.ledgers.forEach((ledger, i) => ledgers.set(this.writerBase + i, ledger));
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
    await steadyLoad(this.load, this.failover.load.baselineSeconds, clock, signal);
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
    this.enter('verify');
    await this.stop();
    const { repetition, handover } = await verify(this.run, this.database, {
      failover: this.failover,
      facts: this.facts,
      load: this.load,
      observer: this.observer,
      table: this.table,
      ledgers: this.ledgers,
      writerBase: this.writerBase,
      triggeredAt,
      recovered,
      redundancyAt,
      clockJumpMs: clock.wall().getTime() - clock.now() - this.wallStart,
    });
    this.handover = handover;
    return repetition;
  }

  /** Stops the load; safe to call at any point. */
  public async stop(): Promise<void> {
    await Promise.all([this.load.stop(this.run.signal.aborted ? 300 : undefined), this.observer.stop()]);
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
}
