import { WORKLOADS } from '../_pods';
import type { PolicyRule } from '../rule';
import { addressesOf } from './_addresses';
import { cluster, container, deployment, example, policy } from './_examples';
import { allows } from './_flows';

const POSTGRES = 5432;

/** A program that logs in to a Cluster gets through to it. */
export const databaseReachable: PolicyRule = {
  name: 'database-reachable',
  family: 'network',
  severity: 'error',
  kinds: WORKLOADS,
  summary: 'policies let every program that is given the address of a Cluster or a Pooler through to it, on both sides',
  why: 'A flow needs a policy on both ends; with one of them forgotten, connections time out instead of being refused (kubernetes.io, Network Policies).',
  remediation: 'allow 5432 out of the pods, and in to the Cluster from them',
  example: () =>
    example(
      [
        deployment({ containers: [container({ env: [{ name: 'PGHOST', value: 'db-rw.shop.svc' }] })] }),
        cluster(),
        policy('db', {
          podSelector: { matchLabels: { 'cnpg.io/cluster': 'db' } },
          policyTypes: ['Ingress'],
          ingress: [
            { from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: POSTGRES, protocol: 'TCP' }] },
          ],
        }),
      ],
      'spec.ingress[0].ports[0].port',
      5433,
      2,
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    const seen = new Set<string>();
    for (const { service, namespace, path } of pods === undefined ? [] : addressesOf(pods, world)) {
      const target =
        world.find('Pooler', namespace, service) ??
        (/-(rw|ro|r)$/.test(service)
          ? world.find('Cluster', namespace, service.replace(/-(rw|ro|r)$/, ''))
          : undefined);
      const database = target === undefined ? undefined : world.pods(target);
      if (pods === undefined || database === undefined || seen.has(`${namespace}/${target?.name}`)) {
        continue;
      }
      seen.add(`${namespace}/${target?.name}`);
      const what = `${target?.kind} '${namespace}/${target?.name}'`;
      if (!allows(pods, 'egress', { namespace, labels: database.labels }, POSTGRES, world)) {
        report.fail(path, `policies keep it from port ${POSTGRES} of ${what}`);
      }
      if (!allows(database, 'ingress', { namespace: pods.namespace, labels: pods.labels }, POSTGRES, world)) {
        report.fail(path, `the policies of ${what} do not let it in on port ${POSTGRES}`);
      }
    }
  },
};
