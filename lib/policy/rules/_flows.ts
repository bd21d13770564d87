import type { PathSegment } from '../_path';
import type { Pods } from '../_pods';
import { type Resource, type YamlObject, isObject, listOr, objectOr } from '../resource';
import { type World, selects } from '../world';

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

const RULES = new WeakMap<Resource, readonly FlowRule[]>();

/** The rules of a NetworkPolicy, ingress first. */
export function flowRules(policy: Resource): readonly FlowRule[] {
  const known = RULES.get(policy);
  if (known !== undefined) {
    return known;
  }
  const rules = (direction: 'ingress' | 'egress', side: 'from' | 'to'): FlowRule[] =>
    listOr(policy.spec[direction]).map((rule, i) => ({
      direction,
      path: ['spec', direction, i],
      peers: listOr(rule[side]).map((peer, j) => ({
        peer,
        path: ['spec', direction, i, side, j],
        namespace: namespaceOf(peer, policy.namespace),
      })),
      ports: listOr(rule['ports']),
    }));
  const all = [...rules('ingress', 'from'), ...rules('egress', 'to')];
  RULES.set(policy, all);
  return all;
}

function namespaceOf({ namespaceSelector }: YamlObject, home: string): string | undefined {
  if (namespaceSelector === undefined) {
    return home;
  }
  const named: unknown = objectOr(objectOr(namespaceSelector)['matchLabels'])['kubernetes.io/metadata.name'];
  return typeof named === 'string' ? named : undefined;
}

const OVER = {
  Ingress: new WeakMap<Pods, readonly Resource[]>(),
  Egress: new WeakMap<Pods, readonly Resource[]>(),
};

/** The NetworkPolicies that are about these pods and restrict this direction. */
export function policiesOver(pods: Pods, direction: 'Ingress' | 'Egress', world: World): readonly Resource[] {
  // Asked each time, so that a policy whose schema is broken counts as a doubt each time.
  const there = world.in(pods.namespace, 'networking.k8s.io/v1/NetworkPolicy');
  const known = OVER[direction].get(pods);
  if (known !== undefined) {
    return known;
  }
  const over = there.filter((policy) => {
    const types: unknown = policy.spec['policyTypes'] ?? [
      'Ingress',
      ...(policy.spec['egress'] === undefined ? [] : ['Egress']),
    ];
    return Array.isArray(types) && types.includes(direction) && selects(policy.spec['podSelector'], pods.labels);
  });
  OVER[direction].set(pods, over);
  return over;
}

/** Another end of a flow: pods whose labels are known, or anything that answers to a namespace and labels. */
export interface Peer {
  readonly namespace: string;
  readonly namespaceLabels?: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, unknown>>;
}

/** Whether policies that restrict these pods let a TCP flow through; pods without a policy are open. */
export function allows(pods: Pods, direction: 'ingress' | 'egress', peer: Peer, port: number, world: World): boolean {
  const policies = policiesOver(pods, direction === 'ingress' ? 'Ingress' : 'Egress', world);
  return (
    policies.length === 0 ||
    policies.some((policy) =>
      flowRules(policy).some(
        (rule) =>
          rule.direction === direction &&
          portAllowed(rule.ports, port, direction === 'ingress' ? pods : undefined) &&
          (rule.peers.length === 0 || rule.peers.some((one) => peerMatches(one.peer, peer, pods.namespace))),
      ),
    )
  );
}

/**
 * Whether the policies over these pods let them out to addresses on one of these ports: what is outside the manifests,
 * such as the API server, has no labels that a policy could name.
 */
export function reachesOutside(pods: Pods, ports: readonly number[], world: World): boolean {
  const policies = policiesOver(pods, 'Egress', world);
  return (
    policies.length === 0 ||
    policies.some((policy) =>
      flowRules(policy).some(
        (rule) =>
          rule.direction === 'egress' &&
          (rule.peers.length === 0 || rule.peers.some(({ peer }) => peer['ipBlock'] !== undefined)) &&
          ports.some((port) => portAllowed(rule.ports, port)),
      ),
    )
  );
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

function peerMatches(rule: YamlObject, peer: Peer, home: string): boolean {
  if (isObject(rule['ipBlock'])) {
    return false;
  }
  const namespaces: unknown = rule['namespaceSelector'];
  const namespaceFits =
    namespaces === undefined
      ? peer.namespace === home
      : selects(namespaces, { ...peer.namespaceLabels, 'kubernetes.io/metadata.name': peer.namespace });
  return namespaceFits && selects(rule['podSelector'], peer.labels);
}
