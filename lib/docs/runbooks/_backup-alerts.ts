import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';

/** Runbooks of the alerts on the way back: WAL archive and base backups. */
export const BACKUP_ALERTS: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  PhoenixWalArchivingFailing: (w) => ({
    title: `${w.db} cannot archive WAL`,
    when: `The last WAL file has not got into the object store${w.lasting('PhoenixWalArchivingFailing')}.`,
    impact: `The service works. Losing the whole cluster now loses everything since the last archived file, and the ${w.size('walStorage')} volume for WAL fills until PostgreSQL stops.`,
    check: `${sh(w.sql('select last_archived_wal, last_archived_time, last_failed_wal, last_failed_time from pg_stat_archiver'), w.setPrimary, `${w.k} logs "$primary" --container plugin-barman-cloud --tail 50`, `${w.k} get objectstores.barmancloud.cnpg.io ${w.facts.database.objectStore.name} --output yaml`)}

| in the log | cause |
| --- | --- |
| 403, AccessDenied, SignatureDoesNotMatch | the key in Secret \`${w.facts.database.objectStore.credentials.name}\` |
| no such host, connection refused, timeout | ${store(w)} is not reachable |
| NoSuchBucket | \`${w.facts.database.objectStore.destination}\` is gone |
| Expected empty archive | another database wrote below \`${w.facts.database.serverName}\`: stop, and ask |`,
    act: `- A wrong or expired key: ${w.link('rotate-credentials')}.
- The store is down: tell its operator. WAL waits on the volume meanwhile; see how long with ${w.link('PhoenixDatabaseWalVolumeFilling')}.

PostgreSQL tries again by itself.`,
    verify: `${sh(...w.archiveNow, w.sql('select last_archived_wal, last_archived_time from pg_stat_archiver'))}

\`last_archived_time\` is now.`,
    undo: 'Nothing to undo.',
  }),

  PhoenixWalArchivingBehind: (w) => ({
    title: w.summary('PhoenixWalArchivingBehind', `${w.db} has many WAL files waiting for the archive`),
    when: `The object store takes WAL more slowly than the database makes it.`,
    impact: `The service works. A restore of the whole cluster would miss what waits: 16 MiB a file.`,
    check: sh(
      w.sql("select count(*) from pg_ls_archive_statusdir() where name like '%.ready'"),
      w.setPrimary,
      `${w.k} logs "$primary" --container plugin-barman-cloud --tail 50`,
    ),
    act: `A bulk load ends by itself. If requests fail, go to ${w.link('PhoenixWalArchivingFailing')}. If the store is slow for long, ask its operator.`,
    verify: sh(w.sql("select count(*) from pg_ls_archive_statusdir() where name like '%.ready'")),
    undo: 'Nothing to undo.',
  }),

  PhoenixBackupTooOld: (w) => ({
    title: w.summary('PhoenixBackupTooOld', `The last base backup of ${w.db} is too old`),
    when: `The schedule \`${w.facts.backupSchedule.schedule}\` (UTC) was due, and no base backup has succeeded for hours after that.`,
    impact: `A restore still works and takes longer with each hour. Backups older than ${w.facts.database.objectStore.retentionDays} days are deleted; without new ones there is none in the end.`,
    check: sh(
      `${w.k} get backups.postgresql.cnpg.io --sort-by .metadata.creationTimestamp`,
      `${w.k} get scheduledbackups.postgresql.cnpg.io ${w.facts.backupSchedule.name} --output jsonpath='{.spec.suspend} {.status}{"\\n"}'`,
    ),
    act: `A backup failed: ${w.link('PhoenixBackupFailed')}. None was tried: no instance was healthy, or the schedule is suspended. Then take one now:

${sh(w.backup)}`,
    verify: `${sh(`${w.k} get backups.postgresql.cnpg.io --sort-by .metadata.creationTimestamp`)}

The newest is \`completed\`.`,
    undo: 'Nothing to undo.',
  }),

  PhoenixBackupFailed: (w) => ({
    title: `The last base backup of ${w.db} failed`,
    when: `The newest backup has failed and no later one has succeeded.`,
    impact: `None yet: a restore works from the backup before.`,
    check: sh(
      `${w.k} get backups.postgresql.cnpg.io --sort-by .metadata.creationTimestamp --output custom-columns=NAME:.metadata.name,PHASE:.status.phase,POD:.status.instanceID.podName,ERROR:.status.error`,
      `${w.k} logs --selector cnpg.io/cluster=${w.db} --container plugin-barman-cloud --tail 50`,
    ),
    act: `Remove the cause: key (${w.link('rotate-credentials')}), store (${w.link('PhoenixWalArchivingFailing')}), or a pod that went away during the backup. Then take one now:

${sh(w.backup)}`,
    verify: `${sh(`${w.k} get backups.postgresql.cnpg.io --sort-by .metadata.creationTimestamp`)}

The newest is \`completed\`.`,
    undo: 'Nothing to undo. Failed Backup objects may stay.',
  }),

  PhoenixBackupMetricsMissing: (w) => ({
    title: `Nothing reports the age of ${w.db}'s backups`,
    when: `Prometheus has had no backup metrics of \`${w.db}\`${w.lasting('PhoenixBackupMetricsMissing')}.`,
    impact: `Unknown: either Prometheus does not see the instances, or they run without the plugin's sidecar, and then nothing is archived.`,
    check: `${sh(`${w.k} get pods --selector cnpg.io/cluster=${w.db},cnpg.io/podRole=instance --output custom-columns=NAME:.metadata.name,SIDECARS:.spec.initContainers[*].name`, `${w.k} get podmonitors.monitoring.coreos.com ${w.db} --show-labels`, w.sql('select last_archived_wal, last_archived_time from pg_stat_archiver'))}

Each instance must list \`plugin-barman-cloud\`.`,
    act: `- The sidecar is missing: the plugin was not there when the pods were made. See ${w.link('PhoenixBackupPluginDown')}, then restart the instances, one after another:

${sh(`${w.cnpg} restart ${w.db}`)}

- The sidecar is there: Prometheus does not select the PodMonitor, or may not reach port 9187. Compare its labels with \`podMonitorSelector\` of Prometheus.`,
    verify: `The alert ends within a few minutes after the next scrape.`,
    undo: 'Nothing to undo.',
  }),
};

function store(w: RunbookWords): string {
  const { endpoint } = w.facts.database.objectStore;
  return endpoint === undefined ? 'Amazon S3' : `\`${endpoint}\``;
}
