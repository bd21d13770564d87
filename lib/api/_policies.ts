import { ApiObject } from 'cdk8s';
import { checkPeer, clientId, type Peer } from '../network/peer';
import { DNS_EGRESS, podsHere, podsIn, podsOf, tcp } from '../network/_rules';
import type { ApiService } from './api-service';

/** What the API itself may reach, and what Prometheus may read of it. Clients come one policy each. */
export function apiPolicies(api: ApiService): ApiObject {
  const { database, metrics } = api;
  const { monitoringNamespace } = api.platform;
  const scraped = metrics !== undefined && monitoringNamespace !== false;
  return new ApiObject(api, 'NetworkPolicy', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: api.name, namespace: api.namespace },
    spec: {
      podSelector: { matchLabels: api.podLabels },
      policyTypes: ['Egress', 'Ingress'],
      ingress: scraped ? [{ from: [podsIn(monitoringNamespace)], ports: tcp(metrics.port) }] : undefined,
      egress: [
        DNS_EGRESS,
        ...(database === undefined
          ? []
          : [{ to: [podsHere(database.podLabels)], ports: tcp(database.connection.port) }]),
        ...api.calls.map((other) => ({
          to: [podsIn(other.namespace, other.podLabels)],
          ports: tcp(...Object.values(other.ports)),
        })),
      ],
    },
  });
}

/** Lets one client's pods reach every port of the API. */
export function policyFromClient(api: ApiService, peer: Peer): ApiObject {
  checkPeer(api, 'clients', peer);
  return new ApiObject(api, clientId(peer), {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${api.name}-from-${peer.name}`, namespace: api.namespace },
    spec: {
      podSelector: { matchLabels: api.podLabels },
      policyTypes: ['Ingress'],
      ingress: [{ from: [podsOf(peer)], ports: tcp(...Object.values(api.ports)) }],
    },
  });
}
