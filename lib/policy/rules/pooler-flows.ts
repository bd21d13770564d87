import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example, object, policy } from './_examples';
import { API_SERVER, allows, reachesOutside } from './_flows';

const POSTGRES = 5432;
const pooler = { podSelector: { matchLabels: { 'cnpg.io/poolerName': 'pool' } } };

/** A Pooler reaches its Cluster. */
export const poolerFlows: PolicyRule = {
  name: 'pooler-flows',
  family: 'network',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Pooler'],
  summary: 'policies let a Pooler through to its Cluster on 5432, on both sides, and to the Kubernetes API',
  why: 'A Pooler that cannot reach its Cluster takes connections and answers none of them; without the Kubernetes API it reads no Secret and never starts (CloudNativePG, Connection pooling; Networking).',
  remediation: 'allow 5432 from the Pooler to the Cluster, on both sides, and 443 and 6443 out of the Pooler',
  example: () =>
    example(
      [
        object('postgresql.cnpg.io/v1', 'Pooler', 'pool', {
          spec: { cluster: { name: 'db' }, instances: 2, type: 'rw', pgbouncer: { poolMode: 'session' } },
        }),
        cluster(),
        policy('db', {
          podSelector: { matchLabels: { 'cnpg.io/podRole': 'instance' } },
          policyTypes: ['Ingress'],
          ingress: [{ from: [pooler], ports: [{ port: POSTGRES, protocol: 'TCP' }] }],
        }),
      ],
      'spec.ingress[0].ports[0].protocol',
      'UDP',
      2,
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    const { namespace } = resource;
    const target = world.find('Cluster', namespace, String(objectOr(resource.spec['cluster'])['name']));
    const database = target === undefined ? undefined : world.pods(target);
    if (pods === undefined) {
      return;
    }
    if (database !== undefined) {
      const what = `Cluster '${database.owner.name}'`;
      if (!allows(pods, 'egress', database, POSTGRES, world)) {
        report.fail('spec.cluster.name', `policies keep it from port ${POSTGRES} of ${what}`);
      }
      if (!allows(database, 'ingress', pods, POSTGRES, world)) {
        report.fail('spec.cluster.name', `the policies of ${what} do not let it in on port ${POSTGRES}`);
      }
    }
    if (!reachesOutside(pods, API_SERVER, world)) {
      report.fail('', `policies keep it from the Kubernetes API (${API_SERVER.join(' or ')}): it never starts`);
    }
  },
};
