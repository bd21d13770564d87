import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';
import { diskFull } from './_disk-full';
import { restore } from './_restore';
import { endSessions, readDump, stopWriters } from './_writes';

/** Procedures around disks and restores. */
export const DATA_PROCEDURES: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  'disk-full': diskFull,

  'restore-cluster': (w) =>
    restore(w, {
      title: `Restore ${w.db} from the object store`,
      when: `All instances of \`${w.db}\` or their volumes are lost, or the whole platform is.`,
      impact: `The service is down until the end: ${howLong(w, 'clusterLoss')}. What was written after the last archived WAL file is lost: ${lost(w)}.`,
      bootstrap: `Bootstrap.recovery({ serverName: '${w.facts.database.serverName}' })`,
      hint: '',
      before: [],
      seconds: w.figures.restore,
    }),

  'restore-to-a-point-in-time': (w) =>
    restore(w, {
      title: `Take ${w.db} back to a point in time`,
      when: `Data was deleted or changed by mistake, and the time before it is known. Within ${w.facts.database.objectStore.retentionDays} days. If only few rows are concerned, add a second \`PostgresCluster\` with another name and this bootstrap to the program instead, copy the rows with \`pg_dump --table\`, and take it out again.`,
      impact: `The service is down until the end: ${howLong(w, 'humanError')}. Everything written after the chosen time is gone. Agree on the time with whoever owns the data.`,
      bootstrap: `Bootstrap.recovery({ serverName: '${w.facts.database.serverName}', targetTime: '...' })`,
      hint: '\n`targetTime` is the chosen time with its zone, as `2026-01-31T03:59:00Z` or `2026-01-31T04:59:00+01:00`.\n',
      before: [
        `Stop writes. Each pod still answers while it stops, so wait for the last; the last list must be empty:

${sh(...stopWriters(w), ...endSessions(w))}`,
        `A copy of now, for what the way back would lose. Go on only if it is whole:

${sh(`${w.onPrimary()} pg_dump --format custom ${w.facts.database.database} > before-restore.dump`, readDump(w, 'before-restore.dump'))}`,
        `The last WAL must be archived, and something must have been committed after the chosen time, or the restore ends with an error:

${sh(w.sql("select pg_create_restore_point('before-restore'), now(), pg_current_wal_lsn()"), ...w.archiveNow, w.sql('select last_archived_wal, last_archived_time, last_failed_time from pg_stat_archiver'))}

Go on when \`last_archived_time\` is later than the \`now\` above.`,
      ],
      seconds: w.figures.restoreToTime,
    }),
};

function howLong(w: RunbookWords, failureClass: 'clusterLoss' | 'humanError'): string {
  const { typical, worst } = w.figures.prediction[failureClass].writes;
  return `usually ${w.time(typical)}, at worst ${w.time(worst)}`;
}

function lost(w: RunbookWords): string {
  const { worst } = w.figures.prediction.clusterLoss.rpo;
  return worst === undefined ? 'nothing bounds it' : `up to ${w.time(worst)}`;
}
