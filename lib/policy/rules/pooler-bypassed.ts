import type { PolicyRule } from '../rule';
import { objectOr } from '../resource';
import { cluster, container, deployment, example, object } from './_examples';
import { databaseHosts } from './_hosts';

const POOLER = 'postgresql.cnpg.io/v1/Pooler';

/** Where there is a Pooler, programs use it. */
export const poolerBypassed: PolicyRule = {
  name: 'pooler-bypassed',
  family: 'availability',
  severity: 'warning',
  kinds: ['apps/v1/Deployment', 'apps/v1/StatefulSet'],
  summary: 'a program that serves logs in through the Pooler of its Cluster, where there is one',
  why: 'A Pooler bounds the connections of those who use it; a program that goes past it can still take them all (CloudNativePG, Connection pooling).',
  remediation: "write the Pooler's name as host; a program that needs a session of its own may stay",
  example: () =>
    example(
      [
        deployment({ containers: [container({ env: [{ name: 'PGHOST', value: 'pool.shop.svc' }] })] }),
        cluster(),
        object('postgresql.cnpg.io/v1', 'Pooler', 'pool', {
          spec: { cluster: { name: 'db' }, instances: 2, type: 'rw', pgbouncer: { poolMode: 'session' } },
        }),
      ],
      'spec.template.spec.containers[0].env[0].value',
      'db-rw.shop.svc',
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    for (const { service, namespace, path } of pods === undefined ? [] : world.onceFor(pods, databaseHosts)) {
      const pooler = world
        .in(namespace, POOLER)
        .find(({ spec }) => `${objectOr(spec['cluster'])['name']}-${spec['type'] ?? 'rw'}` === service);
      if (pooler !== undefined) {
        report.fail(
          path,
          `it goes past Pooler '${pooler.name}', which bounds the connections`,
          `write '${pooler.name}'`,
        );
      }
    }
  },
};
