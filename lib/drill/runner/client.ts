import type { Availability } from './availability';
import { pause, type Clock } from './clock';
import type { FailoverConfig } from './config';
import { isRefusal, type Address, type Connection, type DrillDatabase } from './database';
import type { Outcome, Series } from './series';

/** After a failure a client tries again this soon. */
const RETRY_MS = 20;

/** What one client is made of. */
export interface ClientParts {
  readonly clock: Clock;
  readonly database: DrillDatabase;
  readonly address: Address;
  readonly timing: FailoverConfig['load'];
  /** Attempts that may go on hanging while a newer one is made. */
  readonly hanging: number;
  readonly series: Series;
  readonly availability: Availability;
  /** One statement. */
  readonly work: (connection: Connection) => Promise<void>;
  readonly failed: (problem: string) => void;
}

/** A writer or a reader: one attempt after the other on one connection, a new connection after each failure. */
export class DatabaseClient {
  private readonly stopping = new AbortController();
  private readonly hanging: Attempt[] = [];
  private current: Attempt | undefined;
  private renewing: (() => void) | undefined;

  public constructor(private readonly parts: ClientParts) {}

  /** Returns when the client was stopped and its last attempt has ended. */
  public async run(): Promise<void> {
    const { clock, timing } = this.parts;
    const { signal } = this.stopping;
    let connection: Connection | undefined;
    while (!signal.aborted) {
      const renewed = this.renewing;
      if (renewed !== undefined) {
        connection?.cut();
        connection = undefined;
        this.renewing = undefined;
      }
      const attempt = new Attempt(clock.now(), connection);
      this.current = attempt;
      attempt.ended = this.make(attempt);
      const overtaken = await new Promise<boolean>((go) => {
        attempt.overtake = () => go(true);
        void attempt.ended.then(() => go(false));
      });
      this.current = undefined;
      renewed?.();
      connection = overtaken ? undefined : attempt.connection;
      if (!overtaken) {
        const rest = connection === undefined ? RETRY_MS : timing.intervalMs - (clock.now() - attempt.from);
        await (rest > 0 ? pause(rest, signal) : undefined);
      }
    }
    this.renewing?.();
    connection?.cut();
    await Promise.all(this.hanging.map((attempt) => attempt.ended));
  }

  /** Leaves an attempt that hangs to itself and makes a new one on a new connection. Returns whether one hung. */
  public overtake(now: number, afterMs: number): boolean {
    const { series, hanging } = this.parts;
    const attempt = this.current;
    if (attempt === undefined || now - attempt.from < afterMs || this.stopping.signal.aborted) {
      return false;
    }
    attempt.overtaken = true;
    this.hanging.push(attempt);
    // The oldest stays: in a server that is only slow it is the first to be answered.
    const live = this.hanging.filter(({ problem }) => problem === undefined);
    if (live.length > hanging) {
      live[1]!.giveUp('overtaken by newer attempts');
    }
    series.overtake(series.kind === 'write' ? 'indeterminate' : 'failed', attempt.from, now);
    attempt.overtake();
    return true;
  }

  /** Makes one attempt on a new connection, as after an outage. Returns when it has ended. */
  public renew(): Promise<void> {
    return new Promise((done) => {
      this.renewing = done;
      if (this.stopping.signal.aborted) {
        done();
      }
    });
  }

  /** Makes no attempt any more; a statement that was sent may be answered until `cut`. */
  public stop(): void {
    this.stopping.abort();
    this.attempts.filter((attempt) => !attempt.sent).forEach((attempt) => attempt.giveUp('stopped'));
  }

  public cut(): void {
    this.attempts.forEach((attempt) => attempt.giveUp('cut off at the end of the load'));
  }

  private get attempts(): readonly Attempt[] {
    return this.current === undefined ? this.hanging : [...this.hanging, this.current];
  }

  private async make(attempt: Attempt): Promise<void> {
    const { availability, series, timing, failed, work } = this.parts;
    availability.begun(attempt.from);
    const limit = timing.attemptTimeoutMs;
    const deadline = setTimeout(() => attempt.giveUp(`no answer within ${limit} ms`), limit);
    let outcome: Outcome | undefined;
    try {
      await this.send(attempt, work);
      outcome = attempt.connection!.warned ? 'indeterminate' : 'ok';
    } catch (error) {
      // What was never sent when the load ended was given up by us, not by the server.
      if (attempt.sent || !this.stopping.signal.aborted) {
        outcome = attempt.sent && series.kind === 'write' && !isRefusal(error) ? 'indeterminate' : 'failed';
        failed(attempt.problem ?? describe(error));
      }
      attempt.connection?.cut();
      attempt.connection = undefined;
    } finally {
      clearTimeout(deadline);
    }
    if (outcome !== undefined) {
      this.record(attempt, outcome);
    }
    if (attempt.overtaken) {
      attempt.connection?.cut();
      this.hanging.splice(this.hanging.indexOf(attempt), 1);
    }
  }

  private async send(attempt: Attempt, work: ClientParts['work']): Promise<void> {
    const { database, address, timing } = this.parts;
    attempt.connection ??= await database.connect(address, timing.attemptTimeoutMs, attempt.givenUp);
    if (attempt.connection.lost) {
      throw new Error('the connection was lost before the statement was sent');
    }
    if (this.stopping.signal.aborted) {
      throw new Error('stopped');
    }
    attempt.sent = true;
    attempt.connection.warned = false;
    await work(attempt.connection);
  }

  private record(attempt: Attempt, outcome: Outcome): void {
    const { availability, series, clock } = this.parts;
    const now = clock.now();
    availability.ended(outcome === 'ok', attempt.from, now);
    if (attempt.overtaken) {
      series.settle(outcome);
    } else {
      series.add(outcome, attempt.from, now);
    }
  }
}

class Attempt {
  /** Whether the statement has left: before, nothing can have happened. */
  public sent = false;
  public overtaken = false;
  /** Why it was given up by us. */
  public problem: string | undefined;
  public ended: Promise<void> = Promise.resolve();
  public overtake: () => void = () => undefined;
  private readonly givingUp = new AbortController();

  public constructor(
    public readonly from: number,
    public connection: Connection | undefined,
  ) {}

  public get givenUp(): AbortSignal {
    return this.givingUp.signal;
  }

  public giveUp(problem: string): void {
    this.problem ??= problem;
    this.givingUp.abort();
    if (this.connection !== undefined) {
      this.connection.problem ??= problem;
      this.connection.cancel();
    }
  }
}

/** What went wrong, with its code. */
export function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code === undefined ? (message ?? String(error)) : `${code} ${message ?? ''}`;
}
