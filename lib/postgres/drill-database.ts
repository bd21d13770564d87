import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  Database,
  DatabaseRole,
  DatabaseRoleSpecDatabaseRoleReclaimPolicy,
  DatabaseRoleSpecEnsure,
  DatabaseSpecDatabaseReclaimPolicy,
  DatabaseSpecEnsure,
} from '../../imports/postgresql.cnpg.io';
import type { SecretKey } from './connection';
import type { PostgresCluster } from './postgres-cluster';

/** Properties for `DrillDatabase`. */
export interface DrillDatabaseProps {
  /** The cluster that is drilled. Its access rules let the role into this database only, and only with a certificate. */
  readonly cluster: PostgresCluster;
}

/**
 * A database of the drills' own, in the cluster under test, so that a drill writes through the real primary and never
 * touches the service's data. Its role has no password: it logs in with a certificate that the operator issues.
 */
export class DrillDatabase extends Construct {
  /** Name of the role and of its database. */
  public readonly database: string;
  /** The client certificate, made by the operator. */
  public readonly clientCertificate: SecretKey;
  /** The private key of the certificate. */
  public readonly clientKey: SecretKey;
  /** The Database, the way out for what the properties do not cover. */
  public readonly apiObject: ApiObject;

  public constructor(scope: Construct, id: string, props: DrillDatabaseProps) {
    super(scope, id);
    const { cluster } = props;
    const name = `${cluster.name}-drill`;
    this.database = cluster.drillRole;
    this.clientCertificate = { name: `${name}-client-cert`, key: 'tls.crt' };
    this.clientKey = { name: `${name}-client-cert`, key: 'tls.key' };

    new ApiObject(
      this,
      'Role',
      DatabaseRole.manifest({
        metadata: { name, namespace: cluster.namespace },
        spec: {
          cluster: { name: cluster.name },
          name: cluster.drillRole,
          ensure: DatabaseRoleSpecEnsure.PRESENT,
          databaseRoleReclaimPolicy: DatabaseRoleSpecDatabaseRoleReclaimPolicy.DELETE,
          login: true,
          inherit: true,
          connectionLimit: 50,
          disablePassword: true,
          // The drill looks at pg_stat_replication before it starts.
          inRoles: ['pg_read_all_stats'],
          clientCertificate: { enabled: true },
        },
      }),
    );

    this.apiObject = new ApiObject(
      this,
      'Resource',
      Database.manifest({
        metadata: { name, namespace: cluster.namespace },
        spec: {
          cluster: { name: cluster.name },
          name: this.database,
          owner: cluster.drillRole,
          ensure: DatabaseSpecEnsure.PRESENT,
          databaseReclaimPolicy: DatabaseSpecDatabaseReclaimPolicy.DELETE,
        },
      }),
    );
  }
}
