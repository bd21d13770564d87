import type { Repetition } from '../../evidence/evidence';
import { steadyLoad } from './baseline';
import { readReplication } from './cluster';
import { pause, until } from './clock';
import type { FailoverConfig } from './config';
import { LAST_LOOK_MS, patiently, type RunContext } from './context';
import type { DrillDatabase } from './database';
import type { Lease } from './lease';
import type { WriterLedger } from './ledger';
import { Load } from './load';
import { Observer } from './observer';
import type { Probe } from './probe';
import { HEALTHY, type ClusterFacts } from './preconditions';
import type { Outcome } from './series';
import { NotTriggered, trigger } from './trigger';
import { verify } from './verify';

/** What all repetitions of a run share. */
export interface RepetitionParts {
  readonly run: RunContext;
  readonly failover: FailoverConfig;
  readonly database: DrillDatabase;
  readonly table: string;
  readonly lease: Lease;
  readonly probes: readonly Probe[];
  /** Ledgers of all writers so far; each repetition adds its own. */
  readonly ledgers: Map<number, WriterLedger>;
  readonly enter: (phase: string) => void;
}

/** One failover: load, trigger, observe, verify. */
export class RepetitionRun {
  /** Whether a primary was, or may have been, taken away. */
  public triggered = false;
  /** What a person needs where it did not end well. */
  public handover: readonly string[] = [];
  private readonly observer: Observer;
  private readonly load: Load;
  private readonly before: string;
  private readonly wallStart: number;
  private readonly writerBase: number;

  public constructor(
    private readonly parts: RepetitionParts,
    private readonly facts: ClusterFacts,
  ) {
    const { run, failover: config, database, table, probes, ledgers } = parts;
    const { clock, kubernetes } = run;
    this.before = facts.cluster.status?.currentPrimary ?? '';
    this.wallStart = clock.wall().getTime() - clock.now();
    parts.enter('load');
    this.observer = new Observer(kubernetes, database, run.config.namespace, config, clock);
    this.writerBase = ledgers.size;
    this.load = new Load({ clock, database, config, probes, table, writerBase: this.writerBase });
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
    const { run, failover, enter } = this.parts;
    const { signal, clock } = run;
    await steadyLoad(this.load, failover.load.baselineSeconds, clock, signal);
    const triggeredAt = await this.pull();
    const left = (seconds: number) => seconds * 1000 - (clock.now() - triggeredAt);
    const { recoverySeconds, redundancySeconds } = failover.bounds;

    enter('observe');
    const recovered = await until(() => this.served(), left(recoverySeconds), signal);
    if (recovered) {
      this.observer.mark('clients served again');
      this.askForTheNode(left(redundancySeconds));
    }
    // Without service there is no redundancy to wait for: say so now and take the load away.
    const redundant = recovered && (await until(() => this.redundant(), left(redundancySeconds), signal, 250));
    const redundancyAt = redundant ? clock.now() : null;
    if (redundant) {
      this.observer.mark('all instances back');
      enter('settle');
      await pause(failover.load.settleSeconds * 1000, signal);
    }
    enter('verify');
    await this.stop();
    const { repetition, handover } = await verify(run, this.parts.database, {
      failover,
      facts: this.facts,
      load: this.load,
      observer: this.observer,
      table: this.parts.table,
      ledgers: this.parts.ledgers,
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
    const { run, failover } = this.parts;
    const stopped = this.load.stop();
    const cut = patiently(run.signal, failover.load.attemptTimeoutMs, 'the end of the load', () => stopped).catch(() =>
      this.load.cut(),
    );
    await Promise.all([cut, stopped, this.observer.stop()]);
  }

  /** Returns when the primary was taken away. */
  private async pull(): Promise<number> {
    const { observer, load, before } = this;
    const { run, failover, lease, enter } = this.parts;
    const { clock, signal } = run;
    enter('trigger');
    const confirmed = lease.confirm();
    await patiently(signal, LAST_LOOK_MS * 5, 'renewing the Lease', () => confirmed).catch(() => undefined);
    const armedAt = clock.now();
    observer.mark(`trigger: ${failover.mode} ${before}`);
    try {
      await trigger(run.kubernetes, {
        namespace: run.config.namespace,
        config: failover,
        primary: before,
        signal,
        wall: () => clock.wall(),
        doubt: () => lease.doubt,
        gone: () => load.writesDownSince() !== undefined || this.failingOver(),
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
    const pulledAt = Math.max(armedAt, load.writesDownSince() ?? clock.now());
    observer.mark('the plug was pulled', pulledAt);
    return pulledAt;
  }

  /** Whether the operator replaces the primary, or has. */
  private failingOver(): boolean {
    const { currentPrimary, targetPrimary } = this.observer.cluster?.status ?? {};
    return [currentPrimary, targetPrimary].some((name) => name !== undefined && name !== this.before);
  }

  /** Nobody but a person gives a node its power back, and the drill waits for it. */
  private askForTheNode(leftMs: number): void {
    const { run, failover } = this.parts;
    if (failover.mode !== 'external') {
      return;
    }
    const node = this.facts.pods.find((pod) => pod.metadata.name === this.before)?.spec?.nodeName ?? 'the node';
    run.log(
      'restore',
      `clients are served again: now give ${node} its power back; the drill fails unless ${this.before} streams again within ${Math.round(leftMs / 1000)} s`,
    );
  }

  private served(): boolean {
    const now = this.primary;
    return now !== undefined && now !== this.before && this.load.up;
  }

  private async redundant(): Promise<boolean> {
    const { cluster } = this.observer;
    const wanted = cluster?.spec.instances ?? 0;
    if (cluster?.status?.phase !== HEALTHY || cluster.status.readyInstances !== wanted) {
      return false;
    }
    try {
      const { streaming } = await readReplication(this.parts.database, LAST_LOOK_MS);
      return streaming.includes(this.before) && streaming.length === wanted - 1;
    } catch {
      return false;
    }
  }
}
