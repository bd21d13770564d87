import type { Client } from 'pg';
import { APPLICATION } from './database';
import type { StoredWrites } from './ledger';
import type { Range } from './ranges';

/** Every table of a drill starts like this, so that the next run finds what a killed one left. */
export const TABLE_PREFIX = 'phoenix_ledger_';

/** Longest wait for one session to end, milliseconds. */
const END_MS = 500;

/** The table of one run. */
export function tableName(runId: string): string {
  return TABLE_PREFIX + runId.replace(/[^a-z0-9]/g, '_');
}

/** Makes the ledger table. No key on it: a write that happens twice must show, not fail. Returns the WAL position after. */
export async function createTable(client: Client, table: string): Promise<string> {
  await client.query(`create table ${table} (writer int not null, seq int not null, at timestamptz default now())`);
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_lsn() as lsn');
  return rows[0]!.lsn;
}

/** Whether every standby that streams has replayed what the primary had written when first asked. */
export async function isReplayed(client: Client, lsn: string): Promise<boolean> {
  const { rows } = await client.query<{ replayed: boolean | null }>(
    `select bool_and(replay_lsn >= $1::pg_lsn) as replayed from pg_stat_replication where state = 'streaming'`,
    [lsn],
  );
  return rows[0]?.replayed !== false;
}

/** Drops what earlier runs left: the Lease says that none of them is alive. Returns the names of their tables. */
export async function sweepTables(client: Client): Promise<string[]> {
  await endSessions(client, `starts_with(application_name, $1)`, APPLICATION);
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and starts_with(tablename, $1)`,
    [TABLE_PREFIX],
  );
  for (const { name } of rows) {
    await client.query(`drop table ${name}`);
  }
  return rows.map((row) => row.name);
}

/** Drops the table of one run, and ends that run's sessions: another run may have begun meanwhile. */
export async function dropTable(client: Client, table: string, application: string): Promise<void> {
  await endSessions(client, 'application_name = $1', application);
  await client.query(`drop table if exists ${table}`);
}

/** Sessions that still wait in a commit would block the drop, and one that makes a table could make it after the drop. */
async function endSessions(client: Client, whose: string, name: string): Promise<void> {
  // All at once, then one after the other whoever is not gone yet.
  for (const end of ['pg_terminate_backend(pid)', `pg_terminate_backend(pid, ${END_MS})`]) {
    await client.query(
      `select ${end} from pg_stat_activity where ${whose} and usename = current_user and pid <> pg_backend_pid()`,
      [name],
    );
  }
}

/**
 * What the database has of each writer, as ranges made by the server, because there may be millions of rows. One sort:
 * numbers in a row differ from their rank by the same, which `dense_rank` keeps true for a number that is there twice.
 */
export async function readStored(client: Client, table: string): Promise<ReadonlyMap<number, StoredWrites>> {
  await client.query(
    `begin isolation level repeatable read read only; set local work_mem = '64MB'; set local jit = off`,
  );
  const islands = await client.query<{ writer: number; lo: number; hi: number; rows: string }>(
    `select writer, min(seq) as lo, max(seq) as hi, count(*) as rows
     from (select writer, seq, seq - dense_rank() over (partition by writer order by seq) as island from ${table}) as ranked
     group by writer, island order by writer, lo`,
  );
  const stored = new Map<number, { present: Range[]; duplicated: Range[] }>();
  for (const { writer, lo, hi, rows } of islands.rows) {
    const entry = stored.get(writer) ?? { present: [], duplicated: [] };
    stored.set(writer, entry);
    entry.present.push([lo, hi]);
    if (Number(rows) > hi - lo + 1) {
      const twice = await client.query<{ seq: number }>(
        `select seq from ${table} where writer = $1 and seq between $2 and $3
         group by seq having count(*) > 1 order by seq limit 10000`,
        [writer, lo, hi],
      );
      twice.rows.forEach(({ seq }) => entry.duplicated.push([seq, seq]));
    }
  }
  await client.query('commit');
  return stored;
}
