import type { EvidenceCheck, Repetition } from '../../evidence/evidence';
import { clusterPaths, readReplication, tryToWrite, type Backup, type Cluster, type FailoverQuorum, type Pod } from './cluster'; // prettier-ignore
import { pause, until } from './clock';
import type { FailoverConfig } from './config';
import type { RunContext } from './context';
import { DrillDatabase } from './database';
import { compareLedger, type Comparison } from './ledger';
import { Load } from './load';
import { Observer } from './observer';
import { checkPreconditions, HEALTHY, isReady, type ClusterFacts } from './preconditions';
import { createTable, dropTables, readStored, tableName } from './table';
import { NotTriggered, trigger } from './trigger';
import { judge } from './verdict';

/** What all repetitions together found. */
export interface FailoverResult {
  readonly aborted: string | undefined;
  readonly preconditions: readonly EvidenceCheck[];
  readonly repetitions: readonly Repetition[];
  readonly facts: ClusterFacts | undefined;
  readonly handover: readonly string[];
}

/** How long one look at the database may take. */
const LOOK_MS = 5000;

/** Takes the primary away under load, as often as asked, and judges what the clients saw. */
export class FailoverDrill {
  private readonly failover: FailoverConfig;
  private readonly database: DrillDatabase;
  private readonly table: string;
  private phase = 'preconditions';
  private pulled = false;
  private load: Load | undefined;
  private observer: Observer | undefined;
  private handover: string[] = [];

  public constructor(private readonly run: RunContext) {
    if (run.config.failover === undefined) {
      throw new Error(`the configuration has no 'failover'`);
    }
    this.failover = run.config.failover;
    this.database = new DrillDatabase(this.failover.database);
    this.table = tableName(run.runId);
  }

  /** Whether a primary was, or may have been, taken away: from then on a run cannot be harmless. */
  public get triggered(): boolean {
    return this.pulled;
  }

  /** One line a second that a person can follow. */
  public progress(): void {
    const { load, observer } = this;
    const n = (outcome: 'ok' | 'failed' | 'indeterminate') => load?.writes(outcome) ?? 0;
    const primary = observer?.cluster?.status?.currentPrimary ?? '-';
    const elapsed = (this.run.clock.now() / 1000).toFixed(0);
    const [ok, failed, indeterminate] = [n('ok'), n('failed'), n('indeterminate')];
    this.run.log(
      'progress',
      `${this.phase} | ${elapsed} s | writes ${ok} ok, ${failed} failed, ${indeterminate} indeterminate | primary ${primary}`,
      { phase: this.phase, elapsed: Number(elapsed), ok, failed, indeterminate, primary },
    );
  }

  public async execute(): Promise<FailoverResult> {
    const repetitions: Repetition[] = [];
    let preconditions: EvidenceCheck[] = [];
    let facts: ClusterFacts | undefined;
    const result = (aborted?: string): FailoverResult => ({
      aborted,
      preconditions,
      repetitions,
      facts,
      handover: this.handover,
    });
    for (let i = 0; i < this.failover.repetitions; i++) {
      this.enter('preconditions');
      facts = await this.gatherFacts();
      preconditions = checkPreconditions(facts, this.failover);
      const unmet = preconditions.find((c) => !c.ok);
      if (unmet !== undefined) {
        return result(`${unmet.name}: expected ${unmet.expected}, observed ${unmet.observed}`);
      }
      if (i === 0) {
        const swept = await this.database.use(this.database.primary, LOOK_MS, (client) => dropTables(client));
        swept.forEach((name) => this.run.log('swept', `removed table ${name} of an earlier run`));
        await this.database.use(this.database.primary, LOOK_MS, (client) => createTable(client, this.table));
      }
      try {
        repetitions.push(await this.repeat(facts, i * this.failover.load.writers));
      } catch (error) {
        if (error instanceof NotTriggered) {
          return result(error.message);
        }
        this.pulled ||= this.phase !== 'load';
        throw error;
      } finally {
        await this.stopLoad();
      }
      if (repetitions.at(-1)?.verdict !== 'passed' || this.run.signal.aborted) {
        return result();
      }
    }
    return result();
  }

  /** Leaves nothing behind. Safe to call at any point; returns what could not be removed. */
  public async cleanUp(): Promise<string[]> {
    this.phase = 'clean up';
    await this.stopLoad();
    try {
      const dropped = await this.database.use(this.database.primary, LOOK_MS, (client) => dropTables(client));
      dropped.forEach((name) => this.run.log('cleanup', `removed table ${name}`));
      return [];
    } catch (error) {
      return [`table ${this.table} could not be removed: ${(error as Error).message}; the next run removes it`];
    }
  }

  private async repeat(facts: ClusterFacts, writerBase: number): Promise<Repetition> {
    const { run, failover } = this;
    const { clock, signal } = run;
    const primaryBefore = facts.cluster.status?.currentPrimary ?? '';
    const timelineBefore = facts.cluster.status?.timelineID ?? 0;
    const wallStart = clock.wall().getTime() - clock.now();

    this.enter('load');
    const observer = new Observer(run.kubernetes, this.database, run.config.namespace, failover, clock);
    this.observer = observer;
    const load = new Load(clock, this.database, failover, this.table, writerBase);
    this.load = load;
    await this.baseline(load);

    this.enter('trigger');
    const triggeredAt = clock.now();
    observer.mark(`trigger: ${failover.mode} ${primaryBefore}`);
    await trigger(run.kubernetes, {
      namespace: run.config.namespace,
      config: failover,
      primary: primaryBefore,
      observer,
      signal,
      writesDown: () => load.series.some((s) => s.kind === 'write' && !s.upAt(clock.now())),
      tell: (message) => run.log('armed', message),
    });
    this.pulled = true;

    this.enter('observe');
    const started = failover.mode === 'external' ? clock.now() : triggeredAt;
    const left = (seconds: number) => seconds * 1000 - (clock.now() - started);
    const moved = () => {
      const now = observer.cluster?.status?.currentPrimary;
      return now !== undefined && now !== primaryBefore;
    };
    const up = () => load.series.every((s) => s.upAt(clock.now()));
    if (await until(() => moved() && up(), left(failover.bounds.recoverySeconds), signal)) {
      observer.mark('clients back');
    }
    // Without service there is no redundancy to wait for: say so now and take the load away.
    const recovered = moved() && up();
    const redundant =
      recovered &&
      (await until(() => this.isRedundant(primaryBefore), left(failover.bounds.redundancySeconds), signal, 250));
    const redundancyAt = redundant ? clock.now() : null;
    if (redundant) {
      observer.mark('all instances back');
      this.enter('settle');
      await pause(failover.load.settleSeconds * 1000, signal);
    }

    this.enter('verify');
    await load.stop();
    // One more look after the load: a second primary can come late.
    await observer.stop();
    const ledgers = await this.compare(load, writerBase);
    const after = await this.lookAfter(primaryBefore);
    const judgement = judge(
      {
        triggeredAt,
        primaryBefore,
        primaryAfter: after.primary,
        timelineBefore,
        timelineAfter: after.timeline,
        series: load.series.map((s) => {
          const probe = failover.probes.find((p) => `probe ${p.name}` === s.name);
          const slowMs = probe === undefined ? load.slowMs : probe.timeoutMs + probe.intervalMs;
          return { name: s.name, kind: s.kind, bands: s.bands, slowMs, health: probe?.health ?? false };
        }),
        ledgers,
        roles: observer.roles,
        redundancyAt,
        instancesReady: after.ready,
        exPrimaryStreaming: after.streaming.includes(primaryBefore),
        exPrimaryWrite: after.exPrimaryWrite,
        synchronousAfter: after.synchronous,
        clockJumpMs: clock.wall().getTime() - clock.now() - wallStart,
        interrupted: signal.aborted ? 'stopped by a signal' : undefined,
      },
      failover,
    );
    const { firstFailure, ...repetition } = judgement;
    if (firstFailure !== undefined) {
      this.handover = await this.describeForOperator(load, recovered);
    }
    return {
      ...repetition,
      marks: observer.marks,
      series: load.series.map((s) => ({
        name: s.name,
        kind: s.kind,
        bands: s.bands.slice(0, 500).map(({ outcome, from, to, count }) => ({ outcome, from: round(from), to: round(to), count })), // prettier-ignore
      })),
    };
  }

  /** The load must be steady before anything is taken away, else its failures would be blamed on the failover. */
  private async baseline(load: Load): Promise<void> {
    const { clock, signal } = this.run;
    await pause(this.failover.load.baselineSeconds * 1000, signal);
    if (signal.aborted) {
      throw new NotTriggered('stopped by a signal before the trigger');
    }
    const unsteady = load.series.find((s) => !s.upAt(clock.now()) || s.count('ok') !== total(s.bands));
    if (unsteady !== undefined) {
      const why = load.lastErrors.get(unsteady.name) ?? 'too slow';
      throw new NotTriggered(`load-not-steady: ${unsteady.name} failed before the trigger: ${why}`);
    }
  }

  private async isRedundant(exPrimary: string): Promise<boolean> {
    const status = this.observer?.cluster?.status;
    const wanted = this.observer?.cluster?.spec.instances ?? 0;
    if (status?.phase !== HEALTHY || status.readyInstances !== wanted) {
      return false;
    }
    try {
      const { streaming } = await readReplication(this.database, LOOK_MS);
      return streaming.includes(exPrimary) && streaming.length === wanted - 1;
    } catch {
      return false;
    }
  }

  private async compare(load: Load, writerBase: number): Promise<Comparison[]> {
    try {
      const stored = await this.database.use(this.database.primary, 60_000, (client) => readStored(client, this.table));
      return load.ledgers.map((ledger, i) =>
        compareLedger(writerBase + i, ledger, stored.get(writerBase + i) ?? { present: [], duplicated: [] }),
      );
    } catch (error) {
      this.run.log('verify', `the ledger could not be compared: ${(error as Error).message}`);
      return [];
    }
  }

  private async lookAfter(exPrimary: string) {
    const { kubernetes, config } = this.run;
    const paths = clusterPaths(config.namespace, this.failover.cluster);
    const cluster = await kubernetes.get<Cluster>(paths.cluster).catch(() => undefined);
    const pods = await kubernetes.list<Pod>(paths.pods, paths.podLabels).catch(() => []);
    const replication = await readReplication(this.database, LOOK_MS).catch(() => undefined);
    const ip = pods.find((pod) => pod.metadata.name === exPrimary)?.status?.podIP;
    return {
      primary: cluster?.status?.currentPrimary ?? '',
      timeline: cluster?.status?.timelineID ?? 0,
      ready: `${cluster?.status?.readyInstances ?? 0} of ${cluster?.spec.instances ?? 0} instances ready, phase ${cluster?.status?.phase ?? 'unknown'}`,
      streaming: replication?.streaming ?? [],
      synchronous: replication?.synchronous ?? [],
      exPrimaryWrite: ip === undefined ? `${exPrimary} has no pod` : await tryToWrite(this.database, ip, this.table),
    };
  }

  private async gatherFacts(): Promise<ClusterFacts> {
    const { kubernetes, config, clock } = this.run;
    const paths = clusterPaths(config.namespace, this.failover.cluster);
    const [cluster, pods, quorum, backups] = await Promise.all([
      kubernetes.get<Cluster>(paths.cluster),
      kubernetes.list<Pod>(paths.pods, paths.podLabels),
      kubernetes.find<FailoverQuorum>(paths.quorum),
      kubernetes.list<Backup>(paths.backups, `cnpg.io/cluster=${this.failover.cluster}`),
    ]);
    const facts = { cluster, pods, quorum, backups, now: clock.wall() };
    try {
      return { ...facts, replication: await readReplication(this.database, LOOK_MS) };
    } catch (error) {
      return { ...facts, replication: undefined, replicationError: (error as Error).message };
    }
  }

  /** What the person needs who takes over. */
  private async describeForOperator(load: Load, recovered: boolean): Promise<string[]> {
    const { kubernetes, config } = this.run;
    const paths = clusterPaths(config.namespace, this.failover.cluster);
    const cluster = await kubernetes.get<Cluster>(paths.cluster).catch(() => undefined);
    const pods = await kubernetes.list<Pod>(paths.pods, paths.podLabels).catch(() => []);
    const quorum = await kubernetes.find<FailoverQuorum>(paths.quorum).catch(() => undefined);
    const status = cluster?.status;
    const notes = [
      recovered ? 'the service is back, the drill found something wrong' : `the service was not back within ${this.failover.bounds.recoverySeconds} s; the load is stopped`, // prettier-ignore
      `cluster: phase ${status?.phase ?? 'unknown'}, ${status?.phaseReason ?? 'no reason'}, current primary ${status?.currentPrimary ?? 'none'}, target ${status?.targetPrimary ?? 'none'}, ready ${status?.readyInstances ?? 0}`,
      `pods: ${pods.map((p) => `${p.metadata.name} ${isReady(p) ? 'ready' : 'not ready'}`).join(', ') || 'none'}`,
      `failover quorum: ${quorum === undefined ? 'no object' : `${quorum.status?.standbyNumber ?? 0} of ${quorum.status?.standbyNames?.join(', ') ?? 'none'}`}`,
      ...[...load.lastErrors].map(([client, problem]) => `${client}: ${problem}`),
    ];
    notes.forEach((note) => this.run.log('handover', note));
    return notes;
  }

  private async stopLoad(): Promise<void> {
    await this.load?.stop();
    await this.observer?.stop();
  }

  private enter(phase: string): void {
    this.phase = phase;
    this.run.log('phase', phase);
  }
}

function total(bands: readonly { readonly count: number }[]): number {
  return bands.reduce((sum, band) => sum + band.count, 0);
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
