import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { DNS_EGRESS, podsHere, tcp } from '../network/_rules';
import type { ApiService } from '../api/api-service';
import type { PostgresCluster } from '../postgres/postgres-cluster';

const RBAC = 'rbac.authorization.k8s.io';
/** The API server behind its Service, and as many distributions run it. */
const KUBERNETES_API = [443, 6443];

/** Who a failover drill is. */
export interface DrillIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly mode: 'deletePrimary' | 'switchover' | 'external';
  readonly evidence: string;
  readonly cluster: PostgresCluster;
  readonly api: ApiService;
}

/**
 * The rights of a failover drill, in the namespace of the service and no further (facts: what the runner calls). It
 * never reads a Secret through the API, and only the mode that deletes a pod may delete one. A test runs each mode with
 * these rights and fails where one is missing or is not used.
 */
export function drillAccess(scope: Construct, drill: DrillIdentity): void {
  const { name, namespace, cluster } = drill;
  const metadata = { name, namespace };
  const instances = Array.from({ length: cluster.instances }, (_, i) => `${cluster.name}-${i + 1}`);
  new ApiObject(scope, 'ServiceAccount', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata,
    automountServiceAccountToken: false,
  });
  new ApiObject(scope, 'Role', {
    apiVersion: `${RBAC}/v1`,
    kind: 'Role',
    metadata,
    rules: [
      // A watch of one object by name is allowed by name.
      rule('postgresql.cnpg.io', 'clusters', ['get', 'list', 'watch'], [cluster.name]),
      rule('postgresql.cnpg.io', 'failoverquorums', ['get'], [cluster.name]),
      rule('postgresql.cnpg.io', 'backups', ['list']),
      ...(drill.mode === 'switchover'
        ? [rule('postgresql.cnpg.io', 'clusters/status', ['patch'], [cluster.name])]
        : []),
      rule('', 'pods', ['list']),
      ...(drill.mode === 'deletePrimary' ? [rule('', 'pods', ['get', 'delete'], instances)] : []),
      rule('discovery.k8s.io', 'endpointslices', ['list']),
      rule('coordination.k8s.io', 'leases', ['create']),
      rule('coordination.k8s.io', 'leases', ['get', 'update', 'delete'], [name]),
      rule('', 'configmaps', ['create']),
      rule('', 'configmaps', ['get', 'update'], [drill.evidence]),
    ],
  });
  new ApiObject(scope, 'RoleBinding', {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
}

/** What a drill's pod may reach: DNS, the database, the API under test, and the Kubernetes API. Nobody reaches it. */
export function drillPolicies(scope: Construct, drill: DrillIdentity): void {
  const { name, namespace, labels, cluster, api } = drill;
  new ApiObject(scope, 'NetworkPolicy', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: {
      podSelector: { matchLabels: labels },
      policyTypes: ['Egress', 'Ingress'],
      egress: [
        DNS_EGRESS,
        { to: [podsHere(cluster.podLabels)], ports: tcp(cluster.connection.port) },
        { to: [podsHere(api.podLabels)], ports: tcp(api.port) },
        { ports: tcp(...KUBERNETES_API) },
      ],
    },
  });
  const peer = { from: [podsHere(labels)] };
  for (const [id, target, podLabels, port] of [
    ['DatabasePolicy', cluster.name, cluster.podLabels, cluster.connection.port],
    ['ApiPolicy', api.name, api.podLabels, api.port],
  ] as const) {
    new ApiObject(scope, id, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `${target}-from-${name}`, namespace },
      spec: {
        podSelector: { matchLabels: podLabels },
        policyTypes: ['Ingress'],
        ingress: [{ ...peer, ports: tcp(port) }],
      },
    });
  }
}

function rule(group: string, resource: string, verbs: readonly string[], names?: readonly string[]): object {
  return {
    apiGroups: [group],
    resources: [resource],
    ...(names === undefined ? {} : { resourceNames: [...names] }),
    verbs: [...verbs],
  };
}
