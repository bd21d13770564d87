import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';
import { rotateAgeKey } from './_age-key';
import { deliverSecrets } from './_gitops';
import { writers } from './_writes';

/** Procedures around passwords and keys. */
export const CREDENTIAL_PROCEDURES: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  'rotate-credentials': (w) => {
    const { credentials, objectStore } = w.facts.database;
    return {
      title: `Change a password or key of ${w.facts.service}`,
      when: 'On a schedule, when somebody leaves, or when a value may have been seen.',
      impact: `The database password: connections that are open stay; new ones of \`${w.facts.api.name}\` fail for the seconds until it is restarted. The object store's key: none, if the old key lives until the new one works.`,
      check: `The files are as the manifests need them, and you can decrypt them:

${sh(`npx phoenix secrets check ${w.facts.gitops.secrets}`, `sops decrypt ${w.secretFile(credentials)} >/dev/null && echo readable`)}`,
      act: `**Password of role \`${w.facts.database.owner}\`.** The first command prints the new value; put it in place of \`password\` under \`data\` in the second.

${sh("openssl rand -hex 32 | tr -d '\\n' | base64 -w0; echo", `sops edit ${w.secretFile(credentials)}`)}

**Key of the object store.** Create a second key there that may list, read, write and delete below \`${objectStore.destination}\`. Put both values, each as \`(IFS= read -rs V; printf %s "$V" | base64 -w0)\` prints it, in place.

${sh(`sops edit ${w.secretFile(objectStore.credentials)}`)}

**Then, for both:**

${sh(`npx phoenix secrets check ${w.facts.gitops.secrets}`, `git commit --all --message "Change credentials of ${w.facts.service}"`, 'git push')}

${deliverSecrets(w)}

After a change of the password:

${sh(...writers(w).map((part) => `${w.k} rollout restart deployment ${part.name}`))}`,
      verify: `${sh(w.rolledOut(w.facts.api), ...w.archiveNow, w.sql('select last_archived_time, last_failed_time from pg_stat_archiver'))}

\`last_archived_time\` is now and later than \`last_failed_time\`. Only then delete the old key at the object store.`,
      undo: `Bring the old value back from git, as long as the old key exists and nothing was committed since:

${sh('git revert --no-edit HEAD', 'git push')}

${deliverSecrets(w)}

${sh(...writers(w).map((part) => `${w.k} rollout restart deployment ${part.name}`))}`,
    };
  },

  'rotate-age-key': rotateAgeKey,
};
