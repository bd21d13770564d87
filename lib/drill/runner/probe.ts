import { judgeAnswer, modelOf, type AnswerModel } from './answer';
import type { Availability } from './availability';
import { pause, type Clock } from './clock';
import type { ProbeConfig } from './config';
import type { Series } from './series';
import { httpTransport, textOf, type Transport } from './transport';

/** One path of the API. Its first good answer, when all is healthy, is what the later ones are held against. */
export class Probe {
  private model: AnswerModel | undefined;
  private readonly transport: Transport;
  private readonly path: string;

  public constructor(public readonly config: ProbeConfig) {
    const { origin, pathname, search } = new URL(config.url);
    this.path = pathname + search;
    // A connection for each question: one that is kept would ask the same pod of the API again and again.
    this.transport = httpTransport({ url: origin });
  }

  public get name(): string {
    return `probe ${this.config.name}`;
  }

  /** Asks once. Returns what is wrong with the answer, or undefined. */
  public async ask(stop: AbortSignal): Promise<string | undefined> {
    const { timeoutMs } = this.config;
    const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
    try {
      const response = await this.transport({
        method: 'GET',
        path: this.path,
        headers: { 'user-agent': 'phoenix-drill' },
        timeoutMs,
        idleMs: timeoutMs,
        signal,
      });
      const body = await textOf(response);
      const problem = judgeAnswer(this.config, response.status, body, this.model);
      if (problem === undefined) {
        this.model ??= modelOf(body);
      }
      return problem;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return `no answer: ${signal.aborted && !stop.aborted ? `within ${timeoutMs} ms` : (code ?? message)}`;
    }
  }
}

/** What a `ProbeClient` is made of. */
export interface ProbeClientParts {
  readonly clock: Clock;
  readonly series: Series;
  readonly availability: Availability;
  readonly failed: (problem: string) => void;
}

/** Asks a path at each interval, whether or not it has answered the question before. */
export class ProbeClient {
  private readonly stopping = new AbortController();

  public constructor(
    private readonly probe: Probe,
    private readonly parts: ProbeClientParts,
  ) {}

  public get availability(): Availability {
    return this.parts.availability;
  }

  /** Returns when the client was stopped. */
  public async run(): Promise<void> {
    const { clock } = this.parts;
    const { signal } = this.stopping;
    const open = new Set<Promise<void>>();
    while (!signal.aborted) {
      const from = clock.now();
      const asking = this.ask(from).finally(() => open.delete(asking));
      open.add(asking);
      await pause(this.probe.config.intervalMs - (clock.now() - from), signal);
    }
    await Promise.all(open);
  }

  public stop(): void {
    this.stopping.abort();
  }

  private async ask(from: number): Promise<void> {
    const { clock, series, availability, failed } = this.parts;
    const { signal } = this.stopping;
    availability.begun(from);
    let overtaken = false;
    const waiting = setTimeout(() => {
      overtaken = true;
      series.overtake('failed', from, clock.now());
    }, availability.silenceMs);
    const problem = await this.probe.ask(signal);
    clearTimeout(waiting);
    if (signal.aborted) {
      return;
    }
    const now = clock.now();
    const outcome = problem === undefined ? 'ok' : 'failed';
    availability.ended(outcome === 'ok', from, now);
    if (overtaken) {
      series.settle(outcome);
    } else {
      series.add(outcome, from, now);
    }
    if (problem !== undefined) {
      failed(problem);
    }
  }
}
