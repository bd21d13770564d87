import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pause } from './clock';

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
    public readonly code: number,
    public readonly reason: string,
    message: string,
    /** Seconds that the server asks to wait. */
    public readonly retryAfter = 0,
  ) {
    super(message);
  }
}

/** How to reach the API server. Secrets are functions, because mounted files change while the runner runs. */
export interface KubernetesAccess {
  readonly url: string;
  readonly token?: () => string;
  readonly ca?: () => string | Buffer;
  /** Client certificate of a kubeconfig. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly timeoutMs: number;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
}

const ATTEMPTS = 5;
/** Errors before the request has left: nothing can have happened. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * The few calls that a drill makes. Built on `node:https` and not on `fetch`, because `fetch` takes neither a CA nor a
 * client certificate. Reads are repeated with jitter after any failure; writes only where the server cannot have acted.
 */
export class KubernetesClient {
  public constructor(
    private readonly access: KubernetesAccess,
    private readonly random: () => number = Math.random,
  ) {}

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

  public async list<T extends KubernetesObject>(path: string, labels?: string): Promise<readonly T[]> {
    const query = labels === undefined ? '' : `?labelSelector=${encodeURIComponent(labels)}`;
    return (await this.call<{ items: T[] }>({ method: 'GET', path: path + query })).items;
  }

  public create<T extends KubernetesObject>(collection: string, body: T): Promise<T> {
    return this.call<T>({ method: 'POST', path: collection, body });
  }

  /** Replaces an object; with `resourceVersion` in it the server refuses if somebody else was faster. */
  public update<T extends KubernetesObject>(path: string, body: T): Promise<T> {
    return this.call<T>({ method: 'PUT', path, body });
  }

  public patch<T extends KubernetesObject>(path: string, body: object): Promise<T> {
    return this.call<T>({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
  }

  /** Deletes exactly the object with this uid. */
  public delete(path: string, uid: string, gracePeriodSeconds?: number): Promise<unknown> {
    return this.call({
      method: 'DELETE',
      path,
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid },
        ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
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
    while (!signal.aborted) {
      try {
        if (version === undefined) {
          const list = await this.send<{ metadata: { resourceVersion: string }; items: KubernetesObject[] }>({ method: 'GET', path: `${collection}?${field}` }, signal); // prettier-ignore
          version = list.metadata.resourceVersion;
          list.items.forEach(tell);
        }
        const path = `${collection}?watch=1&${field}&resourceVersion=${version}&timeoutSeconds=60&allowWatchBookmarks=true`;
        for await (const line of this.lines(path, signal)) {
          const event = JSON.parse(line) as { type: string; object: KubernetesObject };
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
        if (error instanceof KubernetesError && error.code === 410) {
          version = undefined;
        }
      }
      await pause(50 + this.random() * 200, signal);
    }
  }

  private async call<T>(call: Call): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.send<T>(call);
      } catch (error) {
        if (!(error instanceof KubernetesError) || attempt === ATTEMPTS || !mayRepeat(call, error)) {
          throw error;
        }
        const backoff = Math.min(2000, 100 * 2 ** attempt) * (0.5 + this.random());
        await pause(Math.max(backoff, Math.min(error.retryAfter, 10) * 1000));
      }
    }
  }

  private async send<T>(call: Call, signal?: AbortSignal): Promise<T> {
    const response = await this.open(call, signal);
    let text = '';
    try {
      for await (const chunk of response) {
        text += String(chunk);
      }
    } catch (error) {
      throw new KubernetesError(0, 'Cut', `${call.method} ${call.path}: ${(error as Error).message}`);
    }
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) {
      return JSON.parse(text) as T;
    }
    throw failure(call, status, text, Number(response.headers['retry-after'] ?? 0));
  }

  private async *lines(path: string, signal: AbortSignal): AsyncGenerator<string> {
    const response = await this.open({ method: 'GET', path }, signal, 90_000);
    if (response.statusCode !== 200) {
      response.destroy();
      throw new KubernetesError(response.statusCode ?? 0, 'Watch', `watch ${path}: status ${response.statusCode ?? 0}`);
    }
    let rest = '';
    for await (const chunk of response) {
      rest += String(chunk);
      const parts = rest.split('\n');
      rest = parts.pop() ?? '';
      yield* parts.filter((line) => line !== '');
    }
  }

  private open(call: Call, signal?: AbortSignal, idleMs = this.access.timeoutMs): Promise<IncomingMessage> {
    const { url, token, ca, cert, key, timeoutMs } = this.access;
    const target = new URL(url + call.path);
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((done, failed) => {
      const request = send(target, {
        method: call.method,
        headers: {
          accept: 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token().trim()}` }),
          ...(body !== undefined && {
            'content-type': call.contentType ?? 'application/json',
            'content-length': Buffer.byteLength(body),
          }),
        },
        ...(ca !== undefined && { ca: ca() }),
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
        ...(signal !== undefined && { signal }),
        agent: false,
      });
      const deadline = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      request.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(deadline);
        const reason = NEVER_SENT.has(error.code ?? '') ? 'NeverSent' : 'NoAnswer';
        failed(new KubernetesError(0, reason, `${call.method} ${call.path}: ${error.message}`));
      });
      request.on('response', (response) => {
        clearTimeout(deadline);
        request.setTimeout(idleMs, () => response.destroy(new Error(`silent for ${idleMs} ms`)));
        done(response);
      });
      request.end(body);
    });
  }
}

function mayRepeat(call: Call, error: KubernetesError): boolean {
  if (error.code === 429 || error.reason === 'NeverSent') {
    return true;
  }
  return call.method === 'GET' && (error.code === 0 || error.code >= 500);
}

function failure(call: Call, status: number, text: string, retryAfter: number): KubernetesError {
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
