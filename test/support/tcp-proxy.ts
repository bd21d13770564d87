import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Where a proxy sends connections. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * A Service as kube-proxy makes it: one address, new connections go to the current endpoints in turn, and without an
 * endpoint they are refused. Connections that are open stay with the endpoint they had.
 */
export class TcpProxy {
  public static async listen(host = '127.0.0.1'): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server);
    await new Promise<void>((done, failed) => server.once('error', failed).listen(0, host, done));
    return proxy;
  }

  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private endpoints: readonly Endpoint[] = [];
  private turn = 0;
  private answersHeld = false;
  private resetAfter: { matches: (data: Buffer) => boolean; left: number } | undefined;

  private constructor(private readonly server: Server) {
    server.on('connection', (client) => this.accept(client));
  }

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** New connections go there from now on. */
  public pointTo(...endpoints: readonly Endpoint[]): void {
    this.endpoints = endpoints;
  }

  /** Resets every open connection. */
  public reset(): void {
    for (const [client, upstream] of this.pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
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
    this.reset();
    await new Promise((done) => this.server.close(done));
  }

  private accept(client: Socket): void {
    const endpoint = this.endpoints[this.turn++ % Math.max(1, this.endpoints.length)];
    if (endpoint === undefined) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(endpoint);
    const pair = [client, upstream] as const;
    this.pairs.add(pair);
    let doomed = false;
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    client.on('data', (data) => {
      const fault = this.resetAfter;
      if (fault !== undefined && fault.left > 0 && fault.matches(data)) {
        fault.left--;
        doomed = true;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (doomed) {
        client.resetAndDestroy();
        upstream.destroy();
      } else if (!this.answersHeld) {
        client.write(data);
      }
    });
    const finish = () => {
      this.pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of pair) {
      socket.on('error', finish);
      socket.on('close', finish);
    }
  }
}
