import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  ScheduledBackup,
  ScheduledBackupSpecBackupOwnerReference,
  ScheduledBackupSpecMethod,
  ScheduledBackupSpecTarget,
} from '../../imports/postgresql.cnpg.io';
import { checkCron } from '../_cron';
import { checkDnsLabel, namespaceOf } from '../_names';
import { BARMAN_PLUGIN } from './_barman';
import type { PostgresCluster } from './postgres-cluster';

/** Properties for `BackupSchedule`. */
export interface BackupScheduleProps {
  /** The cluster to back up; it must have an object store, which a `PostgresCluster` always has. */
  readonly cluster: PostgresCluster;

  /**
   * When base backups are taken: six cron fields, the first is the second, in the operator's time zone (UTC).
   * WAL is archived all the time; a base backup only shortens what a restore must replay.
   */
  readonly schedule: string;

  /**
   * `metadata.name` of the ScheduledBackup. Its cluster cannot be changed later, so another cluster needs another name.
   * @default - `<cluster>-backup`
   */
  readonly name?: string;
}

/**
 * Base backups on a schedule, and one at once when the schedule is created, so that a new database can be restored
 * within minutes and not after the first night.
 */
export class BackupSchedule extends Construct {
  public readonly name: string;
  public readonly schedule: string;
  /** Longest time between two base backups, in seconds. */
  public readonly longestGapSeconds: number;
  /** The ScheduledBackup, the way out for what the properties do not cover. */
  public readonly apiObject: ApiObject;

  /** @throws if CloudNativePG would refuse the schedule, never run it, or read it differently from what it looks like */
  public constructor(scope: Construct, id: string, props: BackupScheduleProps) {
    super(scope, id);
    this.name = props.name ?? `${props.cluster.name}-backup`;
    this.schedule = props.schedule;

    checkDnsLabel(this, 'name', this.name);
    this.longestGapSeconds = checkCron(this, 'schedule', this.schedule, 'ScheduledBackup');

    this.apiObject = new ApiObject(
      this,
      'Resource',
      ScheduledBackup.manifest({
        metadata: { name: this.name, namespace: namespaceOf(this) },
        spec: {
          schedule: this.schedule,
          cluster: { name: props.cluster.name },
          immediate: true,
          method: ScheduledBackupSpecMethod.PLUGIN,
          pluginConfiguration: { name: BARMAN_PLUGIN },
          target: ScheduledBackupSpecTarget.PREFER_HYPHEN_STANDBY,
          // Backup objects are records of this Cluster: they outlive the schedule and go with the Cluster.
          backupOwnerReference: ScheduledBackupSpecBackupOwnerReference.CLUSTER,
        },
      }),
    );
  }
}
