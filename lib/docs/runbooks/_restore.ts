import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';
import { deliverDatabase, pause, resume } from './_gitops';
import { indent } from './_node-procedures';
import { countRows, psqlHere, startWriters, writers } from './_writes';

/** What differs between the restores. */
export interface Restore {
  readonly title: string;
  readonly when: string;
  readonly impact: string;
  readonly bootstrap: string;
  /** What to fill in there, a paragraph of its own. */
  readonly hint: string;
  readonly before: readonly string[];
  /** How long to wait until all instances run. */
  readonly seconds: number;
}

/** From the object store into a new generation, the old volumes kept. */
export function restore(w: RunbookWords, { title, when, impact, bootstrap, hint, before, seconds }: Restore): Runbook {
  const { serverName, objectStore, database, owner, instances } = w.facts.database;
  const generation = Number(serverName.slice(w.db.length + 1));
  const pods = Array.from({ length: instances }, (_, i) => `${w.db}-${i + 1}`).join(' ');
  const commit = before.length + 3;
  const steps = [
    pause(w, 'An engine that runs makes an empty database as soon as the old one is gone.'),
    ...before,
    `Keep the old volumes, whatever happens:

${sh(`for volume in $(${w.k} get persistentvolumeclaims --selector cnpg.io/cluster=${w.db} --output jsonpath='{.items[*].spec.volumeName}'); do`, `  kubectl patch persistentvolume "$volume" --type merge --patch '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`, 'done', `${w.k} get ${w.cluster} --output yaml > ${w.db}-before.yaml`)}`,
    `In the program, \`database\` of \`${w.facts.service}\` gets a new archive and the old one as its source:

\`\`\`ts
generation: ${generation + 1},
bootstrap: ${bootstrap},
\`\`\`
${hint}
${sh('npm run synth', 'git diff --stat', `git commit --all --message "Restore ${w.db}"`, 'git push')}`,
    `Delete what is left of the old Cluster. Its instances and claims must be gone before the new one starts, or it would take them for its own:

${sh(`${w.k} delete ${w.cluster} --ignore-not-found`, `${w.k} wait pods,persistentvolumeclaims --selector cnpg.io/cluster=${w.db} --for delete ${w.timeout(w.figures.instancesStop)}`)}

A pod on a lost node does not go by itself: set the taint of ${w.link('node-lost')}.`,
    `Let the new one start, with all that it needs:

${deliverDatabase(w)}`,
    `Wait. The first instance reads the last base backup and replays WAL; the others copy from it.

${sh(`${w.k} get pods --selector cnpg.io/cluster=${w.db}`, `${w.k} logs --selector cnpg.io/cluster=${w.db},cnpg.io/jobRole=full-recovery --all-containers --tail 50`)}

Look again as often as you like. It is over when this returns without an error:

${sh(w.waitReady(seconds))}`,
  ];
  return {
    title,
    when: `${when}

**On a new platform** there is nothing to pause, keep or delete. Do step ${commit} first, and only then install the operator, the plugin and the GitOps engine with the age key: an engine that finds the old commit makes an empty database. Go on with step ${commit + 2}.`,
    impact,
    check: `What can be restored: every time from the first point on.

${sh(`${w.k} get objectstores.barmancloud.cnpg.io ${objectStore.name} --output jsonpath='{.status.serverRecoveryWindow}{"\\n"}'`)}

If the cluster is gone too, the object store itself says it. It needs a key as in \`${objectStore.credentials.name}\`:

${sh(`aws s3 ls ${objectStore.destination}/${serverName}/base/${objectStore.endpoint === undefined ? '' : ` --endpoint-url ${objectStore.endpoint}`}`)}

A Secret that is missing or not readable stops a restore:

${sh(`npx phoenix secrets check ${w.facts.gitops.secrets}`, `sops decrypt ${w.secretFile(objectStore.credentials)} >/dev/null && echo readable`)}

${room(w, pods, before.length + 2)}`,
    act: steps.map((step, i) => `${i + 1}. ${indent(step)}`).join('\n\n'),
    verify: `The rows are counted, because statistics start at 0 after a restore:

${sh(w.sql('select pg_is_in_recovery(), pg_postmaster_start_time()'), countRows(psqlHere(w), 'rows-restored.txt'), ...w.archiveNow, w.sql('select last_archived_wal, last_archived_time from pg_stat_archiver'))}

The counts and the newest rows are what you expect, and WAL is archived below \`${w.db}-${generation + 1}\`. Then a base backup at once, and the rest of the service:

${sh(w.backup)}

${resume(w)}

${sh(...startWriters(w), ...writers(w).map((part) => `${w.k} rollout restart deployment ${part.name}`), w.rolledOut(w.facts.api))}

At last set \`bootstrap\` back to \`Bootstrap.initdb()\`, keep \`generation\`, synthesize, commit and push: left in git, a later re-creation would roll back to this restore. The database belongs to role \`${owner}\`, its name is \`${database}\`.`,
    undo: `The old archive \`${serverName}\` is only read: the restore can be repeated, with a higher \`generation\` each time. The old volumes are kept; delete them when nobody needs them any more:

${sh(`kubectl get persistentvolumes | grep '${w.ns}/${w.db}-'`)}`,
  };
}

/** Kept volumes need as much again. */
function room(w: RunbookWords, pods: string, keep: number): string {
  const { platform, instances } = w.facts.database;
  const sizes = `${w.size('storage')} for data and ${w.size('walStorage')} for WAL`;
  const where =
    platform.storage.kind === 'nodeLocal'
      ? `each node that an instance comes to needs ${sizes} beside what is there`
      : `\`${platform.storage.storageClass}\` needs ${sizes} for each of ${instances} instances beside what is there`;
  return `The old volumes are kept, so ${where}. Each pod that still runs says what its disk has left; otherwise look on the nodes or at the storage itself:

${sh(`for pod in ${pods}; do`, `  ${w.k} exec "$pod" --container postgres -- df -h /var/lib/postgresql/data /var/lib/postgresql/wal`, 'done')}

Too little: in step ${keep}, keep the volumes of one instance only, with \`,cnpg.io/instanceName=\` and its name behind the selector.`;
}
