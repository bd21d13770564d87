import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { BlackHole } from './black-hole';

/** Where a proxy sends connections. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

interface Pair {
  readonly client: Socket;
  upstream: Socket | undefined;
  /** Nothing passes any more, in either direction. */
  mute: boolean;
}

/**
 * A Service as kube-proxy makes it: one address, new connections go to the current endpoints in turn, and without an
 * endpoint they are refused. Connections that are open stay with the endpoint they had.
 */
export class TcpProxy {
  public static async listen(host = '127.0.0.1'): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((done, failed) => server.once('error', failed).listen(0, host, done));
    return new TcpProxy(server, host);
  }

  public readonly port: number;
  private readonly pairs = new Set<Pair>();
  private endpoints: readonly Endpoint[] = [];
  private turn = 0;
  private silent = false;
  private hole: BlackHole | undefined;
  private answersHeld = false;
  private resetAfter: { matches: (data: Buffer) => boolean; left: number } | undefined;

  private constructor(
    private readonly server: Server,
    private readonly host: string,
  ) {
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.accept(client));
  }

  /** New connections go there from now on. */
  public pointTo(...endpoints: readonly Endpoint[]): void {
    this.endpoints = endpoints;
  }

  /** Resets every open connection. */
  public reset(): void {
    for (const { client, upstream } of this.pairs) {
      client.resetAndDestroy();
      upstream?.resetAndDestroy();
    }
  }

  /**
   * A node that is gone: connections that were open stay open and say nothing, for ever. New ones are accepted and say
   * nothing (`silent`), or find that their packets are dropped (`dropped`), until `restore`.
   */
  public async lose(how: 'silent' | 'dropped'): Promise<void> {
    this.silent = true;
    this.pairs.forEach((pair) => (pair.mute = true));
    if (how === 'dropped') {
      this.server.close();
      this.hole = await BlackHole.open(this.host, this.port);
    }
  }

  /** New connections are served again; those from before stay silent. */
  public async restore(): Promise<void> {
    this.silent = false;
    const { hole } = this;
    if (hole !== undefined) {
      this.hole = undefined;
      await hole.close();
      await new Promise<void>((done) => this.server.listen(this.port, this.host, done));
    }
  }

  /** While held, what the endpoint says does not reach the client: a link that has gone silent. */
  public holdAnswers(held: boolean): void {
    this.answersHeld = held;
  }

  /** Forwards the next `times` messages that match, then resets instead of bringing the answer back. */
  public resetInstead(matches: (data: Buffer) => boolean, times: number): void {
    this.resetAfter = { matches, left: times };
  }

  public async close(): Promise<void> {
    await this.restore();
    this.reset();
    await new Promise((done) => this.server.close(done));
  }

  private accept(client: Socket): void {
    const pair: Pair = { client, upstream: undefined, mute: this.silent };
    this.pairs.add(pair);
    client.on('error', () => undefined);
    client.on('close', () => {
      this.pairs.delete(pair);
      pair.upstream?.destroy();
    });
    if (pair.mute) {
      client.resume();
      return;
    }
    const endpoint = this.endpoints[this.turn++ % Math.max(1, this.endpoints.length)];
    if (endpoint === undefined) {
      client.resetAndDestroy();
      return;
    }
    this.join(pair, connect(endpoint));
  }

  private join(pair: Pair, upstream: Socket): void {
    const { client } = pair;
    let doomed = false;
    pair.upstream = upstream;
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    client.on('data', (data) => {
      const fault = this.resetAfter;
      if (fault !== undefined && fault.left > 0 && fault.matches(data)) {
        fault.left--;
        doomed = true;
      }
      if (!pair.mute) {
        upstream.write(data);
      }
    });
    upstream.on('data', (data) => {
      if (doomed) {
        client.resetAndDestroy();
        upstream.destroy();
      } else if (!this.answersHeld && !pair.mute) {
        client.write(data);
      }
    });
    const finish = () => {
      if (!pair.mute) {
        client.destroy();
      }
      upstream.destroy();
    };
    upstream.on('error', finish);
    upstream.on('close', finish);
  }
}
