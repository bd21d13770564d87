import { setMaxListeners } from 'node:events';
import type { Clock } from './clock';
import { pause } from './clock';
import type { FailoverConfig, ProbeConfig } from './config';
import { isRefusal, type Address, type Connection, type DrillDatabase } from './database';
import { WriterLedger } from './ledger';
import { probeOnce } from './probe';
import { outagesOf, Series, type Outcome } from './series';

/** After a failure a client tries again this soon. */
const RETRY_MS = 20;

/** The clients of a drill: writers, readers and probes, each a loop of its own. */
export class Load {
  public readonly series: readonly Series[];
  public readonly ledgers: readonly WriterLedger[];
  /** Last thing that went wrong for each client, for the person who asks why. */
  public readonly lastErrors = new Map<string, string>();
  private readonly stopping = new AbortController();
  private readonly connections = new Set<Connection>();
  private readonly loops: Promise<void>[];

  public constructor(
    private readonly clock: Clock,
    private readonly database: DrillDatabase,
    private readonly config: FailoverConfig,
    private readonly table: string,
    /** First number of each writer's sequence, so that repetitions share a table. */
    writerBase: number,
  ) {
    const { writers, readers, attemptTimeoutMs, intervalMs } = config.load;
    // A success after a longer silence ends an outage of that client.
    const slowMs = attemptTimeoutMs + intervalMs;
    setMaxListeners(0, this.stopping.signal);
    this.ledgers = Array.from({ length: writers }, () => new WriterLedger());
    const writing = this.ledgers.map((ledger, i) => {
      const series = new Series(`writer ${writerBase + i}`, 'write', slowMs);
      return { series, run: () => this.write(series, ledger, writerBase + i) };
    });
    const reading = Array.from({ length: readers }, (_, i) => {
      const series = new Series(`reader ${i}`, 'read', slowMs);
      return { series, run: () => this.read(series) };
    });
    const probing = config.probes.map((probe) => {
      const series = new Series(`probe ${probe.name}`, 'probe', probe.timeoutMs + probe.intervalMs);
      return { series, run: () => this.probe(series, probe) };
    });
    const clients = [...writing, ...reading, ...probing];
    this.series = clients.map((client) => client.series);
    this.loops = clients.map((client) => client.run());
  }

  /** Totals over the writers. */
  public writes(outcome: Outcome): number {
    return this.series.reduce((sum, s) => sum + (s.kind === 'write' ? s.count(outcome) : 0), 0);
  }

  /** When the first outage that is still going on began for a writer; undefined while all are up. */
  public downSince(): number | undefined {
    const open = this.series
      .filter((s) => s.kind === 'write')
      .flatMap((s) => outagesOf(s.bands, s.slowMs))
      .filter((outage) => outage.to === null);
    return open.length === 0 ? undefined : Math.min(...open.map((outage) => outage.from));
  }

  /** Stops all clients; what is in flight may end within `graceMs`, then its connection is cut. */
  public async stop(graceMs = this.config.load.attemptTimeoutMs): Promise<void> {
    this.stopping.abort();
    const cut = setTimeout(() => this.connections.forEach((connection) => connection.cut()), graceMs);
    await Promise.all(this.loops);
    clearTimeout(cut);
  }

  private async write(series: Series, ledger: WriterLedger, writer: number): Promise<void> {
    let seq = 0;
    const statement = `insert into ${this.table} (writer, seq) values ($1, $2)`;
    await this.session(series, this.database.primary, async (connection) => {
      seq++;
      connection.warned = false;
      try {
        await connection.client.query({ name: 'write', text: statement, values: [writer, seq] });
      } catch (error) {
        if (isRefusal(error)) {
          ledger.refused.add(seq);
        } else {
          ledger.doubt(seq, describe(error));
        }
        throw error;
      }
      if (connection.warned) {
        ledger.doubt(seq, 'acknowledged with a warning: no standby has confirmed it');
      } else {
        ledger.acknowledged.add(seq);
        ledger.acknowledgedAt[seq - 1] = this.clock.now();
      }
    });
  }

  private async read(series: Series): Promise<void> {
    const statement = `select 1 from ${this.table} limit 1`;
    await this.session(series, this.database.replicas, async (connection) => {
      await connection.client.query({ name: 'read', text: statement });
    });
  }

  /** Attempts one after the other on one connection, a new connection after each failure. */
  private async session(series: Series, address: Address, attempt: (c: Connection) => Promise<void>): Promise<void> {
    const { intervalMs, attemptTimeoutMs } = this.config.load;
    const { signal } = this.stopping;
    let connection: Connection | undefined;
    while (!signal.aborted) {
      const from = this.clock.now();
      let deadline: NodeJS.Timeout | undefined;
      let outcome: Outcome = 'failed';
      let sent = false;
      try {
        connection ??= await this.database.connect(address, attemptTimeoutMs, signal);
        this.connections.add(connection);
        if (signal.aborted) {
          break;
        }
        const { cut } = connection;
        deadline = setTimeout(cut, attemptTimeoutMs);
        outcome = 'indeterminate';
        sent = true;
        await attempt(connection);
        outcome = connection.warned ? 'indeterminate' : 'ok';
      } catch (error) {
        if (signal.aborted && !sent) {
          // Given up by us, not by the server.
          break;
        }
        if (isRefusal(error) || series.kind === 'read') {
          outcome = 'failed';
        }
        this.lastErrors.set(series.name, describe(error));
        this.drop(connection);
        connection = undefined;
      } finally {
        clearTimeout(deadline);
      }
      series.add(outcome, from, this.clock.now());
      const rest = outcome === 'ok' ? intervalMs - (this.clock.now() - from) : RETRY_MS;
      if (rest > 0) {
        await pause(rest, signal);
      }
    }
    this.drop(connection);
  }

  private drop(connection: Connection | undefined): void {
    if (connection !== undefined) {
      connection.cut();
      this.connections.delete(connection);
    }
  }

  private async probe(series: Series, config: ProbeConfig): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const from = this.clock.now();
      const problem = await probeOnce(config, signal);
      if (signal.aborted) {
        return;
      }
      series.add(problem === undefined ? 'ok' : 'failed', from, this.clock.now());
      if (problem !== undefined) {
        this.lastErrors.set(series.name, problem);
      }
      await pause(config.intervalMs - (this.clock.now() - from), signal);
    }
  }
}

function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code === undefined ? (message ?? String(error)) : `${code} ${message ?? ''}`;
}
