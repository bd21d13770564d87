import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'pg';

/** How the service lies, where a test asks it to. */
export interface ServiceFaults {
  /** Health always says ok, whatever the database does. */
  lyingHealth: boolean;
  /** What the summary answers, with status 200; its own answer where absent. */
  summary: string | undefined;
  /** The summary answers 500. */
  broken: boolean;
}

/** A small real HTTP API on the real database, as the service under test. */
export class ServiceApi {
  public static async start(port: number): Promise<ServiceApi> {
    const api = new ServiceApi(port);
    await new Promise<void>((done) => api.server.listen(0, '127.0.0.1', done));
    return api;
  }

  public readonly faults: ServiceFaults = { lyingHealth: false, summary: undefined, broken: false };
  private readonly server: Server;
  private readonly pool: Pool;

  private constructor(port: number) {
    this.pool = new Pool({
      host: '127.0.0.1',
      port,
      user: 'state_hub',
      database: 'state_hub',
      max: 4,
      connectionTimeoutMillis: 1000,
      query_timeout: 800,
    });
    this.pool.on('error', () => undefined);
    this.server = createServer((request, response) => {
      void this.handle(request.url ?? '').then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
    await this.pool.end();
  }

  private async handle(path: string): Promise<[number, object | string]> {
    if (path === '/state/health' && this.faults.lyingHealth) {
      return [200, { status: 'ok' }];
    }
    if (path === '/state/summary' && this.faults.summary !== undefined) {
      return [200, this.faults.summary];
    }
    if (path === '/state/summary' && this.faults.broken) {
      return [500, {}];
    }
    try {
      const { rows } = await this.pool.query<{ n: string }>('select count(*) as n from episodes');
      return [200, path === '/state/health' ? { status: 'ok' } : { episodes: Number(rows[0]!.n) }];
    } catch (error) {
      return [503, { status: 'unavailable', error: String(error) }];
    }
  }
}
