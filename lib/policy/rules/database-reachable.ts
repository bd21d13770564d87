import { type Pods, WORKLOADS } from '../_pods';
import type { PolicyRule } from '../rule';
import type { World } from '../world';
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
    if (pods === undefined) {
      return;
    }
    const seen = new Set<Pods>();
    for (const { service, namespace, path } of world.onceFor(pods, addressesOf)) {
      const database = databaseBehind(service, namespace, world);
      if (database === undefined || seen.has(database)) {
        continue;
      }
      seen.add(database);
      const what = `${database.owner.kind} '${namespace}/${database.owner.name}'`;
      if (!allows(pods, 'egress', { namespace, labels: database.labels }, POSTGRES, world)) {
        report.fail(path, `policies keep it from port ${POSTGRES} of ${what}`);
      }
      if (!allows(database, 'ingress', { namespace: pods.namespace, labels: pods.labels }, POSTGRES, world)) {
        report.fail(path, `the policies of ${what} do not let it in on port ${POSTGRES}`);
      }
    }
  },
};

/** The pods behind a Service of a Pooler or a Cluster. */
function databaseBehind(service: string, namespace: string, world: World): Pods | undefined {
  const cluster = /^(.+)-(?:rw|ro|r)$/.exec(service)?.[1];
  const target =
    world.find('Pooler', namespace, service) ??
    (cluster === undefined ? undefined : world.find('Cluster', namespace, cluster));
  return target && world.pods(target);
}
