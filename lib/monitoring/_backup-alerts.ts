import { Duration } from 'cdk8s';
import type { BackupSchedule } from '../postgres/backup-schedule';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import type { Alert } from './alert';

const LAST_BACKUP = 'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp';
const LAST_FAILURE = 'barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp';

/**
 * Alerts on the way back. The operator's own `cnpg_collector_last_*_backup_timestamp` stay 0 with the plugin, so the
 * plugin's metrics are used (plugin-barman-cloud 0.14).
 */
export function backupAlerts(cluster: PostgresCluster, schedule: BackupSchedule): Alert[] {
  const subject = cluster.name;
  const own = `namespace="${cluster.namespace}",pod=~"${cluster.name}-[0-9]+"`;
  const tooOld = schedule.longestGapSeconds + 6 * 3600;
  const hours = Math.round(tooOld / 3600);
  return [
    {
      name: 'PhoenixWalArchivingFailing',
      subject,
      expr: `max(cnpg_pg_stat_archiver_last_failed_time{${own}} - cnpg_pg_stat_archiver_last_archived_time{${own}}) > 1`,
      for: '5m',
      severity: 'critical',
      summary: `${cluster.name} cannot archive WAL`,
      description: `The last attempt failed. Until it works again, losing the whole cluster loses everything since the last archived file, and the WAL volume fills. Look at the log of container plugin-barman-cloud.`,
    },
    {
      name: 'PhoenixWalArchivingBehind',
      subject,
      expr: `max(cnpg_collector_pg_wal_archive_status{${own},value="ready"}) > 16`,
      for: '10m',
      severity: 'warning',
      summary: `${cluster.name} has more than 16 WAL files waiting for the archive`,
      description: `The object store is slower than the database writes, or refuses some requests.`,
    },
    {
      name: 'PhoenixBackupTooOld',
      subject,
      expr: `time() - max(${LAST_BACKUP}{${own}}) > ${tooOld}`,
      for: '15m',
      severity: 'critical',
      summary: `The last base backup of ${cluster.name} is more than ${hours} hours old`,
      description: `The schedule '${schedule.schedule}' leaves at most ${Duration.seconds(schedule.longestGapSeconds).toHumanString()} between two. A restore still works from the last one, and takes longer with each hour. List them with 'kubectl get backups -n ${cluster.namespace}'.`,
    },
    {
      name: 'PhoenixBackupFailed',
      subject,
      expr: `max(${LAST_FAILURE}{${own}}) > max(${LAST_BACKUP}{${own}})`,
      for: '1m',
      severity: 'warning',
      summary: `The last base backup of ${cluster.name} failed`,
      description: `The reason is in 'status.error' of the newest Backup in namespace ${cluster.namespace}.`,
    },
    {
      name: 'PhoenixBackupMetricsMissing',
      subject,
      expr: `absent(${LAST_BACKUP}{${own}})`,
      for: '30m',
      severity: 'warning',
      summary: `Nothing reports the age of ${cluster.name}'s backups`,
      description: `The instances are not scraped, or run without the plugin's sidecar: then nothing is archived either.`,
    },
  ];
}
