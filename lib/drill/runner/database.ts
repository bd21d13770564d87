import { readFileSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { connect, isIP, Socket } from 'node:net';
import { Client } from 'pg';
import type { DatabaseConfig } from './config';

/** A connection whose end is certain: `cut` and `cancel` do not wait for the server. */
export interface Connection {
  readonly client: Client;
  /** Whether the server warned in the last query, such as of a commit that no standby has. */
  warned: boolean;
  /** Whether it was lost: what is sent now never leaves. */
  lost: boolean;
  /** Why it was cut by us. */
  problem?: string;
  readonly cut: () => void;
  /**
   * Cuts, and asks the server to give up what it was doing. A session that waits for a lock or a standby does not notice
   * that its client has gone, and such sessions would soon be all that the role may have.
   */
  readonly cancel: () => void;
}

/** All sessions of all runs have this in front of their application name. */
export const APPLICATION = 'phoenix-drill';
const CANCEL_REQUEST = 80877102;
const CANCEL_MS = 1000;

/** Names are asked for again after this long: clients that try again all the time must not become a load on DNS. */
const NAME_LASTS_MS = 1000;

/** Where to connect: a Service or one instance. */
export interface Address {
  /** What the server's certificate must name: an instance is reached by address, its certificate names the Service. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** Opens connections to the drill database; the mounted certificate files are read each time, so rotation just works. */
export class DrillDatabase {
  public readonly primary: Address;
  public readonly replicas: Address;
  private readonly names = new Map<string, { readonly address: Promise<string>; readonly askedAt: number }>();

  public constructor(
    private readonly config: DatabaseConfig,
    /** Name of this run's sessions. */
    private readonly application: string,
  ) {
    const { host, readOnlyHost, port, readOnlyPort = port } = config;
    this.primary = { name: host, host, port };
    this.replicas = { name: readOnlyHost, host: readOnlyHost, port: readOnlyPort };
  }

  /** An instance by its pod's address. */
  public instance(podIp: string): Address {
    return { name: this.config.host, host: podIp, port: this.config.instancePort ?? this.config.port };
  }

  /** @param signal gives the attempt up at once */
  public async connect(address: Address, timeoutMs: number, signal?: AbortSignal): Promise<Connection> {
    const { name, user, tls } = this.config;
    const host = await this.resolve(address.host);
    signal?.throwIfAborted();
    const socket = new Socket();
    socket.setNoDelay(true);
    const client = new Client({
      host,
      port: address.port,
      database: name,
      user,
      stream: () => socket,
      application_name: this.application,
      connectionTimeoutMillis: timeoutMs,
      // verify-full: chain and name.
      ssl: tls && {
        ca: readFileSync(tls.ca, 'utf8'),
        cert: readFileSync(tls.cert, 'utf8'),
        key: readFileSync(tls.key, 'utf8'),
        rejectUnauthorized: true,
        ...(isIP(address.name) === 0 ? { servername: address.name } : { host: address.name }),
      },
    });
    const connection: Connection = {
      client,
      warned: false,
      lost: false,
      cut: () => socket.destroy(),
      cancel: () => {
        socket.destroy();
        cancel(host, address.port, client as unknown as SessionKey);
      },
    };
    client.on('error', () => (connection.lost = true));
    client.on('end', () => (connection.lost = true));
    client.on('notice', (notice) => (connection.warned ||= notice.severity === 'WARNING'));
    signal?.addEventListener('abort', connection.cut, { once: true });
    try {
      await client.connect();
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      signal?.removeEventListener('abort', connection.cut);
    }
    return connection;
  }

  /** Only the first look is waited for: a name server that was on the lost node must not look like a lost database. */
  private async resolve(host: string): Promise<string> {
    if (isIP(host) !== 0) {
      return host;
    }
    const known = this.names.get(host);
    if (known !== undefined && performance.now() - known.askedAt < NAME_LASTS_MS) {
      return known.address;
    }
    const fresh = lookup(host).then((found) => found.address);
    const address = known === undefined ? fresh : fresh.catch(() => known.address);
    const entry: { address: Promise<string>; askedAt: number } = {
      address: known?.address ?? address,
      askedAt: performance.now(),
    };
    this.names.set(host, entry);
    address.then(
      () => (entry.address = address),
      () => this.names.delete(host),
    );
    return entry.address;
  }

  /** One connection for one piece of work, cut when the work takes longer than `timeoutMs` or `signal` fires. */
  public async use<T>(
    address: Address,
    timeoutMs: number,
    work: (client: Client) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const giveUp = new AbortController();
    const stop = () => giveUp.abort();
    const deadline = setTimeout(stop, timeoutMs);
    signal?.addEventListener('abort', stop, { once: true });
    let connection: Connection | undefined;
    try {
      signal?.throwIfAborted();
      connection = await this.connect(address, timeoutMs, giveUp.signal);
      giveUp.signal.addEventListener('abort', connection.cancel, { once: true });
      return await work(connection.client);
    } finally {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', stop);
      connection?.cut();
    }
  }
}

interface SessionKey {
  readonly processID: number | null;
  readonly secretKey: number | null;
}

/** The request that PostgreSQL has for it: a connection of its own, the session's key, no answer. */
function cancel(host: string, port: number, { processID, secretKey }: SessionKey): void {
  if (processID === null || secretKey === null) {
    return;
  }
  const request = Buffer.alloc(16);
  [16, CANCEL_REQUEST, processID, secretKey].forEach((value, i) => request.writeInt32BE(value, 4 * i));
  const socket = connect({ host, port });
  const late = setTimeout(() => socket.destroy(), CANCEL_MS);
  socket
    .on('connect', () => socket.end(request))
    .on('error', () => undefined)
    .on('close', () => clearTimeout(late));
}

/**
 * Whether the server's refusal means that the write has not happened and never will. A session that is ended while it
 * commits (57P01) may have committed; an error while the statement runs cannot have.
 */
export function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^(0A|22|23|25|28|3D|40001|42|53|54|55|57P03)/.test(code) && code.length === 5;
}
