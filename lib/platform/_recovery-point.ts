import { SOURCE } from './_terms';
import type { PredictionInput } from './prediction-input';
import { byField, byPlatform, type RecoveryPoint, type SetBy, sum, type Term } from './term';

/** What losing one instance or one node loses: nothing with `required` durability, anything without. */
export function synchronousRecoveryPoint({ database }: PredictionInput): RecoveryPoint {
  const setBy = byField(database.object, 'spec.postgresql.synchronous.dataDurability');
  if (database.durability === 'asynchronous') {
    return unbounded('replication is asynchronous: a commit is acknowledged before any standby has it', setBy);
  }
  if (database.durability === 'preferred') {
    return unbounded(
      `durability is 'preferred': while no standby is ready, commits are acknowledged that only the primary has`,
      setBy,
    );
  }
  if (!['on', 'remote_apply', 'remote_write'].includes(database.synchronousCommit)) {
    return unbounded(
      `'synchronous_commit' is '${database.synchronousCommit}': a commit does not wait for a standby`,
      byField(database.object, 'spec.postgresql.parameters.synchronous_commit'),
    );
  }
  const standbys = database.synchronousStandbys === 1 ? 'one standby' : `${database.synchronousStandbys} standbys`;
  const where =
    database.synchronousCommit === 'remote_write'
      ? `${standbys} ${database.synchronousStandbys === 1 ? 'has' : 'have'} received it too; not yet on its disk, so losing ` +
        `power on both sides at once is not covered`
      : `it is on disk on ${standbys} too`;
  return zero(`durability is 'required': no commit is acknowledged before ${where}`, setBy);
}

/** What losing the cluster loses: what was not in the object store yet. */
export function archiveRecoveryPoint(input: PredictionInput): RecoveryPoint {
  const { backup, database, platform } = input;
  if (backup === undefined) {
    return unbounded('there are no base backups outside the cluster', byField(database.object, 'spec.plugins'));
  }
  if (backup.stopped !== undefined) {
    return unbounded(backup.stopped.reason, backup.stopped.setBy);
  }
  if (!database.archiving) {
    const terms: Term[] = [
      {
        name: 'time since the last base backup',
        typical: backup.longestGap / 2,
        worst: backup.longestGap,
        source: SOURCE.wal,
        setBy: byField(backup.object, 'spec.schedule'),
      },
    ];
    return point(terms, 'WAL is not archived: all since the last base backup is lost', terms[0]!.setBy);
  }
  const setBy = byField(database.object, 'spec.postgresql.parameters.archive_timeout');
  if (database.archiveTimeout === 0) {
    return unbounded(`'archive_timeout' is 0: WAL leaves the cluster only when a whole file is full`, setBy);
  }
  return point(
    archiveTerms(input),
    `WAL is archived when a file is full, at the latest after ${database.archiveTimeout} s, and then takes up to ` +
      `${platform.measured.walUpload} s to upload; longer only while archiving fails, which raises an alert`,
    setBy,
  );
}

/** What a restore to the moment before an error loses. */
export function pointInTimeRecoveryPoint(input: PredictionInput): RecoveryPoint {
  const { backup, database } = input;
  if (backup === undefined || backup.stopped !== undefined || !database.archiving) {
    return archiveRecoveryPoint(input);
  }
  const reach =
    backup.retention === undefined ? 'since the first base backup' : `of the last ${backup.retention / 86_400} days`;
  return zero(
    `every transaction ${reach} can be restored to; what was written after the error stays in the old ` +
      `database and is carried over by hand`,
    byField(backup.store, 'spec.retentionPolicy'),
  );
}

/** Until a committed transaction is in the object store. */
export function archiveTerms({ database, platform }: PredictionInput): Term[] {
  return [
    {
      name: 'WAL file is closed',
      typical: database.archiveTimeout / 2,
      worst: database.archiveTimeout,
      source: SOURCE.wal,
      setBy: byField(database.object, 'spec.postgresql.parameters.archive_timeout'),
    },
    {
      name: 'WAL file is uploaded',
      typical: platform.measured.walUpload / 3,
      worst: platform.measured.walUpload,
      source: SOURCE.measured,
      setBy: byPlatform('measured.walUpload'),
    },
  ];
}

function point(terms: readonly Term[], reason: string, setBy: SetBy): RecoveryPoint {
  return { terms, typical: sum(terms, 'typical'), worst: sum(terms, 'worst'), reason, setBy };
}

function zero(reason: string, setBy: SetBy): RecoveryPoint {
  return point([], reason, setBy);
}

function unbounded(reason: string, setBy: SetBy): RecoveryPoint {
  return { terms: [], typical: 0, worst: undefined, reason, setBy };
}
