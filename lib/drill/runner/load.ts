import { Availability } from './availability';
import { describe, DatabaseClient } from './client';
import type { Clock } from './clock';
import type { FailoverConfig } from './config';
import { isRefusal, type Connection, type DrillDatabase } from './database';
import { WriterLedger } from './ledger';
import { ProbeClient, type Probe } from './probe';
import { Series, type Outcome } from './series';

/** While nothing succeeds, a new attempt begins this often: the first one after an outage must not come late. */
const FRESH_MS = 50;
/** Attempts of all clients of one kind that may hang beside the newest ones; the role may have 50 connections. */
const HANGING = 24;

/** A single client may wait for so many times the threshold of an outage and is still up. */
const PATIENCE = 4;

/** What a load is made of. */
export interface LoadParts {
  readonly clock: Clock;
  readonly database: DrillDatabase;
  readonly config: FailoverConfig;
  readonly probes: readonly Probe[];
  readonly table: string;
  /** First number of the writers, so that repetitions share a table. */
  readonly writerBase: number;
}

interface Group {
  readonly availability: Availability;
  readonly clients: readonly DatabaseClient[];
  turn: number;
}

/** The clients of a drill: writers, readers and probes, each a loop of its own. */
export class Load {
  public readonly series: Series[] = [];
  public readonly ledgers: readonly WriterLedger[];
  /** Writes, reads and each path of the API, as all clients of each see them. */
  public readonly services: readonly Availability[];
  /** Last thing that went wrong for each client, for the person who asks why. */
  public readonly lastErrors = new Map<string, string>();
  /** When the load ended, and the clients that were up then; undefined while it goes on. */
  public ended: { readonly at: number; readonly up: ReadonlySet<Series> } | undefined;
  private readonly groups: readonly Group[];
  private readonly probing: readonly ProbeClient[];
  private readonly loops: Promise<unknown>[];
  private readonly ticking: NodeJS.Timeout;

  public constructor(private readonly parts: LoadParts) {
    const { config, probes, writerBase, database } = parts;
    const { writers, readers, silenceMs } = config.load;
    this.ledgers = Array.from({ length: writers }, () => new WriterLedger());
    this.groups = [
      this.group(
        new Availability('writes', 'write', silenceMs),
        database.primary,
        this.ledgers.map((ledger, i) => [`writer ${writerBase + i}`, this.writing(ledger, writerBase + i)]),
      ),
      this.group(
        new Availability('reads', 'read', silenceMs),
        database.replicas,
        Array.from({ length: readers }, (_, i) => [`reader ${i}`, this.reading()]),
      ),
    ];
    this.probing = probes.map((probe) => {
      const silence = silenceMs + probe.config.intervalMs;
      const series = this.collect(new Series(probe.name, 'probe', PATIENCE * silence));
      return new ProbeClient(probe, {
        clock: parts.clock,
        series,
        availability: new Availability(probe.name, 'probe', silence),
        failed: (problem) => this.lastErrors.set(series.name, problem),
      });
    });
    this.services = [...this.groups, ...this.probing].map(({ availability }) => availability);
    this.loops = [...this.clients, ...this.probing].map((client) => client.run());
    this.ticking = setInterval(() => this.freshen(), FRESH_MS);
  }

  /**
   * Forgets how the load began, when all connected at once, and learns how long an attempt on a new connection takes, as
   * the one that ends an outage will be. Returns when all clients have made one.
   */
  public async becomeSteady(): Promise<void> {
    this.services.forEach((service) => service.steady(this.parts.clock.now()));
    for (const client of this.clients) {
      await client.renew();
    }
  }

  /** Totals over the writers. */
  public writes(outcome: Outcome): number {
    return this.series.reduce((sum, s) => sum + (s.kind === 'write' ? s.tally[outcome] : 0), 0);
  }

  /** When the outage of all writers began that is going on; undefined while writes succeed. */
  public writesDownSince(): number | undefined {
    return this.groups[0]!.availability.downSince(this.parts.clock.now());
  }

  /** Whether each client is up. */
  public get up(): boolean {
    const now = this.parts.clock.now();
    return this.series.every((s) => s.upAt(now));
  }

  /** Makes no attempt any more. Returns when all that was sent is answered, or was cut. */
  public async stop(): Promise<void> {
    const at = this.parts.clock.now();
    this.ended ??= { at, up: new Set(this.series.filter((s) => s.upAt(at))) };
    clearInterval(this.ticking);
    [...this.clients, ...this.probing].forEach((client) => client.stop());
    await Promise.all(this.loops);
  }

  /** Waits for no answer any more. */
  public cut(): void {
    this.clients.forEach((client) => client.cut());
  }

  private get clients(): readonly DatabaseClient[] {
    return this.groups.flatMap((group) => group.clients);
  }

  /** In turn, one client of those that hang goes on with a new connection, as long as none of them succeeds. */
  private freshen(): void {
    const now = this.parts.clock.now();
    for (const group of this.groups) {
      const { availability, clients } = group;
      if (availability.silentFor(now) > availability.silenceMs / 2) {
        for (let i = 0; i < clients.length && !clients[group.turn++ % clients.length]!.overtake(now, FRESH_MS); i++);
      }
    }
  }

  private group(
    availability: Availability,
    address: DrillDatabase['primary'],
    named: readonly (readonly [string, (connection: Connection) => Promise<void>])[],
  ): Group {
    const { clock, database, config } = this.parts;
    const clients = named.map(([name, work]) => {
      const series = this.collect(new Series(name, availability.kind, PATIENCE * availability.silenceMs));
      return new DatabaseClient({
        clock,
        database,
        address,
        timing: config.load,
        hanging: Math.max(2, Math.ceil(HANGING / named.length)),
        series,
        availability,
        work,
        failed: (problem) => this.lastErrors.set(name, problem),
      });
    });
    return { availability, clients, turn: 0 };
  }

  private collect(series: Series): Series {
    this.series.push(series);
    return series;
  }

  private writing(ledger: WriterLedger, writer: number): (connection: Connection) => Promise<void> {
    const { clock, table } = this.parts;
    const text = `insert into ${table} (writer, seq) values ($1, $2)`;
    let last = 0;
    return async (connection) => {
      const seq = ++last;
      try {
        await connection.client.query({ name: 'write', text, values: [writer, seq] });
      } catch (error) {
        if (isRefusal(error)) {
          ledger.refused.add(seq);
        } else {
          ledger.doubt(seq, connection.problem ?? describe(error));
        }
        throw error;
      }
      if (connection.warned) {
        ledger.doubt(seq, 'acknowledged with a warning: no standby has confirmed it');
      } else {
        ledger.acknowledge(seq, clock.now());
      }
    };
  }

  private reading(): (connection: Connection) => Promise<void> {
    const text = `select 1 from ${this.parts.table} limit 1`;
    return async ({ client }) => {
      await client.query({ name: 'read', text });
    };
  }
}
