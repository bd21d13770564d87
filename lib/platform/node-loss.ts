import { databaseVerdicts } from './_database-loss';
import { replicaVerdicts } from './_replica-loss';
import type { Verdict } from './_verdict';
import type { NodeEvent, PodSet } from './pod-set';

/** What the proof is about. */
export interface NodeLossInput {
  /** Nodes of the platform, by name. */
  readonly nodes: readonly string[];

  readonly podSets: readonly PodSet[];

  /** Namespace of the operator and its plugin, which are outside the service and one pod each by default. */
  readonly operatorNamespace: string;

  /**
   * What else decides where pods are, one sentence each.
   * @default - none
   */
  readonly unseen?: readonly string[];
}

/** Each claim about each pod set, proved, refuted or not judged, and what the proof cannot see. */
export interface NodeLossProof {
  readonly verdicts: readonly Verdict[];

  /** Single pods outside the service on which it depends, and other things that no placement changes. */
  readonly risks: readonly string[];
}

/**
 * Proves or refutes, for every placement that the scheduler may choose, every loss of one node, every drain of one, and
 * every loss of one while another drains.
 *
 * Nodes that can take the pods of a set are alike to it, and sets do not see each other, so numbers of pods on the lost
 * node, the draining node and the others are enough: no placement is enumerated by node. The scheduler is held to required
 * anti-affinity, hard topology spread over nodes, selectors and tolerations; what is only preferred it may ignore. A claim
 * that would hold is withheld where something decides about the pods that is not in the input (`unseen`).
 */
export function proveNodeLoss(input: NodeLossInput): NodeLossProof {
  return {
    verdicts: input.podSets.flatMap((set) =>
      set.quorum === undefined ? replicaVerdicts(set) : databaseVerdicts(set, set.quorum),
    ),
    risks: risks(input),
  };
}

/** The refuted claims, those with the fewest events first. */
export function refuted(proof: NodeLossProof): Verdict[] {
  const events: readonly NodeEvent[] = ['none', 'loss', 'drain', 'lossDuringDrain'];
  return proof.verdicts
    .filter(({ counterexample }) => counterexample !== undefined)
    .toSorted((a, b) => events.indexOf(a.event) - events.indexOf(b.event));
}

function risks({ nodes, operatorNamespace, podSets, unseen = [] }: NodeLossInput): string[] {
  const databases = podSets.filter(({ quorum }) => quorum !== undefined);
  const singletons = [
    `The CloudNativePG operator in '${operatorNamespace}' is one pod by default. If its node is lost together with the ` +
      `primary's, nothing is promoted until it runs elsewhere, by default 300 s (tolerationSeconds) later. Run 2 replicas.`,
    `The Barman Cloud plugin in '${operatorNamespace}' is one pod. While it is away, the operator does not reconcile, so ` +
      `nothing is promoted either. Set short tolerationSeconds, and keep it off the primary's node.`,
  ];
  const few =
    nodes.length === 1
      ? [`There is one node: losing it loses everything in the cluster; only the object store is left.`]
      : nodes.length === 2
        ? [`There are two nodes: after losing one, nothing has a second copy until it is back or restored.`]
        : [];
  const sets = podSets.flatMap((set) => set.unseen.map(({ says }) => says));
  return [...(databases.length > 0 ? singletons : []), ...few, ...sets, ...unseen];
}
