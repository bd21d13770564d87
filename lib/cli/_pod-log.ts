import { KubernetesError } from '../drill/runner/kubernetes';
import type { ApiResponse, Transport } from '../drill/runner/transport';

const ANSWER_MS = 10_000;
/** A drill says something every second: after this silence the connection is dead, whatever TCP believes. */
const SILENCE_MS = 15_000;

/**
 * The log of a pod, each line once, however often the connection is cut: it asks for timestamps, and goes on from the
 * last one. The API keeps seconds of that only, so lines of that second come again and are left out here.
 */
export class PodLog {
  private readonly told = new Set<string>();
  private since: string | undefined;

  /** @param path of the pod: `/api/v1/namespaces/shop/pods/drill-x7k2p` */
  public constructor(
    private readonly transport: Transport,
    private readonly path: string,
    private readonly container: string,
    private readonly silenceMs = SILENCE_MS,
  ) {}

  /** Tells new lines while they are written, until the stream ends. @throws if it is refused, silent or cut */
  public async follow(tell: (line: string) => void): Promise<void> {
    // What it returns may be half a line: the next read brings it whole.
    await this.read(true, tell);
  }

  /** Tells new lines of a container that has ended. @throws if it is refused or cut */
  public async finish(tell: (line: string) => void): Promise<void> {
    const rest = await this.read(false, tell);
    if (rest !== '') {
      this.take(rest, tell);
    }
  }

  /** Returns what stands after the last end of a line. */
  private async read(follow: boolean, tell: (line: string) => void): Promise<string> {
    const query = new URLSearchParams({ container: this.container, timestamps: 'true' });
    if (follow) {
      query.set('follow', 'true');
    }
    if (this.since !== undefined) {
      query.set('sinceTime', this.since);
    }
    const path = `${this.path}/log?${query.toString()}`;
    const response = await this.transport({
      method: 'GET',
      path,
      headers: {},
      timeoutMs: ANSWER_MS,
      idleMs: this.silenceMs,
    }).catch((error: NodeJS.ErrnoException) => {
      throw new KubernetesError(0, 'NoAnswer', `GET ${path}: ${error.message || error.code}`);
    });
    if (response.status !== 200) {
      throw await refusal(response);
    }
    let rest = '';
    for await (const chunk of response.body) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach((line) => this.take(line, tell));
    }
    return rest;
  }

  private take(line: string, tell: (line: string) => void): void {
    const [, seconds, fraction = '', zone, text] = /^(\S{19})(\.\d+)?(Z|[-+]\d\d:\d\d) (.*)$/s.exec(line) ?? [];
    if (seconds === undefined || zone === undefined || text === undefined) {
      tell(line);
      return;
    }
    const mark = `${seconds}${fraction}${zone} ${text.length}`;
    if (!this.told.has(mark)) {
      this.told.add(mark);
      this.since = seconds + zone;
      tell(text);
    }
  }
}

async function refusal(response: ApiResponse): Promise<KubernetesError> {
  let text = '';
  for await (const chunk of response.body) {
    text += String(chunk);
  }
  let message = text.trim().slice(0, 300);
  let reason = '';
  try {
    ({ message = message, reason = '' } = JSON.parse(text) as { message?: string; reason?: string });
  } catch {
    // Not from the API server, such as the page of a proxy.
  }
  return new KubernetesError(response.status, reason, message);
}
