import { type Resource, listOr, objectOr } from '../resource';
import { OPERATOR_POD_LABELS } from '../platform-facts';
import type { PolicyRule } from '../rule';
import type { World } from '../world';
import { cluster, example, policy } from './_examples';
import { API_SERVER, allows, reachesOutside } from './_flows';
import { showLabels } from './_labels';

const STATUS = 8000;
const POSTGRES = 5432;
const inside = { podSelector: { matchLabels: { 'cnpg.io/cluster': 'db' } } };
const operator = {
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cnpg-system' } },
  podSelector: { matchLabels: OPERATOR_POD_LABELS },
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
  example: () =>
    example(
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
    const { operatorNamespace: namespace = 'cnpg-system', operatorPodLabels: labels = OPERATOR_POD_LABELS } =
      world.platform;
    const self = { namespace: pods.namespace, labels: pods.labels };
    for (const port of [POSTGRES, STATUS]) {
      if (!allows(pods, 'ingress', { namespace, labels }, port, world)) {
        report.fail(
          '',
          `policies keep the operator (${showLabels(labels)} in '${namespace}') from port ${port}: there is no failover, and nobody says so`,
        );
      }
      if (Number(resource.spec['instances'] ?? 1) > 1 && !allows(pods, 'ingress', self, port, world)) {
        report.fail('', `policies keep its instances from each other's port ${port}`);
      }
      if (Number(resource.spec['instances'] ?? 1) > 1 && !allows(pods, 'egress', self, port, world)) {
        report.fail('', `policies keep its instances from reaching port ${port} of each other`);
      }
    }
    for (const { port, what } of outside(resource, world)) {
      if (!reachesOutside(pods, [port], world)) {
        report.fail('', `policies keep its instances from port ${port} outside: ${what}`);
      }
    }
    if (!reachesOutside(pods, API_SERVER, world)) {
      report.fail(
        '',
        `policies keep its instances from the Kubernetes API (${API_SERVER.join(' or ')}): none of them starts`,
      );
    }
  },
};

/** Where instances have to go outside the cluster. */
function outside(cluster: Resource, world: World): readonly { readonly port: number; readonly what: string }[] {
  const store = listOr(cluster.spec['plugins'])
    .map((plugin) => String(objectOr(plugin['parameters'])['barmanObjectName']))
    .map((name) => world.find('ObjectStore', cluster.namespace, name))
    .find((one) => one !== undefined);
  const sources = listOr(cluster.spec['externalClusters']).filter((one) => one['connectionParameters'] !== undefined);
  return [
    ...(store === undefined ? [] : [{ port: portOf(store), what: 'no WAL reaches the object store' }]),
    ...sources.map((one) => ({
      port: Number(objectOr(one['connectionParameters'])['port'] ?? POSTGRES),
      what: `external cluster '${one['name']}' cannot be read`,
    })),
  ];
}

function portOf(store: Resource): number {
  const [, scheme, port] =
    /^(https?):\/\/[^/:]+(?::(\d+))?/.exec(String(objectOr(store.spec['configuration'])['endpointURL'])) ?? [];
  return port === undefined ? (scheme === 'http' ? 80 : 443) : Number(port);
}
