import type { PathSegment } from '../_path';
import type { Pods } from '../_pods';
import { type Resource, type YamlObject, isObject, listOr, objectOr } from '../resource';
import { selects } from '../selector';
import type { World } from '../world';

/** One rule of a NetworkPolicy. */
export interface FlowRule {
  readonly direction: 'ingress' | 'egress';
  readonly path: readonly PathSegment[];
  /** Empty: everybody. */
  readonly peers: readonly FlowPeer[];
  /** Empty: every port. */
  readonly ports: readonly YamlObject[];
}

/** Whom a rule of a NetworkPolicy lets through. */
export interface FlowPeer {
  readonly peer: YamlObject;
  readonly path: readonly PathSegment[];
  /** The namespace of its pods, where the policy names one or means its own. */
  readonly namespace: string | undefined;
}

/** The rules of a NetworkPolicy, ingress first. */
export function flowRules(policy: Resource): readonly FlowRule[] {
  return [...rulesOf(policy, 'ingress', 'from'), ...rulesOf(policy, 'egress', 'to')];
}

function rulesOf(policy: Resource, direction: 'ingress' | 'egress', side: 'from' | 'to'): FlowRule[] {
  return listOr(policy.spec[direction]).map((rule, i) => ({
    direction,
    path: ['spec', direction, i],
    peers: listOr(rule[side]).map((peer, j) => ({
      peer,
      path: ['spec', direction, i, side, j],
      namespace: namespaceOf(peer, policy.namespace),
    })),
    ports: listOr(rule['ports']),
  }));
}

function namespaceOf({ namespaceSelector }: YamlObject, home: string): string | undefined {
  if (namespaceSelector === undefined) {
    return home;
  }
  const named: unknown = objectOr(objectOr(namespaceSelector)['matchLabels'])['kubernetes.io/metadata.name'];
  return typeof named === 'string' ? named : undefined;
}

/** The NetworkPolicies that are about pods and restrict what comes in. */
export function ingressPolicies(pods: Pods, world: World): readonly Resource[] {
  return policiesOver(pods, 'Ingress', world);
}

/** The NetworkPolicies that are about pods and restrict what goes out. */
export function egressPolicies(pods: Pods, world: World): readonly Resource[] {
  return policiesOver(pods, 'Egress', world);
}

function policiesOver(pods: Pods, direction: 'Ingress' | 'Egress', world: World): readonly Resource[] {
  return world.in(pods.namespace, 'networking.k8s.io/v1/NetworkPolicy').filter(({ spec }) => {
    const types: unknown = spec['policyTypes'] ?? ['Ingress', ...(spec['egress'] === undefined ? [] : ['Egress'])];
    return Array.isArray(types) && types.includes(direction) && selects(spec['podSelector'], pods.labels);
  });
}

/** Another end of a flow: pods whose labels are known, or anything that answers to a namespace and labels. */
export interface Peer {
  readonly namespace: string;
  readonly namespaceLabels?: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, unknown>>;
}

/** Whether policies that restrict these pods let a TCP flow through; pods without a policy are open. */
export function allows(pods: Pods, direction: 'ingress' | 'egress', peer: Peer, port: number, world: World): boolean {
  const policies = world.onceFor(pods, direction === 'ingress' ? ingressPolicies : egressPolicies);
  for (const policy of policies) {
    for (const rule of world.onceFor(policy, flowRules)) {
      if (
        rule.direction === direction &&
        portAllowed(rule.ports, port, direction === 'ingress' ? pods : undefined) &&
        (rule.peers.length === 0 || rule.peers.some((one) => peerMatches(one, peer, pods.namespace)))
      ) {
        return true;
      }
    }
  }
  return policies.length === 0;
}

/**
 * Whether the policies over these pods let them out to addresses on one of these ports: what is outside the manifests,
 * such as the API server, has no labels that a policy could name.
 */
export function reachesOutside(pods: Pods, ports: readonly number[], world: World): boolean {
  const policies = world.onceFor(pods, egressPolicies);
  for (const policy of policies) {
    for (const rule of world.onceFor(policy, flowRules)) {
      if (
        rule.direction === 'egress' &&
        (rule.peers.length === 0 || rule.peers.some(({ peer }) => peer['ipBlock'] !== undefined)) &&
        ports.some((port) => portAllowed(rule.ports, port))
      ) {
        return true;
      }
    }
  }
  return policies.length === 0;
}

/** The API server, as its Service and as the server listens: which of them a policy judges depends on the network. */
export const API_SERVER = [443, 6443];

/** Whether a rule opens a TCP port. Names stand for the ports of the pods that are reached, where those are known. */
function portAllowed(ports: readonly YamlObject[], port: number, reached?: Pods): boolean {
  return (
    ports.length === 0 ||
    ports.some(
      (allowed) =>
        protocolOf(allowed) === 'TCP' &&
        (typeof allowed['port'] === 'string'
          ? reached?.ports.some((one) => one.name === allowed['port'] && one.port === port) === true
          : covers(allowed, port)),
    )
  );
}

/** Whether the number or the range of a rule's port holds a number; without any it holds all. */
export function covers({ port, endPort }: YamlObject, number: number): boolean {
  return (
    port === undefined ||
    port === number ||
    (typeof endPort === 'number' && Number(port) <= number && number <= endPort)
  );
}

/** TCP where nothing else is said. */
export function protocolOf(port: YamlObject): string {
  return String(port['protocol'] ?? 'TCP');
}

function peerMatches({ peer: rule, namespace }: FlowPeer, peer: Peer, home: string): boolean {
  if (isObject(rule['ipBlock']) || (namespace !== undefined && namespace !== peer.namespace)) {
    return false;
  }
  const namespaces: unknown = rule['namespaceSelector'];
  const namespaceFits =
    namespaces === undefined
      ? peer.namespace === home
      : selects(namespaces, { ...peer.namespaceLabels, 'kubernetes.io/metadata.name': peer.namespace });
  return namespaceFits && selects(rule['podSelector'], peer.labels);
}
