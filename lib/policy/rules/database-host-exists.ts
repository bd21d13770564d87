import { WORKLOADS } from '../_pods';
import type { PolicyRule } from '../rule';
import { nearest } from '../schema/_suggest';
import { cluster, container, deployment, example } from './_examples';
import { inNamespace } from './_labels';
import { databaseHosts } from './_hosts';

/** A host that looks like a database of the namespace must be one. */
export const databaseHostExists: PolicyRule = {
  name: 'database-host-exists',
  family: 'references',
  severity: 'error',
  kinds: WORKLOADS,
  summary: 'the host that programs log in to is a Service of a Cluster, of a Pooler, or another that is there',
  why: 'The name of a pod works until the first failover, a misspelt one never (CloudNativePG, Service Management).',
  remediation: "write the Cluster's -rw Service",
  example: () =>
    example(
      [deployment({ containers: [container({ env: [{ name: 'PGHOST', value: 'db-rw.shop.svc' }] })] }), cluster()],
      'spec.template.spec.containers[0].env[0].value',
      'db-1.shop.svc',
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    for (const { service, namespace, path } of pods === undefined ? [] : world.onceFor(pods, databaseHosts)) {
      const clusters = world.in(namespace, 'postgresql.cnpg.io/v1/Cluster').map(({ name }) => `${name}-rw`);
      if (clusters.length === 0 || world.exists('Service', namespace, service)) {
        continue;
      }
      const meant = nearest(service, clusters) ?? clusters[0];
      report.fail(
        path,
        `there is no Service '${service}'${inNamespace(namespace)}, and a pod's own name is gone with the pod`,
        `write '${meant}'`,
      );
    }
  },
};
