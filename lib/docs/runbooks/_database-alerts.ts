import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';

const NOTHING_TO_UNDO = 'Nothing to undo: nothing was changed for good.';

/** Runbooks of the alerts on the database's instances. */
export const DATABASE_ALERTS: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  PhoenixDatabaseNoPrimary: (w) => ({
    title: `${w.db} has no primary`,
    when: `No instance of \`${w.db}\` has accepted writes${w.lasting('PhoenixDatabaseNoPrimary')}. A failover takes at most ${w.time(w.figures.failover)}.`,
    impact: `Nothing can be written. \`${w.facts.api.name}\` is not ready, because its readiness asks the database. Acknowledged writes are safe on at least two instances.`,
    check: `${w.look}

The phase says which page is next:

| what you see | go to |
| --- | --- |
| a node is NotReady | ${w.link('node-lost')} |
| an unknown plugin, or an error while interacting with plugins | ${w.link('PhoenixBackupPluginDown')} |
| nothing changes, and no operator pod is ready | ${w.link('PhoenixOperatorDown')} |
| "Not enough disk space" | ${w.link('disk-full')} |
| quorum in the operator's events | ${w.link('failover-denied-by-quorum')} |
| none of these | ${w.link('primary-stuck')} |`,
    act: `Follow the page from the table. If the phase is "Failing over" and the roles above still change, give it one more minute first.`,
    verify: `${sh(w.waitHealthy, w.sql('select pg_is_in_recovery()'), w.tryWrite)}

The answer is \`f\`, and the write returns at once.`,
    undo: NOTHING_TO_UNDO,
  }),

  PhoenixDatabaseTwoPrimaries: (w) => ({
    title: `${w.db} has more than one primary`,
    when: `Two instances of \`${w.db}\` believe that they are the primary. Usually one is cut off from the cluster.`,
    impact: `With synchronous replication the cut-off one cannot acknowledge writes, because no standby streams from it. Until that is proven, treat its disk as evidence.`,
    check: `${w.look}

The true primary is the one the operator names and the one with the higher timeline:

${sh(`${w.k} get ${w.cluster} --output jsonpath='{.status.currentPrimary}{"\\n"}{.status.instancesReportedState}{"\\n"}'`, `${w.k} get endpointslices --selector kubernetes.io/service-name=${w.db}-rw --output wide`)}

Do not delete a volume before you know which one the clients wrote to.`,
    act: `Stop PostgreSQL on the other one, and keep its disk:

${sh(...w.unlessPrimary('the wrong primary', `${w.cnpg} fencing on ${w.db} "\${instance:?}"`))}

If the API server cannot reach it, stop its node. When the network is whole, lift the fence: it rewinds and follows.`,
    verify: `${sh(w.pods)}

One instance has the role \`primary\`. Compare row counts with what clients believe they wrote.`,
    undo: sh(`${w.cnpg} fencing off ${w.db} "\${instance:?}"`),
  }),

  PhoenixDatabaseWritesBlocked: (w) => ({
    title: `${w.db} has fewer synchronous standbys than a commit needs`,
    when: `Commits have waited for a standby${w.lasting('PhoenixDatabaseWritesBlocked')}, and none streams.`,
    impact: `Writes hang and lose nothing. Reads work. The next lost instance would leave a failover without quorum.`,
    check: `${w.look}

${sh(w.sql('select application_name, state, sync_state, replay_lag from pg_stat_replication'))}`,
    act: `Bring back one standby; one is enough.

- A node is gone: ${w.link('node-lost')}.
- A pod runs and does not stream: restart it.

${sh(`instance= # a standby: ${w.instances}`, `${w.cnpg} restart ${w.db} "\${instance:?}"`)}

- Its log speaks of a missing WAL segment: see ${w.link('PhoenixDatabaseStandbysMissing')}.

Do not weaken \`synchronous\`: that turns waiting commits into losable ones.`,
    verify: `${sh(w.sql('select application_name, state, sync_state from pg_stat_replication'), w.tryWrite)}

At least one streams, and the write returns at once, as waiting commits do.`,
    undo: NOTHING_TO_UNDO,
  }),

  PhoenixDatabaseInstanceDown: (w) => ({
    title: `${w.db} runs fewer than ${w.facts.database.instances} instances`,
    when: `An instance has been missing${w.lasting('PhoenixDatabaseInstanceDown')}.`,
    impact: `The service works. Losing one more node may stop writes.`,
    check: `${w.look}

${sh('kubectl get nodes', `${w.k} get events --sort-by .lastTimestamp --field-selector type=Warning`, `${w.k} get persistentvolumeclaims --selector cnpg.io/cluster=${w.db}`)}`,
    act: `- A node is NotReady or gone: ${w.link('node-lost')}.
- A node is cordoned, somebody works on it: ${w.link('planned-node-maintenance')}.
- Pending with all nodes Ready: each instance needs a node of its own with ${w.cpu} CPU and ${w.size('memory')} free; the events name what is missing.
- CrashLoopBackOff: read the log of the last try.

${sh(`instance= # the broken one: ${w.instances}`, `${w.k} logs "\${instance:?}" --container postgres --previous --tail 50`)}`,
    verify: sh(w.waitHealthy),
    undo: NOTHING_TO_UNDO,
  }),

  PhoenixDatabaseStandbysMissing: (w) => ({
    title: `${w.db} has fewer than ${w.facts.database.instances - 1} streaming standbys`,
    when: `An instance may run and still not follow the primary.`,
    impact: `The service works. With no standby left, writes stop.`,
    check: `${w.look}

${sh(w.sql('select application_name, state, sync_state from pg_stat_replication'), w.sql('select slot_name, active, wal_status from pg_replication_slots'))}`,
    act: `A standby whose slot is \`lost\` cannot catch up any more and is made anew from the primary. Be sure that it is a standby: this deletes its volumes.

${sh(...w.giveUp('the standby whose slot is lost'), ...w.waitRemade)}

A standby that runs and does not stream for another reason: restart it as in ${w.link('PhoenixDatabaseWritesBlocked')}.`,
    verify: sh(w.waitHealthy, w.waitStreaming(w.facts.database.instances - 1)),
    undo: `None for \`destroy\`: the operator copies a new standby from the primary, up to ${w.size('storage')} over the network.`,
  }),

  PhoenixDatabaseReplicationLag: (w) => ({
    title: w.summary('PhoenixDatabaseReplicationLag', `A standby of ${w.db} replays far behind`),
    when: `A standby receives WAL and is slow to replay it, or receives it slowly.`,
    impact: `Nothing is lost. A failover to it takes longer, because it replays first.`,
    check: `${sh(w.sql('select application_name, write_lag, flush_lag, replay_lag from pg_stat_replication'), `kubectl top node`, `${w.k} top pod --selector cnpg.io/cluster=${w.db}`)}

Large \`write_lag\`: the network or the standby's disk. Large \`replay_lag\` alone: a long query on the standby, or a bulk load on the primary.`,
    act: `Wait for a bulk load to end, or end the query that holds replay back:

${sh(`instance= # the lagging standby: ${w.instances}`, `${w.k} exec "\${instance:?}" --container postgres -- psql --command "select pid, now() - query_start as age, query from pg_stat_activity where state = 'active' order by 2 desc limit 5"`, 'pid= # of that query, from the list', `${w.k} exec "\${instance:?}" --container postgres -- psql --command "select pg_cancel_backend(\${pid:?})"`)}`,
    verify: sh(w.sql('select application_name, replay_lag from pg_stat_replication')),
    undo: NOTHING_TO_UNDO,
  }),

  PhoenixDatabaseFenced: (w) => ({
    title: `An instance of ${w.db} is fenced`,
    when: `Somebody stopped PostgreSQL on purpose, has left it so${w.lasting('PhoenixDatabaseFenced')}, and may have forgotten it.`,
    impact: `A fenced standby is one standby fewer. A fenced primary means that nothing can be written, and no failover happens.`,
    check: `${sh(`${w.k} get ${w.cluster} --output jsonpath='{.metadata.annotations.cnpg\\.io/fencedInstances}{"\\n"}{.status.currentPrimary}{"\\n"}'`)}

Ask who did it before you lift it: a second primary may be the reason.`,
    act: sh(`${w.cnpg} fencing off ${w.db} "*"`),
    verify: sh(w.waitHealthy),
    undo: sh(`instance= # ${w.instances}`, `${w.cnpg} fencing on ${w.db} "\${instance:?}"`),
  }),

  PhoenixDatabaseWalVolumeFilling: (w) => ({
    title: w.summary('PhoenixDatabaseWalVolumeFilling', `WAL of ${w.db} fills its volume`),
    when: `Little of the ${w.size('walStorage')} volume for WAL is left on one instance or more.`,
    impact: `When it is full, PostgreSQL stops, and the operator does not fail over.`,
    check: `Somebody holds WAL back: the archive, or a standby that is gone.

${sh(w.sql('select archived_count, failed_count, last_archived_wal, last_failed_wal, last_failed_time from pg_stat_archiver'), w.sql('select slot_name, active, wal_status, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) as held from pg_replication_slots'))}`,
    act: `- The archive fails: ${w.link('PhoenixWalArchivingFailing')}. This is the usual cause.
- An inactive slot holds it: bring the standby back (${w.link('PhoenixDatabaseStandbysMissing')}). A slot is cut off at ${w.facts.database.parameters['max_slot_wal_keep_size']}.
- It is full already: ${w.link('disk-full')}.

Never delete files in \`pg_wal\`.`,
    verify: sh(w.sql('select pg_size_pretty(sum(size)) from pg_ls_waldir()')),
    undo: NOTHING_TO_UNDO,
  }),

  PhoenixDatabaseVolumeFilling: (w) => ({
    title: w.summary('PhoenixDatabaseVolumeFilling', `Databases of ${w.db} fill their volume`),
    when: `Little of the ${w.size('storage')} for data is left on each instance.`,
    impact: `None yet. When it is full, PostgreSQL stops, and the operator does not fail over.`,
    check: sh(
      w.sql(
        'select datname, pg_size_pretty(pg_database_size(datname)) from pg_database order by pg_database_size(datname) desc',
      ),
      w.sql(
        'select relname, pg_size_pretty(pg_total_relation_size(oid)) from pg_class order by pg_total_relation_size(oid) desc limit 10',
        w.facts.database.database,
      ),
    ),
    act: `Delete what is not needed, or grow the volume: ${w.link('disk-full')}, section Act. Growing while there is room is the easy case.`,
    verify: sh(w.sql('select pg_size_pretty(sum(pg_database_size(datname))) from pg_database')),
    undo: 'A volume can grow and never shrink.',
  }),
};
