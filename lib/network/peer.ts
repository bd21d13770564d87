import type { IConstruct } from 'constructs';
import { checkDnsLabel, namespaceOf } from '../_names';
import { refuse } from '../_refuse';
import { addFacts } from '../policy/facts';

/** Who may connect: pods of one namespace, picked by their labels. */
export interface Peer {
  /** Short name of the peer, a DNS label; it becomes part of the NetworkPolicy's name. */
  readonly name: string;

  /** Namespace that the pods run in. */
  readonly namespace: string;

  /** Labels that the pods carry. At least one: an empty selector would mean every pod of the namespace. */
  readonly podLabels: Readonly<Record<string, string>>;
}

/** Id of the policy that lets the peer in. */
export function clientId(peer: Peer): string {
  return `Client-${peer.name}`;
}

/** Refuses a peer that would mean more pods than its author thinks; records that its namespace is known. */
export function checkPeer(where: IConstruct, property: string, peer: Peer): void {
  checkDnsLabel(where, `${property}.name`, peer.name);
  checkDnsLabel(where, `${property}.namespace`, peer.namespace);
  if (Object.keys(peer.podLabels ?? {}).length === 0) {
    refuse(
      where,
      `'${property}.podLabels' of '${peer.name}' must have at least one label, got none; an empty selector opens the service to the whole namespace`,
    );
  }
  if (where.node.tryFindChild(clientId(peer)) !== undefined) {
    refuse(
      where,
      `'${property}' must have different names, got '${peer.name}' a second time, now in namespace '${peer.namespace}'; ` +
        `both NetworkPolicies would have one name`,
    );
  }
  if (peer.namespace !== namespaceOf(where)) {
    addFacts(where, { external: [{ kind: 'Namespace', name: peer.namespace }] });
  }
}
