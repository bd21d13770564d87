import type { IConstruct } from 'constructs';
import { checkPort } from '../_port';
import { isDay } from '../_day';
import { refuse } from '../_refuse';

/** Where an existing database is copied from. */
export interface ImportSource {
  /** Host name or address of the existing server, reachable from the cluster. */
  readonly host: string;

  /**
   * TCP port of the existing server.
   * @default 5432
   */
  readonly port?: number;

  /** Name of the database to copy. */
  readonly database: string;

  /** Role that reads it: its owner or a superuser. The password is the key `password` of the Secret `<name>-import`. */
  readonly user: string;

  /**
   * How far the source's certificate is verified, with the authority in the key `ca.crt` of the Secret: `verify-ca` does
   * not compare the host name. There is no mode without an authority, because the whole database crosses the network;
   * a server with a certificate of its own making is its own authority.
   * @default 'verify-full'
   */
  readonly sslMode?: 'verify-full' | 'verify-ca';
}

/** Where a cluster is restored from. */
export interface RecoverySource {
  /**
   * `serverName` under which the lost cluster archived, such as `state-hub-db-1`: its name and generation. It must
   * differ from the new cluster's own, which is why `generation` must be raised.
   */
  readonly serverName: string;

  /**
   * Point in time to restore to, RFC 3339 with zone. Something must have been committed after it, or PostgreSQL ends
   * the recovery with an error.
   * @default - all archived WAL is replayed
   */
  readonly targetTime?: string;
}

/**
 * How the first instance gets its data. It is read once, when the Cluster is created, and ignored ever after: changing
 * it does nothing to a running database, and deleting the Cluster runs it again.
 */
export type Bootstrap =
  | { readonly method: 'initdb' }
  | { readonly method: 'import'; readonly source: ImportSource }
  | { readonly method: 'recovery'; readonly source: RecoverySource };

/** Ways to start a database. */
export const Bootstrap = {
  /** An empty database. */
  initdb(): Bootstrap {
    return { method: 'initdb' };
  },

  /** An empty database filled by `pg_dump` from an existing one, for the move from the old server. */
  import(source: ImportSource): Bootstrap {
    return { method: 'import', source };
  },

  /**
   * The data of a lost cluster from its object store. For a disaster only: go back to `initdb` once the database is
   * healthy. Left in git, a later re-creation of the Cluster would roll the service back to this restore; the policy warns
   * as long as it stands (rule `recovery-left-armed`).
   */
  recovery(source: RecoverySource): Bootstrap {
    return { method: 'recovery', source };
  },
};

export function checkBootstrap(where: IConstruct, bootstrap: Bootstrap, serverName: string): void {
  switch (bootstrap.method) {
    case 'initdb':
      return;
    case 'import':
      for (const property of ['host', 'database', 'user'] as const) {
        if (!/^[^\s'"\\]+$/.test(bootstrap.source[property])) {
          refuse(where, `'bootstrap.${property}' must be one word without quotes, got '${bootstrap.source[property]}'`);
        }
      }
      checkPort(where, 'bootstrap.port', bootstrap.source.port ?? 5432);
      checkSslMode(where, bootstrap.source.sslMode ?? 'verify-full');
      return;
    case 'recovery':
      checkRecovery(where, bootstrap.source, serverName);
  }
}

function checkSslMode(where: IConstruct, mode: string): void {
  if (mode !== 'verify-full' && mode !== 'verify-ca') {
    refuse(
      where,
      `'bootstrap.sslMode' must be 'verify-full' or 'verify-ca', because the whole database crosses the network, got '${mode}'`,
    );
  }
}

function checkRecovery(where: IConstruct, source: RecoverySource, serverName: string): void {
  if (source.serverName === serverName) {
    refuse(
      where,
      `'bootstrap.serverName' must name the lost cluster's archive, but '${serverName}' is where the new cluster archives to; ` +
        `raise 'generation', or the restore ends with 'Expected empty archive'`,
    );
  }
  const time = source.targetTime;
  if (
    time !== undefined &&
    (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time) ||
      Number.isNaN(Date.parse(time)) ||
      !isDay(time.slice(0, 10)))
  ) {
    refuse(where, `'bootstrap.targetTime' must be RFC 3339 with a zone, such as '2026-11-23T04:15:00Z', got '${time}'`);
  }
}
