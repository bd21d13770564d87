import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';
import { indent } from './_node-procedures';

/** Volumes that cannot grow are made anew, one instance at a time. */
export function diskFull(w: RunbookWords): Runbook {
  const { platform, instances } = w.facts.database;
  const { storageClass } = platform.storage;
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
    act: `**WAL is full**: remove what holds it back, the archive or a slot (${w.link('PhoenixDatabaseWalVolumeFilling')}). Never delete files in \`pg_wal\`.

**The storage class says \`true\`**: raise \`storage\` or \`walStorage\` in the program, then:

${sh(...commitAndPush("Grow the database's volumes"))}

The operator grows the volumes in use.

**It says nothing or \`false\`**, as usual for node-local storage: volumes cannot grow. Free space on the node's disk; where the class does not limit a volume, that is all it takes. Where it does, and PostgreSQL still runs:

1. Raise the size in the program, and keep the operator from growing the volumes that are there, which would fail:

   \`\`\`ts
   database.apiObject.addJsonPatch(
     JsonPatch.replace('/spec/storage/resizeInUseVolumes', false),
     JsonPatch.replace('/spec/walStorage/resizeInUseVolumes', false),
   );
   \`\`\`

   ${indent(sh(...commitAndPush('Make larger volumes for new instances')))}

2. Make one standby anew; it gets volumes of the new size. Before the next one it must be whole, and ${instances - 1} standbys must stream: with too many gone at once writes stop, and with the last one the data is lost.

   ${indent(sh(...w.giveUp('a standby'), ...w.waitRemade))}

   Go on only when the last command has returned. Then the next standby, in the same way.

3. Hand the primary over to one that is new, and make the old primary anew as in step 2:

   ${indent(sh(`target= # a standby that is new: ${w.instances}`, `${w.cnpg} promote ${w.db} "\${target:?}"`, w.waitHealthy, w.waitStreaming(instances - 1)))}

4. Take the patch out of the program again.`,
    verify: sh(
      w.waitHealthy,
      w.waitStreaming(instances - 1),
      `${w.k} get persistentvolumeclaims --selector cnpg.io/cluster=${w.db}`,
    ),
    undo: 'A volume can grow and never shrink. `destroy` cannot be undone; the operator copies a new standby.',
  };
}

function commitAndPush(message: string): string[] {
  return ['npm run synth', `git commit --all --message "${message}"`, 'git push'];
}
