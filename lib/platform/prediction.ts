import type { Measured } from './measured';
import type { FailureClass, ObjectivesInSeconds, ObjectiveSeconds } from './objectives';

/** What sets a term: change it, and this term changes. */
export interface SetBy {
  /**
   * `manifest`: a field of a synthesized object. `platform`: a fact given to `Platform`. `software`: fixed in Kubernetes,
   * CloudNativePG or PostgreSQL.
   */
  readonly kind: 'manifest' | 'platform' | 'software';

  /** `Cluster/state-hub-db spec.failoverDelay`, `nodeMonitorGracePeriod`, `CloudNativePG`. */
  readonly name: string;
}

/** One published part of a recovery time or of a recovery point. */
export interface Term {
  /** What happens in this time, in a few words. Unique in its list. */
  readonly name: string;

  /** Seconds on an ordinary day. */
  readonly typical: number;

  /** Seconds at worst. */
  readonly worst: number;

  /** Where the figure is documented or follows from. */
  readonly source: string;

  /** The manifest field or platform fact that sets it. */
  readonly setBy: SetBy;
}

/** Terms that happen one after the other. */
export interface Path {
  /** What has to happen: `the primary is killed`. */
  readonly name: string;

  readonly terms: readonly Term[];

  /** Sum of the terms, in seconds. */
  readonly typical: number;

  /** Sum of the terms, in seconds. */
  readonly worst: number;
}

/** How long something is out. */
export interface Figure extends Path {
  /** Other ways in which the same loss can take its course. None takes longer at worst than the figure itself. */
  readonly others: readonly Path[];

  /** Why it does not come back by itself, if so: then the sum is no bound. */
  readonly blockedBy: string | undefined;
}

/** How much of what was acknowledged may be lost. */
export interface RecoveryPoint {
  readonly terms: readonly Term[];
  readonly typical: number;

  /** Seconds of acknowledged writes at worst; undefined if nothing bounds them. */
  readonly worst: number | undefined;

  /** Why it is so, in one sentence. */
  readonly reason: string;

  /** What sets it. */
  readonly setBy: SetBy;
}

/** What one failure class costs. */
export interface ClassPrediction {
  readonly failureClass: FailureClass;

  /** From the failure to the first write that is acknowledged again. */
  readonly writes: Figure;

  /** From the failure to the first read that is answered again, by any instance. */
  readonly reads: Figure;

  /** From the failure to the API's first answer through its Service. Undefined where there is no API. */
  readonly api: Figure | undefined;

  readonly rpo: RecoveryPoint;

  /** The objective it is held against, in seconds. */
  readonly objective: ObjectiveSeconds | undefined;

  /** Objective minus worst, in seconds; negative if missed. Undefined without an objective or without a bound. */
  readonly margin: { readonly rto: number | undefined; readonly rpo: number | undefined } | undefined;
}

/** What the platform says, as plain data. */
export interface PlatformFacts {
  readonly name: string;
  readonly nodes: number;
  readonly kubernetes: string;
  readonly cloudNativePg: string;
  readonly nodeMonitorGraceSeconds: number;
  readonly storageKind: 'nodeLocal' | 'replicated';
  readonly measured: Measured;
}

/** What the Cluster says, defaults of CloudNativePG filled in. Durations in seconds. */
export interface DatabaseFacts {
  /** `Cluster/state-hub-db`. */
  readonly object: string;
  readonly instances: number;
  readonly requiredAntiAffinity: boolean;
  readonly durability: 'required' | 'preferred' | 'asynchronous';
  /** Standbys that must confirm a commit. */
  readonly synchronousStandbys: number;
  /** `synchronous_commit`. */
  readonly synchronousCommit: string;
  readonly failoverQuorum: boolean;
  readonly failoverDelay: number;
  readonly smartShutdownTimeout: number;
  readonly stopDelay: number;
  readonly leaseDurationSeconds: number;
  readonly retryPeriodSeconds: number;
  readonly releasedLeaseDurationSeconds: number;
  readonly walReceiverTimeout: number;
  readonly sharedBuffersMebibytes: number;
  /** Size of the data volume. */
  readonly storageMebibytes: number;
  readonly readinessType: string;
  /** How long a readiness probe may fail before the instance is not ready. */
  readonly readinessPatience: number;
  readonly archiving: boolean;
  readonly archiveTimeout: number;
}

/** What the ObjectStore and the ScheduledBackup say. */
export interface BackupFacts {
  /** `ScheduledBackup/state-hub-db-backup`. */
  readonly object: string;
  /** Longest time between two base backups, in seconds. */
  readonly longestGap: number;
  /** `ObjectStore/state-hub-db-backup`. */
  readonly store: string;
  /** How far back a point in time may lie, in seconds; undefined if nothing is ever deleted. */
  readonly retention: number | undefined;
}

/** What the API's Deployment says, defaults of Kubernetes filled in. Durations in seconds. */
export interface ApiFacts {
  /** `Deployment/state-hub-api`. */
  readonly object: string;
  readonly replicas: number;
  /** `tolerationSeconds` for an unreachable node. */
  readonly tolerationSeconds: number;
  readonly readinessPeriod: number;
  readonly readinessSuccessThreshold: number;
  readonly livenessPeriod: number;
  readonly livenessFailureThreshold: number;
  readonly startupPeriod: number;
  readonly startupFailureThreshold: number;
  /** `PGCONNECT_TIMEOUT`: how long one attempt to connect may take. */
  readonly connectTimeout: number;
}

/** All that the prediction depends on. Plain data: two equal inputs give equal predictions. */
export interface PredictionInput {
  readonly platform: PlatformFacts;
  readonly database: DatabaseFacts;
  readonly backup: BackupFacts | undefined;
  readonly api: ApiFacts | undefined;
}

/** The whole prediction, by failure class. */
export type Prediction = { readonly [C in FailureClass]: ClassPrediction };

export type { ObjectivesInSeconds };
