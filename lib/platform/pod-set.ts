/** A hard topology spread over nodes (`whenUnsatisfiable: DoNotSchedule`). */
export interface Spread {
  readonly maxSkew: number;

  /** Whether a lost or draining node still counts as an empty one: `nodeTaintsPolicy` is not `Honor`. */
  readonly countsLostNodes: boolean;

  /** Whether a node that can take none of the pods counts as an empty one. */
  readonly countsForeignNodes: boolean;
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

  /** Where the volumes are. */
  readonly volumes: 'nodeLocal' | 'replicated';
}

/** Pods that are alike, and what decides where they may be. Plain data. */
export interface PodSet {
  /** `Deployment/state-hub-api`. */
  readonly object: string;

  readonly replicas: number;

  /** Nodes that can take one of the pods, by selector, affinity and tolerations, in the platform's order. */
  readonly nodes: readonly string[];

  /** Required anti-affinity to itself: at most one on a node. */
  readonly onePerNode: boolean;

  readonly spread: Spread | undefined;

  /** Pods that its PodDisruptionBudget keeps healthy; undefined without a budget. Not used for databases. */
  readonly keepHealthy: number | undefined;

  /** For databases. */
  readonly quorum: Quorum | undefined;
}
