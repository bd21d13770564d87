/** What happens to the nodes. `none` is the ordinary day. */
export type NodeEvent = 'none' | 'loss' | 'drain' | 'lossDuringDrain';

/** What is claimed to hold in it. */
export type NodeClaim = 'placed' | 'writes' | 'failover' | 'serving' | 'drainEnds' | 'rescheduled';

/** A hard topology spread over nodes (`whenUnsatisfiable: DoNotSchedule`). */
export interface Spread {
  readonly maxSkew: number;

  /** Whether a lost or draining node still counts as an empty one: `nodeTaintsPolicy` is not `Honor`. */
  readonly countsLostNodes: boolean;

  /** Whether a node that can take none of the pods counts as an empty one. */
  readonly countsForeignNodes: boolean;

  /** Whether fewer nodes count than `minDomains`, so that one more counts as empty: on an ordinary day. */
  readonly tooFewNodes: boolean;

  /** The same while one node is lost or drains. */
  readonly tooFewNodesWithoutOne: boolean;
}

/** What a database adds: its instances are not alike. */
export interface Quorum {
  /** Standbys that must confirm a commit. */
  readonly synchronousStandbys: number;

  /** Whether a commit waits for them whatever happens (`dataDurability: required`). */
  readonly required: boolean;

  /** Whether promotion needs `R + W > N`. */
  readonly failoverQuorum: boolean;

  /** Whether the operator keeps its PodDisruptionBudgets (`enablePDB`). */
  readonly budgets: boolean;

  /** Where the volumes are: on the disk of the instance's node, or copied to any nodes by the storage itself. */
  readonly volumes: 'nodeLocal' | 'replicated';

  /** Copies of a replicated volume, each on a node of its own, which need not be the instance's. */
  readonly copies: number;

  /** Why the operator does nothing for it. */
  readonly switchedOff: string | undefined;
}

/** Something that decides about pods and is not in the proof. What it may make false is then not judged. */
export interface Unseen {
  /** One sentence. */
  readonly says: string;

  /**
   * The claims that it may make false. None for what only a person has to know.
   * @default - all
   */
  readonly claims?: readonly NodeClaim[];
}

/** Pods that are alike, and what decides where they may be. Plain data. */
export interface PodSet {
  /** `Deployment/state-hub-api`. */
  readonly object: string;

  readonly replicas: number;

  /** Nodes that can take one of the pods, by name, selector, affinity and tolerations, in the platform's order. */
  readonly nodes: readonly string[];

  /** At most one on a node: required anti-affinity to itself, or a port of the host. */
  readonly onePerNode: boolean;

  readonly spread: Spread | undefined;

  /** Whether pods stay bound to a lost node, or replacements may be put there: they tolerate its taints. */
  readonly staysOnLostNode: boolean;

  /** Whether an evicted pod may come back to the node that drains: it tolerates the cordon. */
  readonly returnsToDrain: boolean;

  /** Pods that its PodDisruptionBudget keeps healthy; undefined without a budget. Not used for databases. */
  readonly keepHealthy: number | undefined;

  /** For databases. */
  readonly quorum: Quorum | undefined;

  /** What the proof does not know of it. */
  readonly unseen: readonly Unseen[];
}
