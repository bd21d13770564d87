import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** One request to an API server, before it has an address and credentials. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query: `/api/v1/nodes?limit=5`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Longest silence of a connection before the first byte of the answer, milliseconds. */
  readonly timeoutMs: number;
  /** Longest silence within an answer, milliseconds. */
  readonly idleMs: number;
  readonly signal?: AbortSignal;
}

/** An answer whose body is still to be read. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Pieces of text. */
  readonly body: AsyncIterable<unknown>;
  /** Gives the connection up, for who does not read to the end. */
  readonly cancel: () => void;
}

/**
 * Brings one request to an API server. Rejects with the error of the connection, its `code` included; an answer of any
 * status is no error.
 */
export type Transport = (request: ApiRequest) => Promise<ApiResponse>;

/** How to reach an API server. Secrets are functions, because mounted files change while the program runs. */
export interface ServerAddress {
  readonly url: string;
  /** Unix socket to use instead of the host of `url`, as `kubectl proxy --unix-socket` opens it. */
  readonly socketPath?: string;
  readonly token?: () => string;
  readonly ca?: () => string | Buffer;
}

/**
 * Over `node:http` and `node:https`. Not over `fetch`, which takes neither a CA nor a socket path without a package of
 * its own. One connection a request: a pooled connection of a lost API server would take the next request with it.
 */
export function httpTransport({ url, socketPath, token, ca }: ServerAddress): Transport {
  return ({ method, path, headers, body, timeoutMs, idleMs, signal }) =>
    new Promise((done, failed) => {
      const target = new URL(url + path);
      const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(target, {
        method,
        headers: {
          ...headers,
          ...(token !== undefined && { authorization: `Bearer ${token().trim()}` }),
          ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
        },
        ...(ca !== undefined && { ca: ca() }),
        ...(socketPath !== undefined && { socketPath }),
        ...(signal !== undefined && { signal }),
        agent: false,
      });
      const deadline = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      request.on('error', (error) => {
        clearTimeout(deadline);
        failed(error);
      });
      request.on('response', (response) => {
        clearTimeout(deadline);
        response.setEncoding('utf8');
        request.setTimeout(idleMs, () => response.destroy(new Error(`silent for ${idleMs} ms`)));
        done({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: response,
          cancel: () => response.destroy(),
        });
      });
      request.end(body);
    });
}

/** The whole body. */
export async function textOf({ body }: ApiResponse): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += String(chunk);
  }
  return text;
}
