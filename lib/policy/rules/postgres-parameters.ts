import { parsePostgresMemory } from '../_quantity';
import { type Resource, listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { cluster, example } from './_examples';
import { parametersOf, postgresBoolean } from './_postgres';

const AT = 'spec.postgresql.parameters';
const BOOLEANS = ['hot_standby_feedback', 'sync_replication_slots', 'wal_log_hints'];
const SIZES = ['shared_buffers', 'min_wal_size', 'max_wal_size'];
const LEVELS = ['logical', 'replica', 'minimal'];

/** Parameters are written as PostgreSQL reads them, and leave the standbys their WAL. */
export const postgresParameters: PolicyRule = {
  name: 'postgres-parameters',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'parameters have names and values that PostgreSQL reads, and wal_level is enough for standbys and archive',
  why: 'The CRD takes any text; the webhook refuses the whole Cluster, at the moment it is applied (CloudNativePG, PostgreSQL Configuration; webhook: validateConfiguration).',
  remediation: 'write the parameter as the manual of PostgreSQL has it',
  example: () =>
    example([cluster({ postgresql: { parameters: { wal_level: 'logical' } } })], `${AT}.wal_level`, 'minimal'),
  check(resource, _, report) {
    const parameters = parametersOf(resource);
    for (const name of Object.keys(parameters)) {
      if (!/^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)?$/.test(name)) {
        report.fail(['spec', 'postgresql', 'parameters', name], `'${name}' is no name of a parameter`);
      }
    }
    checkValues(parameters, report);
    checkLevel(resource, report);
    if (postgresBoolean(parameters['wal_log_hints'] ?? 'on') === false && instancesOf(resource) > 1) {
      report.fail(`${AT}.wal_log_hints`, 'without it no former primary can follow the new one', "write 'on'");
    }
    const postgresql = objectOr(resource.spec['postgresql']);
    const constraint = objectOr(postgresql['syncReplicaElectionConstraint']);
    if (constraint['enabled'] === true && listOr(constraint['nodeLabelsAntiAffinity']).length === 0) {
      report.fail(
        'spec.postgresql.syncReplicaElectionConstraint.nodeLabelsAntiAffinity',
        'it needs the labels of nodes that are compared',
        'write a label such as topology.kubernetes.io/zone',
      );
    }
    const { minSyncReplicas = 0, maxSyncReplicas = 0 } = resource.spec;
    if (postgresql['synchronous'] !== undefined && (minSyncReplicas > 0 || maxSyncReplicas > 0)) {
      report.fail(
        'spec.postgresql.synchronous',
        'minSyncReplicas and maxSyncReplicas are the old form of the same thing',
        'remove minSyncReplicas and maxSyncReplicas',
      );
    }
  },
};

function checkValues(parameters: Readonly<Record<string, string | undefined>>, report: Report): void {
  for (const name of BOOLEANS) {
    const value = parameters[name];
    if (value !== undefined && postgresBoolean(value) === undefined) {
      report.fail(`${AT}.${name}`, `it must be on or off, got '${value}'`, "write 'on' or 'off'");
    }
  }
  for (const name of SIZES) {
    const value = parameters[name];
    if (value !== undefined && value !== '' && parsePostgresMemory(value, 1) === undefined) {
      const fix = "write a number with B, kB, MB, GB or TB, such as '512MB'";
      report.fail(`${AT}.${name}`, `'${value}' is no size that PostgreSQL reads`, fix);
    }
  }
}

function checkLevel(resource: Resource, report: Report): void {
  const { wal_level: level = 'logical', archive_mode: archive, max_wal_senders: senders } = parametersOf(resource);
  if (!LEVELS.includes(level)) {
    report.fail(`${AT}.wal_level`, `it must be one of ${LEVELS.join(', ')}, got '${level}'`, "write 'logical'");
    return;
  }
  if (level !== 'minimal') {
    return;
  }
  if (archive !== 'off' || instancesOf(resource) > 1 || resource.spec['replica'] !== undefined) {
    report.fail(
      `${AT}.wal_level`,
      'minimal leaves standbys and the archive without WAL',
      "write 'logical' or 'replica'",
    );
  }
  if (senders !== '0') {
    report.fail(
      `${AT}.max_wal_senders`,
      `with wal_level minimal it must be 0, got ${senders ?? 'the default, 10'}`,
      "write '0'",
    );
  }
}

function instancesOf(resource: Resource): number {
  return Number(resource.spec['instances'] ?? 1);
}
