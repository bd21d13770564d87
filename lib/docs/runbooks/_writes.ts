import type { ApiService } from '../../api/api-service';
import type { RunbookWords } from '../runbook-facts';

/** Parts of the service that have the database's password. */
export function writers({ facts: { api, companions } }: RunbookWords): ApiService[] {
  return [api, ...companions.filter((part) => part.database !== undefined)];
}

/** Ends the service's own writers here and waits until the last of their pods is gone: `scale` returns at once. */
export function stopWriters(w: RunbookWords): string[] {
  return writers(w).flatMap((part) => [
    `${w.k} scale deployment ${part.name} --replicas 0`,
    `${w.k} wait pod --selector ${selector(part)} --for delete ${w.timeout(w.figures.stop(part))}`,
  ]);
}

/** Starts them again, also where no engine does. */
export function startWriters(w: RunbookWords): string[] {
  return writers(w).map((part) => `${w.k} scale deployment ${part.name} --replicas ${part.replicas}`);
}

/** Ends every session on the database here, and lists who came back. Nobody may. */
export function endSessions(w: RunbookWords): string[] {
  const { database } = w.facts.database;
  const others = `from pg_stat_activity where datname = '${database}' and backend_type = 'client backend'`;
  return [w.sql(`select pg_terminate_backend(pid) ${others}`), w.sql(`select usename, client_addr, query ${others}`)];
}

/**
 * Read-only from now on. The setting alone would only reach new sessions. It is no commit that waits for a standby:
 * this must also work where none is left.
 */
export function readOnlyHere(w: RunbookWords): string[] {
  const { database } = w.facts.database;
  return [
    `${w.onPrimary()} psql --dbname postgres --command "set synchronous_commit = local" --command "alter database ${database} set default_transaction_read_only = on"`,
    ...endSessions(w),
  ];
}

/** Lifts `readOnlyHere`. */
export function writableHere(w: RunbookWords): string {
  return w.sql(`alter database ${w.facts.database.database} reset default_transaction_read_only`);
}

/** A way to a server outside, as the database's owner, which is no superuser there. `host` is a shell variable. */
export class OutsideServer {
  private readonly access: string;

  public constructor(
    private readonly w: RunbookWords,
    private readonly host: string,
  ) {
    this.access = `--host "\${${host}:?}" --username ${w.facts.database.owner}`;
  }

  /** Line that asks for the host. */
  public ask(what: string): string {
    const { bootstrap } = this.w.facts.database;
    const such = bootstrap.method === 'import' ? `, such as ${bootstrap.source.host}` : '';
    return `${this.host}= # ${what}${such}`;
  }

  public sql(...statements: readonly string[]): string {
    return `${this.psql} ${statements.map((statement) => `--command "${statement}"`).join(' ')}`;
  }

  public get psql(): string {
    return `psql ${this.access} --dbname ${this.w.facts.database.database}`;
  }

  public dump(file: string): string {
    return `pg_dump ${this.access} --format custom --file ${file} ${this.w.facts.database.database}`;
  }

  public restore(file: string): string {
    return `pg_restore ${this.access} --dbname ${this.w.facts.database.database} --clean --if-exists --no-owner --single-transaction ${file}`;
  }

  /**
   * Read-only from now on, and the owner's sessions end. Those of others the owner may not end: PostgreSQL refuses the
   * whole statement where one of them is a superuser's. They are listed.
   */
  public get stopWrites(): string[] {
    return [
      this.sql(`alter database ${this.w.facts.database.database} set default_transaction_read_only = on`),
      this.sql(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = current_user and pid <> pg_backend_pid()',
      ),
      this.whoIsLeft,
    ];
  }

  /** Sessions other than this one. What others do is hidden from the owner; who they are is not. */
  public get whoIsLeft(): string {
    return this.sql(
      'select pid, usename, application_name, client_addr from pg_stat_activity where datname = current_database() and usename is not null and pid <> pg_backend_pid()',
    );
  }

  public get allowWrites(): string {
    return this.sql(
      'set default_transaction_read_only = off',
      `alter database ${this.w.facts.database.database} reset default_transaction_read_only`,
    );
  }
}

const EVERY_TABLE =
  "select format('select %L, count(*) from %I.%I', relid::regclass, schemaname, relname) from pg_stat_user_tables";

/** Counts the rows of every table into a file. Statistics do not: after a restore they start at 0. */
export function countRows(psql: string, file: string): string {
  return `echo "${EVERY_TABLE} \\gexec" | ${psql} --tuples-only --no-align | sort | tee ${file}`;
}

/** Compares two counts. Two that failed are equal too, and say nothing. */
export function sameRows(one: string, other: string): string {
  return `[ -s ${one} ] && diff ${one} ${other} && echo "the same rows"`;
}

/** `psql` on the primary, with its input from here. */
export function psqlHere(w: RunbookWords): string {
  return `${w.onPrimary(true)} psql --dbname ${w.facts.database.database}`;
}

/** Reads a whole dump; a list of its contents stands at its start and says nothing of the rest. */
export function readDump(w: RunbookWords, file: string): string {
  return `${w.onPrimary(true)} pg_restore --file /dev/null < ${file} && echo "${file} is whole"`;
}

function selector(part: ApiService): string {
  return Object.entries(part.podLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
