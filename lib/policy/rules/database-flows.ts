import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example, policy } from './_examples';
import { allows } from './_flows';

const OPERATOR = { 'app.kubernetes.io/name': 'cloudnative-pg' };
const STATUS = 8000;
const POSTGRES = 5432;
const inside = { podSelector: { matchLabels: { 'cnpg.io/cluster': 'db' } } };
const operator = {
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cnpg-system' } },
  podSelector: { matchLabels: OPERATOR },
};
const ports = [
  { port: POSTGRES, protocol: 'TCP' },
  { port: STATUS, protocol: 'TCP' },
];

/** The instances of a Cluster reach each other, and the operator reaches them. */
export const databaseFlows: PolicyRule = {
  name: 'database-flows',
  family: 'network',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'policies let instances reach each other and the operator reach them, on 5432 and 8000',
  why: 'Without 8000 from the operator there is no failover at all; without 8000 among instances an isolated primary does not notice that it is alone (cloudnative-pg#6025, CloudNativePG, Networking).',
  remediation: 'allow 5432 and 8000 from the operator and among the instances',
  example: example(
    [
      cluster(),
      policy('db', {
        podSelector: { matchLabels: { 'cnpg.io/cluster': 'db' } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [operator, inside], ports }],
        egress: [{ to: [inside], ports }, { ports: [{ port: 443, protocol: 'TCP' }] }],
      }),
    ],
    'spec.ingress[0].ports[1].port',
    8001,
    1,
  ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    if (pods === undefined) {
      return;
    }
    const namespace = world.platform.operatorNamespace ?? 'cnpg-system';
    const self = { namespace: pods.namespace, labels: pods.labels };
    for (const port of [POSTGRES, STATUS]) {
      if (!allows(pods, 'ingress', { namespace, labels: OPERATOR }, port, world)) {
        report.fail(
          '',
          `policies keep the operator in '${namespace}' from port ${port}: there is no failover, and nobody says so`,
        );
      }
      if (Number(resource.spec['instances'] ?? 1) > 1 && !allows(pods, 'ingress', self, port, world)) {
        report.fail('', `policies keep its instances from each other's port ${port}`);
      }
      if (Number(resource.spec['instances'] ?? 1) > 1 && !allows(pods, 'egress', self, port, world)) {
        report.fail('', `policies keep its instances from reaching port ${port} of each other`);
      }
    }
    if (listOr(resource.spec['plugins']).length > 0 && !reachesOutside(resource.name, resource.namespace, world)) {
      report.fail('', 'policies keep its instances from every address outside: no WAL reaches the object store');
    }
  },
};

/** Whether some policy lets the instances out to addresses, or to anywhere. */
function reachesOutside(name: string, namespace: string, world: Parameters<PolicyRule['check']>[1]): boolean {
  const instance = world.selected(namespace, {
    matchLabels: { 'cnpg.io/cluster': name, 'cnpg.io/podRole': 'instance' },
  })[0];
  const policies = world
    .all('networking.k8s.io/v1/NetworkPolicy')
    .filter(
      (one) =>
        instance !== undefined &&
        one.namespace === namespace &&
        ((one.spec['policyTypes'] ?? []) as string[]).includes('Egress') &&
        world.selected(namespace, objectOr(one.spec['podSelector'])).includes(instance),
    );
  return (
    policies.length === 0 ||
    policies.some((one) =>
      listOr(one.spec['egress']).some((rule) => {
        const peers = listOr(rule['to']);
        const web = listOr(rule['ports']);
        return (
          (peers.length === 0 ||
            peers.some((peer) => peer['ipBlock'] !== undefined || peer['namespaceSelector'] !== undefined)) &&
          (web.length === 0 || web.some((port) => ![53, POSTGRES, STATUS].includes(Number(port['port']))))
        );
      }),
    )
  );
}
