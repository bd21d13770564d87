import { pause } from './clock';
import { textOf, type ApiRequest, type ApiResponse, type Transport } from './transport';

/** An object of the API, as far as the runner reads it. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Answer other than success; `code` 0 is no answer at all. */
export class KubernetesError extends Error {
  public override readonly name = 'KubernetesError';
  public constructor(
    /** HTTP status. */
    public readonly code: number,
    /** The API server's word, such as `Conflict`; `NeverSent` and `NoAnswer` are ours. */
    public readonly reason: string,
    message: string,
    /** Seconds that the server asks to wait. */
    public readonly retryAfter = 0,
  ) {
    super(message);
  }
}

/** Whether a write may or may not have taken effect: the caller has to look. */
export function isUncertain(error: unknown): boolean {
  return error instanceof KubernetesError && (error.code === 0 || error.code >= 500);
}

/** Settings of a `KubernetesClient`. */
export interface KubernetesClientOptions {
  /** How long one request may take to be answered, milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** Jitter, between 0 and 1. @default Math.random */
  readonly random?: () => number;
  /** Ends all calls when it fires. @default - none */
  readonly signal?: AbortSignal;
}

interface Call {
  readonly method: ApiRequest['method'];
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
}

const ATTEMPTS = 5;
const WATCH_SECONDS = 30;
/** Errors before the request has left: nothing can have happened. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT']);

/**
 * The few calls that a drill makes, typed and small enough for a ConfigMap. Reads are repeated with jitter after any
 * failure; writes only where the server cannot have acted: it asked to come back (429), did not know us (401) or never
 * got the request.
 */
export class KubernetesClient {
  private readonly timeoutMs: number;
  private readonly random: () => number;

  public constructor(
    private readonly transport: Transport,
    private readonly options: KubernetesClientOptions = {},
  ) {
    this.timeoutMs = options.timeoutMs ?? 5000;
    this.random = options.random ?? Math.random;
  }

  /** The same client, but its calls end when `signal` fires: as if unanswered, so a write may have arrived. */
  public until(signal: AbortSignal): KubernetesClient {
    return new KubernetesClient(this.transport, { ...this.options, signal });
  }

  /** @throws KubernetesError, `code` 404 where there is none */
  public get<T extends KubernetesObject>(path: string): Promise<T> {
    return this.call<T>({ method: 'GET', path });
  }

  /** The object, or undefined where there is none. */
  public async find<T extends KubernetesObject>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof KubernetesError && error.code === 404) {
        return undefined;
      }
      throw error;
    }
  }

  /** All objects of a collection, of these labels (`a=b,c=d`) if given. */
  public async list<T extends KubernetesObject>(path: string, labels?: string): Promise<readonly T[]> {
    const query = labels === undefined ? '' : `?labelSelector=${encodeURIComponent(labels)}`;
    return (await this.call<{ items: T[] }>({ method: 'GET', path: path + query })).items;
  }

  /** What is no object, such as `/version`. */
  public read<T>(path: string): Promise<T> {
    return this.call<T>({ method: 'GET', path });
  }

  public create<T extends KubernetesObject>(collection: string, body: T): Promise<T> {
    return this.call<T>({ method: 'POST', path: collection, body });
  }

  /** Replaces an object; with `resourceVersion` in it the server refuses (409) if somebody else was faster. */
  public update<T extends KubernetesObject>(path: string, body: T): Promise<T> {
    return this.call<T>({ method: 'PUT', path, body });
  }

  /** A JSON merge patch; with `metadata.resourceVersion` in it the server refuses (409) a changed object. */
  public patch<T extends KubernetesObject>(path: string, body: object): Promise<T> {
    return this.call<T>({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
  }

  /**
   * Deletes exactly the object with this uid; the server refuses (409) another one of the same name. A Job leaves its
   * pods behind unless `propagationPolicy` is `Background`.
   */
  public async delete(
    path: string,
    uid: string,
    gracePeriodSeconds?: number,
    propagationPolicy?: 'Background',
  ): Promise<void> {
    await this.call({
      method: 'DELETE',
      path,
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid },
        ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
        ...(propagationPolicy !== undefined && { propagationPolicy }),
      },
    });
  }

  /**
   * Follows one object until `signal` fires: each state that it has, from now on. Survives cut connections and
   * compacted history (410) by listing again, so a state may be told twice.
   */
  public async watch(
    collection: string,
    name: string,
    signal: AbortSignal,
    tell: (object: KubernetesObject) => void,
  ): Promise<void> {
    const field = `fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`;
    let version: string | undefined;
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (version === undefined) {
          const list = await this.send<{ metadata: { resourceVersion: string }; items: KubernetesObject[] }>(
            { method: 'GET', path: `${collection}?${field}` },
            signal,
          );
          version = list.metadata.resourceVersion;
          list.items.forEach(tell);
        }
        const path = `${collection}?watch=1&${field}&resourceVersion=${version}&timeoutSeconds=${WATCH_SECONDS}&allowWatchBookmarks=true`;
        for await (const line of this.lines(path, signal)) {
          const event = JSON.parse(line) as { type: string; object: KubernetesObject };
          failures = 0;
          if (event.type === 'ERROR') {
            version = undefined;
            break;
          }
          version = event.object.metadata.resourceVersion ?? version;
          if (event.type === 'ADDED' || event.type === 'MODIFIED') {
            tell(event.object);
          }
        }
      } catch (error) {
        failures++;
        if (error instanceof KubernetesError && error.code === 410) {
          version = undefined;
        }
      }
      await pause(Math.min(2000, 100 * 2 ** failures) * (0.5 + this.random()), signal);
    }
  }

  private async call<T>(call: Call): Promise<T> {
    const { signal } = this.options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.send<T>(call, signal);
      } catch (error) {
        if (!(error instanceof KubernetesError) || attempt === ATTEMPTS || !mayRepeat(call, error)) {
          throw error;
        }
        const backoff = Math.min(2000, 50 * 2 ** attempt) * (0.5 + this.random());
        await pause(Math.max(backoff, Math.min(error.retryAfter, 10) * 1000), signal);
        if (signal?.aborted) {
          throw error;
        }
      }
    }
  }

  private async send<T>(call: Call, signal?: AbortSignal): Promise<T> {
    const response = await this.open(call, this.timeoutMs, signal);
    const text = await wholeText(call, response);
    if (response.status >= 200 && response.status < 300) {
      return JSON.parse(text) as T;
    }
    throw refusal(call, response.status, text, Number(response.headers['retry-after'] ?? 0));
  }

  private async *lines(path: string, signal: AbortSignal): AsyncGenerator<string> {
    const call: Call = { method: 'GET', path };
    const response = await this.open(call, (WATCH_SECONDS + 10) * 1000, signal);
    if (response.status !== 200) {
      throw refusal(call, response.status, await wholeText(call, response), 0);
    }
    let rest = '';
    try {
      for await (const chunk of response.body) {
        rest += String(chunk);
        const parts = rest.split('\n');
        rest = parts.pop() ?? '';
        yield* parts.filter((line) => line !== '');
      }
    } finally {
      response.cancel();
    }
  }

  private async open(call: Call, idleMs: number, signal?: AbortSignal): Promise<ApiResponse> {
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    try {
      return await this.transport({
        method: call.method,
        path: call.path,
        headers: {
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': call.contentType ?? 'application/json' }),
        },
        ...(body !== undefined && { body }),
        ...(signal !== undefined && { signal }),
        timeoutMs: this.timeoutMs,
        idleMs,
      });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const reason = NEVER_SENT.has(code ?? '') ? 'NeverSent' : 'NoAnswer';
      throw new KubernetesError(0, reason, `${call.method} ${call.path}: ${message || code}`);
    }
  }
}

async function wholeText(call: Call, response: ApiResponse): Promise<string> {
  try {
    return await textOf(response);
  } catch (error) {
    throw new KubernetesError(0, 'NoAnswer', `${call.method} ${call.path}: cut off: ${(error as Error).message}`);
  }
}

function mayRepeat(call: Call, error: KubernetesError): boolean {
  // 401: a token that was rotated between our reading it and the server's is read again.
  if (error.code === 429 || error.code === 401 || error.reason === 'NeverSent') {
    return true;
  }
  return call.method === 'GET' && (error.code === 0 || error.code >= 500);
}

function refusal(call: Call, status: number, text: string, retryAfter: number): KubernetesError {
  let reason = '';
  let message = text.slice(0, 300);
  try {
    const parsed = JSON.parse(text) as { reason?: string; message?: string };
    reason = parsed.reason ?? '';
    message = parsed.message ?? message;
  } catch {
    // Not from the API server, such as a proxy's page.
  }
  return new KubernetesError(status, reason, `${call.method} ${call.path}: ${status} ${reason} ${message}`, retryAfter);
}
