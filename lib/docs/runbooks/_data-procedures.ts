import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';
import { deliver, pause, resume } from './_gitops';
import { indent } from './_node-procedures';

/** Procedures around disks and restores. */
export const DATA_PROCEDURES: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  'disk-full': (w) => {
    const { storageClass } = w.facts.database.platform.storage;
    return {
      title: `A disk of ${w.db} is full`,
      when: `The phase is "Not enough disk space", or an alert on a volume says that it soon will be. Each instance has ${w.size('storage')} for data and ${w.size('walStorage')} for WAL.`,
      impact: 'A full disk stops PostgreSQL. The operator does not fail over then: the standbys are as full.',
      check: sh(
        `${w.k} get ${w.cluster}`,
        `instance= # each in turn: ${w.instances}`,
        `${w.k} exec "\${instance:?}" --container postgres -- df -h /var/lib/postgresql/data /var/lib/postgresql/wal`,
        `kubectl get storageclass ${storageClass} --output jsonpath='{.allowVolumeExpansion}{"\\n"}'`,
        `${w.k} get persistentvolumeclaims --selector cnpg.io/cluster=${w.db}`,
      ),
      act: `- **WAL is full**: remove what holds it back, the archive or a slot (${w.link('PhoenixDatabaseWalVolumeFilling')}). Never delete files in \`pg_wal\`.
- **The answer above is \`true\`**: raise \`storage\` or \`walStorage\` in the program, then:

  ${sh('npm run synth', 'git commit --all --message "Grow the database\'s volumes"', 'git push').replace(/\n/g, '\n  ')}

  The operator grows the volumes in use.
- **The answer is empty or \`false\`** (usual for node-local storage): volumes cannot grow. Free space on the node's disk; where the class does not limit a volume, that is all it takes. Where it does: raise the size in the program as above, then make each standby anew, one after another, and hand over the primary before the last one. Each gets volumes of the new size.

  ${sh(...w.giveUp('a standby, one after another'), w.waitHealthy).replace(/\n/g, '\n  ')}`,
      verify: sh(w.waitHealthy, `${w.k} get persistentvolumeclaims --selector cnpg.io/cluster=${w.db}`),
      undo: 'A volume can grow and never shrink. `destroy` cannot be undone; the operator copies a new standby.',
    };
  },

  'restore-cluster': (w) =>
    restore(w, {
      title: `Restore ${w.db} from the object store`,
      when: `All instances of \`${w.db}\` or their volumes are lost, or the whole platform is. On a new platform, install the GitOps engine first, give it the age key, and begin at step 3.`,
      impact: `The service is down until the end. What was written after the last archived WAL file is lost: up to ${w.facts.database.parameters['archive_timeout'] ?? '5min'} and the file under way.`,
      bootstrap: `Bootstrap.recovery({ serverName: '${w.facts.database.serverName}' })`,
      before: [],
    }),

  'restore-to-a-point-in-time': (w) =>
    restore(w, {
      title: `Take ${w.db} back to a point in time`,
      when: `Data was deleted or changed by mistake, and the time before it is known. Within ${w.facts.database.objectStore.retentionDays} days. If only few rows are concerned, add a second \`PostgresCluster\` with another name and this bootstrap to the program instead, copy the rows with \`pg_dump --table\`, and take it out again.`,
      impact:
        'The service is down until the end, and everything written after the chosen time is gone. Agree on the time with whoever owns the data.',
      bootstrap: `Bootstrap.recovery({ serverName: '${w.facts.database.serverName}', targetTime: '...' })`,
      before: [
        `Stop writes, and keep what is there now. The last WAL must be archived, and something must have been committed after the chosen time, or the restore ends with an error:

   ${indent(sh(`${w.k} scale deployment ${w.facts.api.name} --replicas 0`, w.sql("select pg_create_restore_point('before-restore'), now(), pg_current_wal_lsn()"), ...w.archiveNow, w.sql('select last_archived_wal, last_archived_time, last_failed_time from pg_stat_archiver')))}`,
        `A copy of now, for what the way back would lose:

   ${indent(sh(`${w.k} exec service/${w.db}-rw --container postgres -- pg_dump --format custom ${w.facts.database.database} > before-restore.dump`))}`,
      ],
    }),
};

interface Restore {
  readonly title: string;
  readonly when: string;
  readonly impact: string;
  readonly bootstrap: string;
  readonly before: readonly string[];
}

function restore(w: RunbookWords, { title, when, impact, bootstrap, before }: Restore): Runbook {
  const { serverName, objectStore, database, owner } = w.facts.database;
  const generation = Number(serverName.slice(w.db.length + 1));
  const steps = [
    indent(pause(w, 'An engine that runs makes an empty database as soon as the old one is gone.')),
    ...before,
    `Keep the old volumes, whatever happens:

   ${indent(sh(`for claim in $(${w.k} get persistentvolumeclaims --selector cnpg.io/cluster=${w.db} --output jsonpath='{.items[*].spec.volumeName}'); do`, `  kubectl patch persistentvolume "$claim" --type merge --patch '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`, 'done', `${w.k} get ${w.cluster} --output yaml > ${w.db}-before.yaml`))}`,
    `In the program, \`database\` of \`${w.facts.service}\` gets a new archive and the old one as its source:

   \`\`\`ts
   generation: ${generation + 1},
   bootstrap: ${bootstrap},
   \`\`\`

   ${indent(sh('npm run synth', 'git diff --stat', `git commit --all --message "Restore ${w.db}"`, 'git push'))}`,
    `Delete what is left of the old Cluster, and let the new one start:

   ${indent(sh(`${w.k} delete ${w.cluster} --ignore-not-found`))}

   ${indent(deliver(w, ['base', 'secrets', 'database']))}`,
    `Wait. The first instance reads the last base backup and replays WAL; the others copy from it.

   ${indent(sh(`${w.k} get pods --selector cnpg.io/cluster=${w.db} --watch`, `${w.k} logs --selector cnpg.io/cluster=${w.db},cnpg.io/jobRole=full-recovery --all-containers --tail 50`))}`,
  ];
  return {
    title,
    when,
    impact,
    check: `What can be restored: every time from the first point on.

${sh(`${w.k} get objectstores.barmancloud.cnpg.io ${objectStore.name} --output jsonpath='{.status.serverRecoveryWindow}{"\\n"}'`)}

If the cluster is gone too, the object store itself says it. It needs a key as in \`${objectStore.credentials.name}\`:

${sh(`aws s3 ls ${objectStore.destination}/${serverName}/base/${objectStore.endpoint === undefined ? '' : ` --endpoint-url ${objectStore.endpoint}`}`)}

A Secret that is missing or not readable stops a restore:

${sh(`npx phoenix secrets check ${w.facts.gitops.secrets}`)}`,
    act: steps.map((step, i) => `${i + 1}. ${step}`).join('\n\n'),
    verify: `${sh(w.waitHealthy, w.sql('select pg_is_in_recovery(), pg_postmaster_start_time()'), w.sql('select relname, n_live_tup from pg_stat_user_tables order by 2 desc limit 20', database), w.sql('select last_archived_wal, last_archived_time from pg_stat_archiver'))}

The newest rows are what you expect, and WAL is archived below \`${w.db}-${generation + 1}\`. Then the rest, and a base backup at once:

${resume(w)}

${sh(`${w.cnpg} backup ${w.db} --method plugin --plugin-name barman-cloud.cloudnative-pg.io`, `${w.k} rollout restart deployment ${w.facts.api.name}`, `${w.k} rollout status deployment ${w.facts.api.name} --timeout 5m`)}

At last set \`bootstrap\` back to \`Bootstrap.initdb()\` and keep \`generation\`: left in git, a later re-creation would roll back to this restore. The database belongs to role \`${owner}\`.`,
    undo: `The old archive \`${serverName}\` is only read: the restore can be repeated, with a higher \`generation\` each time. The old volumes are kept; release them when nobody needs them:

${sh(`kubectl get persistentvolumes | grep '${w.ns}/${w.db}-'`)}`,
  };
}
