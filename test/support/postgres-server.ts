import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { postgresBinaries } from './postgres-binaries';

/** What one server is started with. */
export interface ServerOptions {
  readonly name: string;
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  /** Extra lines of `postgresql.conf`. */
  readonly settings: readonly string[];
  /** Whole `pg_hba.conf`. */
  readonly access: string;
  /** Told of each process that is started. */
  readonly started?: (pid: number) => void;
}

const running = new Set<PostgresServer>();
process.once('exit', () => {
  for (const server of running) {
    server.kill();
  }
});

/** One real PostgreSQL server: a process and a data folder. */
export class PostgresServer {
  private process: ChildProcess | undefined;
  private log = '';

  public constructor(public readonly options: ServerOptions) {}

  public get running(): boolean {
    return this.process !== undefined;
  }

  /** Makes the data folder of a first primary. */
  public initdb(): void {
    const { initdb, identity } = postgresBinaries();
    this.makeFolder();
    const args = ['-D', this.options.folder, '-U', 'postgres', '-A', 'trust', '--no-sync', '--wal-segsize=1'];
    const { status, stderr } = spawnSync(initdb, [...args, '--locale=C', '-E', 'UTF8', '-k'], {
      ...identity,
      encoding: 'utf8',
    });
    if (status !== 0) {
      throw new Error(`initdb of ${this.options.name} failed: ${stderr}`);
    }
  }

  /** Makes the data folder of a standby from a running server, by the low-level backup API. */
  public async cloneFrom(source: PostgresServer, follow: string): Promise<void> {
    this.makeFolder();
    const client = await source.connect();
    try {
      await client.query(`select pg_backup_start('clone', true)`);
      await mirrorFolder(source.options.folder, this.options.folder);
      const { rows } = await client.query('select labelfile, spcmapfile from pg_backup_stop(false)');
      const label = rows[0] as { labelfile: string };
      this.write('backup_label', label.labelfile);
    } finally {
      await client.end();
    }
    this.follow(follow);
  }

  /** Makes the data folder from that of a server which was shut down cleanly. */
  public async copyOf(folder: string): Promise<void> {
    this.makeFolder();
    await mirrorFolder(folder, this.options.folder, true);
  }

  /** Turns a cleanly stopped or cloned folder into a standby of whoever answers at `conninfo`. */
  public follow(conninfo: string): void {
    this.write('standby.signal', '');
    this.write('follow.conf', `primary_conninfo = '${conninfo}'\n`);
  }

  public async start(): Promise<void> {
    const { postgres, identity } = postgresBinaries();
    const { folder, host, port, settings, access } = this.options;
    const conf = [`listen_addresses = '${host}'`, `port = ${port}`, ...settings, `include_if_exists = 'follow.conf'`];
    this.write('bed.conf', `${conf.join('\n')}\n`);
    this.write('pg_hba.conf', access);
    const main = join(folder, 'postgresql.conf');
    if (!readFileSync(main, 'utf8').includes(`include 'bed.conf'`)) {
      appendFileSync(main, `\ninclude 'bed.conf'\n`);
    }
    for (let attempt = 0; ; attempt++) {
      const child = spawn(postgres, ['-D', folder], { ...identity, stdio: ['ignore', 'pipe', 'pipe'] });
      this.process = child;
      running.add(this);
      this.options.started?.(child.pid!);
      const collect = (data: Buffer) => {
        this.log = (this.log + data.toString()).slice(-20_000);
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.once('exit', () => {
        if (this.process === child) {
          this.process = undefined;
          running.delete(this);
        }
      });
      if (await this.answers()) {
        return;
      }
      // After a SIGKILL the last child may hold the shared memory for some more milliseconds.
      if (attempt === 20) {
        throw new Error(`${this.options.name} did not start:\n${this.log}`);
      }
      await sleep(100);
    }
  }

  /** Ends the whole server at once, as a lost container does: no shutdown, no checkpoint, no goodbye. */
  public kill(): void {
    const pid = this.process?.pid;
    if (pid === undefined) {
      return;
    }
    const children = childrenOf(pid);
    for (const victim of [pid, ...children]) {
      try {
        process.kill(victim, 'SIGKILL');
      } catch {
        // Already gone.
      }
    }
    this.process = undefined;
    running.delete(this);
    rmSync(join(this.options.folder, 'postmaster.pid'), { force: true });
  }

  /** Fast shutdown: sessions are ended, standbys get all WAL. */
  public async stop(): Promise<void> {
    const child = this.process;
    if (child?.exitCode === null) {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGINT');
      await gone;
    }
  }

  /** `pg_ctl promote`: returns when the server accepts writes. */
  public async promote(): Promise<void> {
    const { pgCtl, identity } = postgresBinaries();
    const child = spawn(pgCtl, ['promote', '-w', '-D', this.options.folder], { ...identity, stdio: 'pipe' });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    const code = await new Promise((done) => child.once('exit', done));
    if (code !== 0) {
      throw new Error(`promotion of ${this.options.name} failed: ${output}`);
    }
  }

  /** A superuser's connection, past every proxy. */
  public async connect(database = 'postgres'): Promise<Client> {
    const { host, port } = this.options;
    const client = new Client({ host, port, user: 'postgres', database, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  public async query<Row extends object>(sql: string, database?: string): Promise<Row[]> {
    const client = await this.connect(database);
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Re-reads `pg_hba.conf`, certificates and settings. */
  public reload(): void {
    this.process?.kill('SIGHUP');
  }

  /** The last lines of the server's log. */
  public get lastWords(): string {
    return this.log;
  }

  /** A file in the data folder that belongs to the server. */
  public write(file: string, text: string, mode = 0o600): void {
    const path = join(this.options.folder, file);
    writeFileSync(path, text);
    chmodSync(path, mode);
    this.own(path);
  }

  private async answers(): Promise<boolean> {
    for (let i = 0; i < 400 && this.process !== undefined; i++) {
      try {
        await this.query('select 1');
        return true;
      } catch {
        await sleep(25);
      }
    }
    return false;
  }

  private makeFolder(): void {
    mkdirSync(this.options.folder, { recursive: true, mode: 0o700 });
    this.own(this.options.folder);
  }

  private own(path: string): void {
    const { uid, gid } = postgresBinaries().identity;
    if (uid !== undefined && gid !== undefined) {
      chownSync(path, uid, gid);
    }
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.trim().split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** A copy of a folder that may change under the copy, which is what a base backup is. */
async function mirrorFolder(from: string, to: string, wal = false): Promise<void> {
  const { uid, gid } = postgresBinaries().identity;
  const owner = uid === undefined || gid === undefined ? [] : [String(uid), String(gid)];
  const child = spawn(process.execPath, [join(__dirname, 'mirror-folder.cjs'), from, to, ...owner], {
    env: { ...process.env, WAL: wal ? 'copy' : 'leave' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const code = await new Promise((done) => child.once('exit', done));
  if (code !== 0) {
    throw new Error(`copying ${from} failed: ${stderr}`);
  }
}
