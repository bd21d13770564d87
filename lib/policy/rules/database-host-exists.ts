import { WORKLOADS, containersOf } from '../_pods';
import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import { nearest } from '../schema/_suggest';
import { cluster, container, deployment, example } from './_examples';

const HOSTS = ['PGHOST', 'DB_HOST', 'DATABASE_HOST', 'POSTGRES_HOST'];

/** A host that looks like a database of the namespace must be one, and take writes. */
export const databaseHostExists: PolicyRule = {
  name: 'database-host-exists',
  family: 'references',
  severity: 'error',
  kinds: WORKLOADS,
  summary: 'the host that programs log in to is the read-write Service of a Cluster',
  why: 'A pod name or the read-only Service works until the first failover, then every write fails (CloudNativePG, Service Management).',
  remediation: "write the Cluster's -rw Service",
  example: example(
    [deployment({ containers: [container({ env: [{ name: 'PGHOST', value: 'db-rw.shop.svc' }] })] }), cluster()],
    'spec.template.spec.containers[0].env[0].value',
    'db-r.shop.svc',
  ),
  check(resource, world, report) {
    if (world.all('postgresql.cnpg.io/v1/Cluster').length === 0) {
      return;
    }
    const pods = world.pods(resource);
    for (const { container: one, path } of containersOf(pods?.spec ?? {})) {
      listOr(one['env']).forEach((env, i) => {
        if (!HOSTS.includes(String(env['name'])) || typeof env['value'] !== 'string') {
          return;
        }
        const [service = '', namespace = resource.namespace] = env['value'].split('.');
        const names = world.in(namespace, 'postgresql.cnpg.io/v1/Cluster').map(({ name }) => `${name}-rw`);
        const poolers = world.in(namespace, 'postgresql.cnpg.io/v1/Pooler');
        if (names.length === 0 || names.includes(service) || poolers.some((pooler) => pooler.name === service)) {
          return;
        }
        const meant = nearest(service, names) ?? names[0];
        report.fail(
          [...(pods?.path ?? []), ...path, 'env', i, 'value'],
          `'${service}' is not the read-write Service of a Cluster in namespace '${namespace}': writes fail, now or after a failover`,
          `write '${meant}'`,
        );
      });
    }
  },
};
