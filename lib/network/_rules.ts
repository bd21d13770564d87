import type { Peer } from './peer';

/** Parts of NetworkPolicy rules, in the form that the API server writes back (protocol always named). */

export interface PolicyPort {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

export function tcp(...ports: readonly number[]): PolicyPort[] {
  return ports.map((port) => ({ port, protocol: 'TCP' }));
}

/** Pods with these labels in the policy's own namespace. */
export function podsHere(labels: Readonly<Record<string, string>>): object {
  return { podSelector: { matchLabels: labels } };
}

/** Pods of another namespace; without labels, all of them. */
export function podsIn(namespace: string, labels?: Readonly<Record<string, string>>): object {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    ...(labels === undefined ? {} : { podSelector: { matchLabels: labels } }),
  };
}

export function podsOf(peer: Peer): object {
  return podsIn(peer.namespace, peer.podLabels);
}

/** Egress to the cluster's DNS, which every pod needs before anything else. */
export const DNS_EGRESS = {
  to: [podsIn('kube-system', { 'k8s-app': 'kube-dns' })],
  ports: [
    { port: 53, protocol: 'TCP' },
    { port: 53, protocol: 'UDP' },
  ],
} as const;
