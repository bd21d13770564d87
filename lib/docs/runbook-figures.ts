import type { ApiService } from '../api/api-service';
import { type Prediction, predict } from '../platform/prediction';
import type { PredictionInput } from '../platform/prediction-input';
import { apiFacts, predictionInput } from '../platform/read-input';
import type { BackupSchedule } from '../postgres/backup-schedule';
import type { PostgresCluster } from '../postgres/postgres-cluster';

/** What the figures are read from. */
export interface FigureParts {
  readonly database: PostgresCluster;
  readonly backupSchedule: BackupSchedule;
  readonly api: ApiService;
}

/**
 * The figures of runbooks: those of the decision record, read from the same objects, and how long a command may wait
 * that follows from them. All in seconds, at worst.
 */
export class RunbookFigures {
  /** The prediction that the decision record shows, without objectives. */
  public readonly prediction: Prediction;
  private readonly input: PredictionInput;

  public constructor(parts: FigureParts) {
    const { database, backupSchedule, api } = parts;
    const { platform, objectStore } = database;
    this.input = predictionInput({ platform, database, backupSchedule, objectStore, api });
    this.prediction = predict(this.input);
  }

  /** Until Kubernetes counts a dark node as lost. */
  public get nodeMonitorGrace(): number {
    return this.input.platform.nodeMonitorGraceSeconds;
  }

  /** From the loss of the primary's node to the first write. */
  public get failover(): number {
    return this.prediction.nodeLoss.writes.worst;
  }

  /** How long an outage of writes may last before it is no usual failover any more: whole minutes. */
  public get patience(): number {
    return (Math.ceil(this.failover / 60) + 1) * 60;
  }

  /** How long a replica of the API stays on a node that counts as lost; undefined if for ever. */
  public get eviction(): number | undefined {
    return this.input.api?.tolerationSeconds;
  }

  /** Until a pod that tolerates a lost node for the usual five minutes, such as the operator's, starts elsewhere. */
  public get usualEviction(): number {
    return this.nodeMonitorGrace + 300;
  }

  /** Until pods of a part are gone that were told to stop. */
  public stop(part: ApiService): number {
    const { terminationGracePeriodSeconds } = part.apiObject.toJson().spec.template.spec as Record<string, unknown>;
    return Number(terminationGracePeriodSeconds ?? 30) + 30;
  }

  /** Until the instances and their volumes are gone after the Cluster was deleted. */
  public get instancesStop(): number {
    return this.input.database.stopDelay + 60;
  }

  /** Until all replicas of a part were replaced, one after another. */
  public rollout(part: ApiService): number {
    const { instanceLoss } = predict({ ...this.input, api: apiFacts(part.apiObject.toJson()) });
    return (instanceLoss.redundancy?.worst ?? 0) * part.replicas;
  }

  /** Until a lost or given up instance is whole again: a failover first, two pods, and a copy of all data. */
  public get heal(): number {
    return this.failover + this.standby;
  }

  /** Until all instances run after a restore from the object store. */
  public get restore(): number {
    return this.prediction.clusterLoss.writes.worst + this.laterStandbys;
  }

  /** As `restore`, to a point in time. */
  public get restoreToTime(): number {
    return this.prediction.humanError.writes.worst + this.laterStandbys;
  }

  /** Copying the whole database from the primary, by one pod that copies and one that stays. */
  private get standby(): number {
    const { measured } = this.input.platform;
    const size = measured.databaseMebibytes ?? this.input.database.storageMebibytes;
    return 2 * measured.podStart + Math.ceil(size / measured.cloneThroughput);
  }

  /** The prediction ends with the standbys that a commit needs; a Cluster is Ready with the last. */
  private get laterStandbys(): number {
    const { durability, instances, synchronousStandbys } = this.input.database;
    return (instances - 1 - (durability === 'required' ? synchronousStandbys : 0)) * this.standby;
  }
}
