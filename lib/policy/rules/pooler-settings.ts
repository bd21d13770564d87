import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { nearest } from '../schema/_suggest';
import { example, object } from './_examples';

/** What PgBouncer may be told (CloudNativePG 1.30, webhook). */
const PARAMETERS = `application_name_add_host auth_type autodb_idle_timeout cancel_wait_timeout client_idle_timeout
  client_login_timeout client_tls_sslmode default_pool_size disable_pqexec dns_max_ttl dns_nxdomain_ttl
  idle_transaction_timeout ignore_startup_parameters listen_backlog log_connections log_disconnections log_pooler_errors
  log_stats max_client_conn max_db_connections max_packet_size max_prepared_statements max_user_connections min_pool_size
  pkt_buf query_timeout query_wait_timeout reserve_pool_size reserve_pool_timeout sbuf_loopcnt server_check_delay
  server_check_query server_connect_timeout server_fast_close server_idle_timeout server_lifetime server_login_retry
  server_reset_query server_reset_query_always server_round_robin server_tls_ciphers server_tls_protocols
  server_tls_sslmode stats_period suspend_timeout tcp_defer_accept tcp_keepalive tcp_keepcnt tcp_keepidle tcp_keepintvl
  tcp_socket_buffer tcp_user_timeout track_extra_parameters verbose`.split(/\s+/);

/** A Pooler has a name of its own, and only settings that are left to people. */
export const poolerSettings: PolicyRule = {
  name: 'pooler-settings',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Pooler'],
  summary: 'a Pooler is not called like its Cluster, has the parameters left to people, and a query with its Secret',
  why: 'The operator makes a Service and a Deployment of its name and writes the rest of the configuration; the webhook refuses all else (CloudNativePG, Connection Pooling; webhook of the Pooler).',
  remediation: 'remove the parameter',
  example: () =>
    example(
      [
        object('postgresql.cnpg.io/v1', 'Pooler', 'db-pooler', {
          spec: {
            cluster: { name: 'db' },
            instances: 2,
            type: 'rw',
            pgbouncer: { poolMode: 'session', parameters: { max_client_conn: '500' } },
          },
        }),
      ],
      'spec.pgbouncer.parameters.listen_port',
      '6432',
    ),
  check(resource, world, report) {
    const bouncer = objectOr(resource.spec['pgbouncer']);
    // Where that Cluster is among the manifests, reserved-names says it.
    const own = resource.name === objectOr(resource.spec['cluster'])['name'];
    if (own && world.find('Cluster', resource.namespace, resource.name) === undefined) {
      report.fail(
        'metadata.name',
        `its Cluster is called '${resource.name}', too: their pods and Services would collide`,
        `write another name, such as '${resource.name}-pooler'`,
      );
    }
    for (const name of Object.keys(objectOr(bouncer['parameters']))) {
      if (!PARAMETERS.includes(name)) {
        const meant = nearest(name, PARAMETERS);
        report.fail(
          ['spec', 'pgbouncer', 'parameters', name],
          `'${name}' is unknown, or the operator's own`,
          meant === undefined ? undefined : `write '${meant}'`,
        );
      }
    }
    const login = ['authQuerySecret', 'serverTLSSecret'].find((field) => bouncer[field] !== undefined);
    const query = (bouncer['authQuery'] ?? '') !== '';
    if (query && login === undefined) {
      report.fail(
        'spec.pgbouncer.authQuerySecret',
        'authQuery needs a role to ask as',
        'name its Secret, or remove authQuery',
      );
    } else if (!query && login !== undefined) {
      report.fail(
        'spec.pgbouncer.authQuery',
        `${login} needs the query that finds passwords`,
        `write authQuery, or remove ${login}`,
      );
    }
    const monitoring = objectOr(resource.spec['monitoring']);
    if (
      objectOr(monitoring['tls'])['enabled'] === true &&
      monitoring['enablePodMonitor'] === true &&
      bouncer['clientTLSSecret'] === undefined
    ) {
      report.fail('spec.pgbouncer.clientTLSSecret', 'metrics over TLS need a certificate', 'name its Secret');
    }
  },
};
