import { ApiObject } from 'cdk8s';
import { checkPeer, clientId, type Peer } from '../network/peer';
import { DNS_EGRESS, podsHere, podsIn, podsOf, tcp } from '../network/_rules';
import type { PostgresCluster } from './postgres-cluster';

const POSTGRES = 5432;
/** Status, probes, and the isolation check between instances. */
const STATUS = 8000;
const METRICS = 9187;
/** The API server behind its Service, and as many distributions run it. Its address is no pod, so no selector names it. */
const KUBERNETES_API = [443, 6443];

/** What the instances, and the Jobs that the operator starts for them, need to work at all. */
export function clusterPolicy(cluster: PostgresCluster, id: string): ApiObject {
  const { operatorNamespace, operatorPodLabels, monitoringNamespace } = cluster.platform;
  const instances = podsHere(cluster.podLabels);
  const operator = podsIn(operatorNamespace, operatorPodLabels);
  const egressPorts = [...new Set([...KUBERNETES_API, cluster.objectStore.port])].sort((a, b) => a - b);
  const source = cluster.bootstrap.method === 'import' ? cluster.bootstrap.source : undefined;
  return new ApiObject(cluster, id, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: cluster.name, namespace: cluster.namespace },
    spec: {
      podSelector: { matchLabels: cluster.podLabels },
      policyTypes: ['Egress', 'Ingress'],
      ingress: [
        { from: [instances, operator], ports: tcp(POSTGRES, STATUS) },
        ...(monitoringNamespace === false ? [] : [{ from: [podsIn(monitoringNamespace)], ports: tcp(METRICS) }]),
      ],
      egress: [
        DNS_EGRESS,
        { to: [instances], ports: tcp(POSTGRES, STATUS) },
        { ports: tcp(...egressPorts) },
        ...(source === undefined ? [] : [{ ports: tcp(source.port ?? POSTGRES) }]),
      ],
    },
  });
}

/** Lets one client's pods reach PostgreSQL. */
export function policyForClient(cluster: PostgresCluster, peer: Peer): ApiObject {
  checkPeer(cluster, 'client', peer);
  return new ApiObject(cluster, clientId(peer), {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${cluster.name}-from-${peer.name}`, namespace: cluster.namespace },
    spec: {
      podSelector: { matchLabels: cluster.podLabels },
      policyTypes: ['Ingress'],
      ingress: [{ from: [podsOf(peer)], ports: tcp(POSTGRES) }],
    },
  });
}
