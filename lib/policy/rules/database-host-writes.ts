import { WORKLOADS } from '../_pods';
import type { PolicyRule } from '../rule';
import { cluster, container, deployment, example } from './_examples';
import { databaseHosts } from './_hosts';

/** Says that its program only reads. */
const READS = /(^|_)(RO|READ|READER|READONLY|REPLICA|STANDBY)(_|$)/;

/** A program that writes logs in where writes are taken. */
export const databaseHostWrites: PolicyRule = {
  name: 'database-host-writes',
  family: 'availability',
  severity: 'warning',
  kinds: WORKLOADS,
  summary: 'a program whose variable does not say that it only reads logs in to the read-write Service',
  why: 'The -ro Service leads to standbys, and the -r Service to any instance: writes fail on the one, and on the other from one connection to the next (CloudNativePG, Service Management).',
  remediation: "write the Cluster's -rw Service; where the program only reads, give a variable such as DATABASE_RO_URL",
  example: () =>
    example(
      [deployment({ containers: [container({ env: [{ name: 'PGHOST', value: 'db-rw.shop.svc' }] })] }), cluster()],
      'spec.template.spec.containers[0].env[0].value',
      'db-r.shop.svc',
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    for (const { variable, service, namespace, path } of pods === undefined ? [] : world.onceFor(pods, databaseHosts)) {
      const [, owner = '', suffix] = /^(.+)-(ro|r)$/.exec(service) ?? [];
      if (suffix === undefined || READS.test(variable) || world.find('Cluster', namespace, owner) === undefined) {
        continue;
      }
      report.fail(
        path,
        suffix === 'ro'
          ? `'${service}' leads to standbys only: every write fails`
          : `'${service}' leads to any instance: writes fail on all but one`,
        `write '${owner}-rw'; keep it if the program only reads`,
      );
    }
  },
};
