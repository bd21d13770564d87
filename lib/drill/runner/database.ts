import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { Client } from 'pg';
import type { DatabaseConfig } from './config';

/** A connection whose end is certain: `cut` does not ask the server. */
export interface Connection {
  readonly client: Client;
  /** Whether the server warned in the last query, such as of a commit that no standby has. */
  warned: boolean;
  readonly cut: () => void;
}

/** Where to connect: a Service or one instance. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Opens connections to the drill database; the mounted certificate files are read each time, so rotation just works. */
export class DrillDatabase {
  public readonly primary: Address;
  public readonly replicas: Address;

  public constructor(private readonly config: DatabaseConfig) {
    this.primary = { host: config.host, port: config.port };
    this.replicas = { host: config.readOnlyHost, port: config.readOnlyPort ?? config.port };
  }

  /** An instance by its pod's address. */
  public instance(podIp: string): Address {
    return { host: podIp, port: this.config.instancePort ?? this.config.port };
  }

  public async connect(address: Address, timeoutMs: number): Promise<Connection> {
    const { name, user, tls, host } = this.config;
    const socket = new Socket();
    socket.setNoDelay(true);
    const client = new Client({
      ...address,
      database: name,
      user,
      stream: () => socket,
      application_name: 'phoenix-drill',
      connectionTimeoutMillis: timeoutMs,
      // verify-full: chain and name. An instance is reached by address, its certificate names the Service.
      ssl: tls && {
        ca: readFileSync(tls.ca, 'utf8'),
        cert: readFileSync(tls.cert, 'utf8'),
        key: readFileSync(tls.key, 'utf8'),
        rejectUnauthorized: true,
        servername: host,
      },
    });
    const connection: Connection = { client, warned: false, cut: () => socket.destroy() };
    client.on('error', () => undefined);
    client.on('notice', (notice) => (connection.warned ||= notice.severity === 'WARNING'));
    try {
      await client.connect();
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return connection;
  }

  /** One connection for one piece of work. */
  public async use<T>(address: Address, timeoutMs: number, work: (client: Client) => Promise<T>): Promise<T> {
    const connection = await this.connect(address, timeoutMs);
    const deadline = setTimeout(() => connection.cut(), timeoutMs);
    try {
      return await work(connection.client);
    } finally {
      clearTimeout(deadline);
      connection.cut();
    }
  }
}

/**
 * Whether the server's refusal means that the write has not happened and never will. A session that is ended while it
 * commits (57P01) may have committed; an error while the statement runs cannot have.
 */
export function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^(0A|22|23|25|28|3D|40001|42|53|54|55|57P03)/.test(code) && code.length === 5;
}
