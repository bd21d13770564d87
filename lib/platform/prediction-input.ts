import type { Measured } from './measured';
import type { StorageKind } from './storage';
import type { SetBy } from './term';

/** What the platform says, as plain data. */
export interface PredictionPlatform {
  readonly name: string;
  readonly nodes: number;
  readonly kubernetes: string;
  readonly cloudNativePg: string;
  readonly nodeMonitorGraceSeconds: number;
  readonly storageKind: StorageKind;
  readonly measured: Measured;
}

/** What the Cluster says, defaults of CloudNativePG filled in. Durations in seconds. */
export interface DatabaseFacts {
  /** `Cluster/state-hub-db`. */
  readonly object: string;
  readonly instances: number;
  /** Why the operator does not act, by annotation. */
  readonly switchedOff: string | undefined;
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
  readonly maxWalMebibytes: number;
  /** Size of the data volume. */
  readonly storageMebibytes: number;
  readonly readinessType: string;
  /** How long a readiness probe may fail before the instance is not ready. */
  readonly readinessPatience: number;
  readonly archiving: boolean;
  /** Name of the ObjectStore that the archiving plugin writes to. */
  readonly archive: string | undefined;
  readonly archiveTimeout: number;
}

/** Why backups are not taken, or not where a restore looks for them. */
export interface StoppedBackup {
  readonly reason: string;
  readonly setBy: SetBy;
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
  /** Why no base backup of this database gets there, and what says so. */
  readonly stopped: StoppedBackup | undefined;
}

/** What the API's Deployment says, defaults of Kubernetes filled in. Durations in seconds. */
export interface ApiFacts {
  /** `Deployment/state-hub-api`. */
  readonly object: string;
  readonly replicas: number;
  /** `tolerationSeconds` for an unreachable node; undefined if it stays for ever. */
  readonly tolerationSeconds: number | undefined;
  readonly readinessPeriod: number;
  readonly readinessSuccessThreshold: number;
  readonly livenessPeriod: number;
  readonly livenessFailureThreshold: number;
  readonly startupPeriod: number;
  readonly startupFailureThreshold: number;
  /** Whether it waits for the database: its readiness then needs the writes back. */
  readonly usesDatabase: boolean;
  /** `PGCONNECT_TIMEOUT`: how long one attempt to connect may take. */
  readonly connectTimeout: number;
  /** How long it waits for an answer on a session that it has. */
  readonly databaseTimeout: number;
  /** Whether somebody said so. */
  readonly databaseTimeoutDeclared: boolean;
}

/** All that the prediction depends on. Plain data: two equal inputs give equal predictions. */
export interface PredictionInput {
  readonly platform: PredictionPlatform;
  readonly database: DatabaseFacts;
  readonly backup: BackupFacts | undefined;
  readonly api: ApiFacts | undefined;
}
