import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { nearest } from '../schema/_suggest';
import { cluster, example } from './_examples';

/** Keywords of libpq (PostgreSQL 18, Parameter Key Words). */
const KEYWORDS = `application_name channel_binding client_encoding connect_timeout dbname fallback_application_name
  gssdelegation gssencmode gsslib host hostaddr keepalives keepalives_count keepalives_idle keepalives_interval krbsrvname
  load_balance_hosts max_protocol_version min_protocol_version options passfile password port replication require_auth
  requirepeer service ssl_max_protocol_version ssl_min_protocol_version sslcert sslcertmode sslcompression sslcrl sslcrldir
  sslkey sslkeylogfile sslmode sslnegotiation sslpassword sslrootcert sslsni target_session_attrs tcp_user_timeout user`.split(
  /\s+/,
);

/** The way to another server is written in words that PostgreSQL knows, and verified. */
export const connectionParameters: PolicyRule = {
  name: 'connection-parameters',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'connection parameters of external clusters are keywords of libpq, with a host',
  why: 'The CRD takes any word; an unknown one ends the import or the recovery with "invalid connection option", after the volumes were made (PostgreSQL, Database Connection Control Functions).',
  remediation: 'write a keyword of libpq',
  example: () =>
    example(
      [
        cluster({
          externalClusters: [
            { name: 'old', connectionParameters: { host: 'old.example.net', dbname: 'shop', sslmode: 'verify-full' } },
          ],
        }),
      ],
      'spec.externalClusters[0].connectionParameters.hots',
      'old.example.net',
    ),
  check(resource, _, report) {
    listOr(resource.spec['externalClusters']).forEach((one, i) => {
      const parameters = one['connectionParameters'] as unknown;
      if (parameters === undefined) {
        return;
      }
      const path = ['spec', 'externalClusters', i, 'connectionParameters'];
      for (const name of Object.keys(objectOr(parameters))) {
        if (!KEYWORDS.includes(name)) {
          const meant = nearest(name, KEYWORDS);
          report.fail(
            [...path, name],
            `libpq has no option '${name}'`,
            meant === undefined ? undefined : `write '${meant}'`,
          );
        }
      }
      if (objectOr(parameters)['host'] === undefined && objectOr(parameters)['hostaddr'] === undefined) {
        report.fail(path, 'it has no host');
      }
    });
  },
};
