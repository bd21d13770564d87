import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issue, type Certificate } from './certificates';
import { Guardian } from './guardian';
import { postgresBinaries } from './postgres-binaries';
import { PostgresServer } from './postgres-server';
import { TcpProxy, type Endpoint } from './tcp-proxy';

/** What the servers are like. */
export interface DatabaseOptions {
  /** `synchronous_standby_names = ANY 1 (...)`, else asynchronous. */
  readonly synchronous: boolean;
  /** TLS with client certificates for the drill role, as CloudNativePG has it. */
  readonly tls: boolean;
  /** `fsync`: off for tests that only kill processes. */
  readonly fsync: boolean;
}

/** Files as a Secret volume mounts them. */
export interface MountedCertificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Three real PostgreSQL servers with streaming replication, and the proxies that stand for the Services. */
export class DatabaseBed {
  public static async start(cluster: string, options: DatabaseOptions): Promise<DatabaseBed> {
    const folder = mkdtempSync(join(scratch(), 'phoenix-bed-'));
    chmodSync(folder, 0o755);
    const hosts = ['127.0.0.11', '127.0.0.12', '127.0.0.13'];
    const port = await commonPort(hosts);
    const [rw, ro, ...links] = await Promise.all(Array.from({ length: 5 }, () => TcpProxy.listen()));
    const bed = new DatabaseBed(folder, cluster, hosts, port, options, rw!, ro!, links);
    await bed.bootstrap();
    return bed;
  }

  public readonly servers: readonly PostgresServer[];
  public primary: PostgresServer;
  public readonly mounted: MountedCertificates;
  private authority: Certificate;
  private readonly guardian: Guardian;

  private constructor(
    public readonly folder: string,
    cluster: string,
    hosts: readonly string[],
    public readonly port: number,
    private readonly options: DatabaseOptions,
    public readonly rw: TcpProxy,
    public readonly ro: TcpProxy,
    /** One replication link for each server, so that a test can hold it up. */
    public readonly links: readonly TcpProxy[],
  ) {
    this.guardian = new Guardian(folder);
    const names = hosts.map((_, i) => `${cluster}-${i + 1}`);
    this.servers = hosts.map(
      (host, i) =>
        new PostgresServer({
          name: names[i]!,
          folder: join(folder, names[i]!),
          host,
          port,
          settings: settings(names[i]!, names, options),
          access: access(options.tls),
          started: (pid) => this.guardian.watch(pid),
        }),
    );
    this.primary = this.servers[0]!;
    this.authority = issue('phoenix test authority');
    const secrets = join(folder, 'secrets');
    mkdirSync(secrets);
    this.mounted = { ca: join(secrets, 'ca.crt'), cert: join(secrets, 'tls.crt'), key: join(secrets, 'tls.key') };
    this.writeClientCertificate();
  }

  public get standbys(): PostgresServer[] {
    return this.servers.filter((server) => server !== this.primary && server.running);
  }

  public endpoint(server: PostgresServer): Endpoint {
    return { host: server.options.host, port: server.options.port };
  }

  /** Makes `primary` the one that standbys follow and, where asked, the one that clients reach. */
  public async lead(primary: PostgresServer): Promise<void> {
    this.primary = primary;
    this.links.forEach((link) => link.pointTo(this.endpoint(primary)));
  }

  public serve(): void {
    this.rw.pointTo(this.endpoint(this.primary));
    this.ro.pointTo(...this.standbys.map((server) => this.endpoint(server)));
  }

  public conninfo(server: PostgresServer): string {
    const link = this.links[this.servers.indexOf(server)]!;
    return `host=127.0.0.1 port=${link.port} user=postgres application_name=${server.options.name} sslmode=disable`;
  }

  /** The standby that has received most WAL. */
  public async mostAdvanced(): Promise<PostgresServer> {
    const candidates = await Promise.all(
      this.standbys.map(async (server) => {
        const rows = await server.query<{ n: string }>(
          `select pg_wal_lsn_diff(coalesce(pg_last_wal_receive_lsn(), '0/0'), '0/0') as n`,
        );
        return { server, received: Number(rows[0]!.n) };
      }),
    );
    candidates.sort((a, b) => b.received - a.received || a.server.options.name.localeCompare(b.server.options.name));
    if (candidates[0] === undefined) {
      throw new Error('no standby is left to promote');
    }
    return candidates[0].server;
  }

  /** Brings a dead server back as a standby of the current primary. */
  public async rejoin(server: PostgresServer): Promise<void> {
    this.links[this.servers.indexOf(server)]!.holdAnswers(false);
    await server.cloneFrom(this.primary, this.conninfo(server));
    this.writeServerCertificate(server);
    await server.start();
  }

  /** Waits until this many standbys stream from the primary. */
  public async streaming(count: number): Promise<void> {
    for (let i = 0; i < 400; i++) {
      const rows = await this.primary.query(`select 1 from pg_stat_replication where state = 'streaming'`);
      if (rows.length >= count) {
        return;
      }
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`fewer than ${count} standbys stream:\n${this.servers.map((s) => s.lastWords).join('\n---\n')}`);
  }

  /**
   * No write of the running drill gets further for so long: its table is locked, as by a person's forgotten transaction.
   * Returns for how long it really was, and how many sessions of the drill there were in the end.
   */
  public async stall(ms: number): Promise<{ readonly ms: number; readonly sessions: number }> {
    const [table] = await this.drillTables();
    const client = await this.primary.connect('phoenix_drill');
    await client.query(`begin; lock table ${table!.name} in share mode`);
    const from = performance.now();
    await new Promise((done) => setTimeout(done, ms));
    const { rows } = await client.query<{ sessions: number }>(
      `select count(*)::int as sessions from pg_stat_activity where usename = 'phoenix_drill'`,
    );
    await client.query('rollback');
    const stalled = performance.now() - from;
    await client.end();
    return { ms: stalled, sessions: rows[0]!.sessions };
  }

  /** Removes what a test left in the drill database. */
  public async dropDrillTables(): Promise<void> {
    await this.primary.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'phoenix_drill'`);
    for (const { name } of await this.drillTables()) {
      await this.primary.query(`drop table ${name}`, 'phoenix_drill');
    }
  }

  public drillTables(server: PostgresServer = this.primary): Promise<{ name: string }[]> {
    return server.query(`select tablename as name from pg_tables where schemaname = 'public'`, 'phoenix_drill');
  }

  /** New authority, new server and client certificates, as a rotation does; `mount` is whether the pod sees it. */
  public rotate(mount: boolean): void {
    this.authority = issue('phoenix test authority 2');
    for (const server of this.servers) {
      this.writeServerCertificate(server);
      server.reload();
    }
    if (mount) {
      this.writeClientCertificate();
    }
  }

  public async stop(): Promise<void> {
    this.servers.forEach((server) => server.kill());
    await Promise.all([this.rw, this.ro, ...this.links].map((proxy) => proxy.close()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    this.guardian.dismiss();
  }

  private async bootstrap(): Promise<void> {
    const [first, ...others] = this.servers;
    const template = await templateFolder(this.port);
    await Promise.all(this.servers.map((server) => server.copyOf(template)));
    this.servers.forEach((server) => this.writeServerCertificate(server));
    await this.lead(first!);
    others.forEach((server) => server.follow(this.conninfo(server)));
    await Promise.all(this.servers.map((server) => server.start()));
    await this.streaming(2);
    this.serve();
  }

  private writeServerCertificate(server: PostgresServer): void {
    const { cert, key } = issue(server.options.name, this.authority, ['localhost']);
    server.write('server.crt', cert);
    server.write('server.key', key);
    server.write('root.crt', this.authority.cert);
  }

  private writeClientCertificate(): void {
    const { cert, key } = issue('phoenix_drill', this.authority);
    writeFileSync(this.mounted.ca, this.authority.cert);
    writeFileSync(this.mounted.cert, cert);
    writeFileSync(this.mounted.key, key);
  }
}

/** What every bed begins with, in database `postgres` if no other is named. */
const CONTENT: readonly (readonly [sql: string, database?: string])[] = [
  ['create role phoenix_drill login connection limit 50 in role pg_read_all_stats'],
  ['create role state_hub login'],
  ['create database phoenix_drill owner phoenix_drill'],
  ['create database state_hub owner state_hub'],
  ['create table bed_truth (at timestamptz)'],
  [`create table episodes as select i as id, 'note ' || i as text from generate_series(1, 50) as i`, 'state_hub'],
  ['alter table episodes owner to state_hub', 'state_hub'],
];

/**
 * A data folder with that content, shut down cleanly: made once on this machine and kept among its temporary files,
 * because making it takes longer than most tests.
 */
async function templateFolder(port: number): Promise<string> {
  const { identity, version } = postgresBinaries();
  const key = createHash('sha256')
    .update(`${version} ${JSON.stringify(CONTENT)}`)
    .digest('hex')
    .slice(0, 12);
  const folder = join(tmpdir(), `phoenix-template-${identity.uid ?? process.getuid?.() ?? 0}-${key}`);
  if (existsSync(folder)) {
    return folder;
  }
  const parent = mkdtempSync(join(tmpdir(), 'phoenix-making-'));
  chmodSync(parent, 0o755);
  const data = join(parent, 'data');
  const server = new PostgresServer({
    name: 'template',
    folder: data,
    host: '127.0.0.11',
    port,
    settings: [`unix_socket_directories = ''`, 'fsync = off'],
    access: access(false),
  });
  server.initdb();
  await server.start();
  for (const [sql, database] of CONTENT) {
    await server.query(sql, database);
  }
  await server.stop();
  try {
    renameSync(data, folder);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(folder)) {
      throw error;
    }
  }
  rmSync(parent, { recursive: true, force: true });
  return folder;
}

/** Memory where there is enough of it: a server has 1,600 files, and tests do not need them after a power cut. */
function scratch(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > 2 ** 31 ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}

function settings(name: string, names: readonly string[], options: DatabaseOptions): string[] {
  const quoted = names.map((n) => `"${n}"`).join(', ');
  return [
    `cluster_name = '${name}'`,
    `unix_socket_directories = ''`,
    `fsync = ${options.fsync ? 'on' : 'off'}`,
    'shared_buffers = 32MB',
    'max_wal_size = 128MB',
    'min_wal_size = 16MB',
    'wal_keep_size = 128MB',
    'hot_standby = on',
    'restart_after_crash = off',
    'wal_retrieve_retry_interval = 50ms',
    'wal_sender_timeout = 5s',
    'wal_receiver_timeout = 5s',
    'log_min_messages = warning',
    `synchronous_standby_names = '${options.synchronous ? `ANY 1 (${quoted})` : ''}'`,
    ...(options.tls
      ? [`ssl = on`, `ssl_cert_file = 'server.crt'`, `ssl_key_file = 'server.key'`, `ssl_ca_file = 'root.crt'`]
      : []),
  ];
}

function access(tls: boolean): string {
  return [
    'host all postgres 127.0.0.0/8 trust',
    'host replication postgres 127.0.0.0/8 trust',
    'host state_hub state_hub 127.0.0.0/8 trust',
    tls ? 'hostssl phoenix_drill phoenix_drill 127.0.0.0/8 cert' : 'host phoenix_drill phoenix_drill 127.0.0.0/8 trust',
    '',
  ].join('\n');
}

async function commonPort(hosts: readonly string[]): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const free = await Promise.all(hosts.map((host) => canListen(host, port)));
    if (free.every(Boolean)) {
      return port;
    }
  }
  throw new Error('found no port that is free on all loopback addresses');
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, host, () => server.close(() => done(true)));
  });
}
