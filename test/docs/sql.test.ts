import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandBlocks } from '../../lib/docs/commands/check';
import { readShell, UNKNOWN } from '../../lib/docs/commands/_shell';
import { Guardian } from '../support/guardian';
import { PostgresServer } from '../support/postgres-server';
import { typosOf } from './mistype';
import { stateHub } from './state-hub';

const root = mkdtempSync(join(tmpdir(), 'phoenix-sql-'));
chmodSync(root, 0o755);
const guardian = new Guardian(root);
let server: PostgresServer;

beforeAll(async () => {
  const port = await freePort();
  server = new PostgresServer({
    name: 'sql',
    folder: join(root, 'data'),
    host: '127.0.0.1',
    port,
    settings: ['fsync = off', 'wal_level = logical', `unix_socket_directories = ''`],
    access: 'host all all 127.0.0.1/32 trust\n',
    started: (pid) => guardian.watch(pid),
  });
  server.initdb();
  await server.start();
  await server.query('create role state_hub login');
  await server.query('create database state_hub owner state_hub');
  // Statements that end the sessions of one database are tried from another.
  for (const database of ['state_hub', 'postgres']) {
    await server.query('create table notes as select generate_series(1, 50) as id', database);
  }
  await server.query('alter table notes owner to state_hub', 'state_hub');
}, 60_000);
afterAll(async () => {
  await server.stop();
  guardian.dismiss();
  rmSync(root, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

/** Every different statement that a page gives to psql, as its argument or through a pipe. */
const STATEMENTS = [
  ...new Set(
    stateHub()
      .app.files()
      .filter(({ path }) => path.includes('/runbooks/'))
      .flatMap(commandBlocks)
      .flatMap(({ text }) => readShell(text).commands)
      .flatMap(({ words, pipedTo }) => {
        const texts = words.map(({ text }) => text);
        const piped = pipedTo?.words.some(({ text }) => text === 'psql') === true;
        return texts.flatMap((text, i) =>
          texts[i - 1] === '--command' || (piped && texts[0] === 'echo' && i === 1)
            ? [text.replaceAll(UNKNOWN, '0')]
            : [],
        );
      }),
  ),
];

/** Whether PostgreSQL takes a statement, and what it makes for `\gexec`. Nothing stays. */
async function runs(client: Client, sql: string): Promise<boolean> {
  const [statement = '', meta] = sql.split(/ \\(?=\w+$)/);
  if (meta !== undefined && meta !== 'gexec') {
    return false;
  }
  await client.query('begin');
  try {
    const { rows } = await client.query({ text: statement, rowMode: 'array' });
    for (const [made] of meta === undefined ? [] : (rows as string[][])) {
      await client.query(made!);
    }
    return true;
  } catch {
    return false;
  } finally {
    await client.query('rollback');
  }
}

/** Waits until the server has read its settings again. */
async function settled(names: string): Promise<void> {
  for (let shown = ''; !shown.includes(names);) {
    shown = JSON.stringify(await server.query('show synchronous_standby_names'));
  }
}

/** Runs a statement and says whether it was over within a second. */
async function returnsAtOnce(client: Client, sql: string): Promise<boolean> {
  const done = client.query(sql).then(
    () => true,
    () => true,
  );
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1000));
  return Promise.race([done, late]);
}

describe('SQL of the pages', () => {
  it('is understood by PostgreSQL, every statement', async () => {
    expect(STATEMENTS.length).toBeGreaterThan(30);
    const client = await server.connect();
    const refused = [];
    for (const sql of STATEMENTS) {
      refused.push(...((await runs(client, sql)) ? [] : [sql]));
    }
    await client.end();
    expect(refused).toEqual([]);
  });

  it('is refused with a typo in any word, but for text and for names that it makes up itself', async () => {
    // String literals, but not the statement inside `format`, nor what `%L` quotes; what stands after `as`. PostgreSQL
    // resets settings that do not exist, and takes `n` and `of`: whether they work is tried below.
    const allowed = /(?<!format\()'[^']*'|%L|\bas \w+|reset \w+|= (on|off)\b/g;
    const client = await server.connect();
    const missed: string[] = [];
    let tried = 0;
    for (const sql of STATEMENTS) {
      const free = [...sql.matchAll(allowed)].map(({ index, 0: text }) => [index, index + text.length] as const);
      for (const { 0: word, index } of sql.matchAll(/[A-Za-z]+/g)) {
        if (free.some(([from, to]) => index >= from && index < to)) {
          continue;
        }
        for (const typo of typosOf(word)) {
          tried += 1;
          const broken = sql.slice(0, index) + typo + sql.slice(index + word.length);
          missed.push(...((await runs(client, broken)) ? [`${word} -> ${typo}: ${sql}`] : []));
        }
      }
    }
    await client.end();
    expect(missed).toEqual([]);
    expect(tried).toBeGreaterThan(1000);
  }, 60_000);

  const statement = (part: string) => STATEMENTS.find((sql) => sql.includes(part))!;

  it('counts the rows of each table, where statistics may say 0', async () => {
    const [made] = await server.query<{ format: string }>(statement('\\gexec').replace(' \\gexec', ''), 'state_hub');
    expect(await server.query(made!.format, 'state_hub')).toEqual([{ '?column?': 'notes', count: '50' }]);
    await server.query('select pg_stat_reset()', 'state_hub');
    const live = await server.query('select n_live_tup from pg_stat_user_tables', 'state_hub');
    expect(live).toEqual([{ n_live_tup: '0' }]);
  });

  it('ends the owner’s sessions where a superuser is connected, and lists the superuser', async () => {
    const { host, port } = server.options;
    const owner = new Client({ host, port, user: 'state_hub', database: 'state_hub' });
    await owner.connect();
    const other = new Client({ host, port, user: 'state_hub', database: 'state_hub' });
    const ended = new Promise((resolve) => other.once('end', resolve));
    other.on('error', () => undefined);
    await other.connect();
    const superuser = await server.connect('state_hub');
    const end = statement('usename = current_user and pid <>');
    await expect(owner.query(end.replace('usename = current_user and ', ''))).rejects.toThrow(
      /permission denied|superuser/,
    );
    await owner.query(end);
    await ended;
    const { rows } = await owner.query(statement('usename is not null'));
    expect(rows).toMatchObject([{ usename: 'postgres' }]);
    await superuser.end();
    await owner.end();
  });

  describe('where no standby confirms a commit', () => {
    beforeAll(async () => {
      await server.query(`alter system set synchronous_standby_names = 'any 1 (nobody)'`);
      server.reload();
      await settled('nobody');
    });
    afterAll(async () => {
      await server.query('alter system reset synchronous_standby_names');
      server.reload();
    });

    it('the write that pages try hangs as any other; a transaction that writes nothing does not', async () => {
      const client = await server.connect('state_hub');
      expect(await returnsAtOnce(client, 'select txid_current()')).toBe(true);
      expect(await returnsAtOnce(client, statement('pg_logical_emit_message'))).toBe(false);
      await server.query(`select pg_terminate_backend(${(client as unknown as { processID: number }).processID})`);
    });

    it('writes can still be stopped here', async () => {
      const client = await server.connect();
      for (const sql of [
        statement('synchronous_commit = local'),
        statement('set default_transaction_read_only = on'),
      ]) {
        expect(await returnsAtOnce(client, sql)).toBe(true);
      }
      await client.end();
      const owner = new Client({ ...server.options, user: 'state_hub', database: 'state_hub' });
      await owner.connect();
      await expect(owner.query('delete from notes')).rejects.toThrow(/read-only transaction/);
      await owner.end();
      const undo = await server.connect();
      await undo.query('set synchronous_commit = local');
      await undo.query(statement('reset default_transaction_read_only'));
      await undo.end();
      const writer = new Client({ ...server.options, user: 'state_hub', database: 'state_hub' });
      await writer.connect();
      await writer.query('set synchronous_commit = local; delete from notes where id = 1');
      await writer.end();
    });
  });
});
