import type { RequiredSecret } from '../../gitops/required-secret';
import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';
import { deliverSecrets } from './_gitops';
import { indent } from './_node-procedures';

/** Procedures around passwords and keys. */
export const CREDENTIAL_PROCEDURES: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  'rotate-credentials': (w) => {
    const { credentials, objectStore } = w.facts.database;
    return {
      title: `Change a password or key of ${w.facts.service}`,
      when: 'On a schedule, when somebody leaves, or when a value may have been seen.',
      impact: `The database password: connections that are open stay; new ones of \`${w.facts.api.name}\` fail for the seconds until it is restarted. The object store's key: none, if the old key lives until the new one works.`,
      check: `The files are as the manifests need them, and you can decrypt them:

${sh(`npx phoenix secrets check ${w.facts.gitops.secrets}`, `sops decrypt ${file(w, credentials)} >/dev/null && echo readable`)}`,
      act: `**Password of role \`${w.facts.database.owner}\`.** The first command prints the new value; put it in place of \`password\` under \`data\` in the second.

${sh("openssl rand -hex 32 | tr -d '\\n' | base64 -w0; echo", `sops edit ${file(w, credentials)}`)}

**Key of the object store.** Create a second key there that may list, read, write and delete below \`${objectStore.destination}\`. Put both values, each as \`(IFS= read -rs V; printf %s "$V" | base64 -w0)\` prints it, in place.

${sh(`sops edit ${file(w, objectStore.credentials)}`)}

**Then, for both:**

${sh(`npx phoenix secrets check ${w.facts.gitops.secrets}`, `git commit --all --message "Change credentials of ${w.facts.service}"`, 'git push')}

${deliverSecrets(w)}

After a change of the password:

${sh(`${w.k} rollout restart deployment ${w.facts.api.name}`)}`,
      verify: `${sh(`${w.k} rollout status deployment ${w.facts.api.name} --timeout 5m`, ...w.archiveNow, w.sql('select last_archived_time, last_failed_time from pg_stat_archiver'))}

\`last_archived_time\` is now and later than \`last_failed_time\`. Only then delete the old key at the object store.`,
      undo: `Bring the old value back from git, as long as the old key exists:

${sh('git revert --no-edit HEAD', 'git push')}

${deliverSecrets(w)}

${sh(`${w.k} rollout restart deployment ${w.facts.api.name}`)}`,
    };
  },

  'rotate-age-key': (w) => {
    const { flux, secrets } = w.facts.gitops;
    const inCluster =
      flux === undefined
        ? undefined
        : `kubectl --namespace ${flux.namespace} create secret generic ${flux.decryptionSecret}`;
    return {
      title: 'Change the age key that decrypts the Secrets',
      when: 'Somebody who had the private key leaves, or it may have been seen.',
      impact: `None on the running service. Between the steps both keys work. Who had the old key knows the old values: they are changed at the end.`,
      check: sh(`cat ${secrets}/.sops.yaml`, `npx phoenix secrets check ${secrets}`),
      act: `1. A new key pair. The private key stays out of git; keep a copy off this machine and off the cluster. Append it to the file that \`SOPS_AGE_KEY_FILE\` names, so that sops finds both.

   ${indent(sh('age-keygen -o new.agekey'))}

2. ${
        inCluster === undefined
          ? 'Give the private key to those who apply the Secrets.'
          : `Give the cluster both private keys:

   ${indent(sh('old= # file with the old private key', `${inCluster} --from-file=old.agekey="\${old:?}" --from-file=new.agekey=new.agekey --dry-run=client --output yaml | kubectl apply --server-side --force-conflicts -f -`))}`
      }

3. Add the new public key to \`${secrets}/.sops.yaml\`, behind the old one and a comma, and encrypt for both:

   ${indent(sh(`for file in ${secrets}/*.sops.yaml; do sops --config ${secrets}/.sops.yaml updatekeys --yes "$file"; done`, `npx phoenix secrets check ${secrets}`, 'git commit --all --message "Add a recipient"', 'git push'))}

   ${indent(deliverSecrets(w))}

4. Take the old public key out of \`${secrets}/.sops.yaml\`, and make new data keys, because the old ones are known:

   ${indent(sh(`for file in ${secrets}/*.sops.yaml; do sops --config ${secrets}/.sops.yaml updatekeys --yes "$file" && sops rotate --in-place "$file"; done`, `npx phoenix secrets check ${secrets}`, 'git commit --all --message "Remove a recipient"', 'git push'))}

   ${indent(deliverSecrets(w))}
${
  inCluster === undefined
    ? ''
    : `
5. The cluster forgets the old key:

   ${indent(sh(`${inCluster} --from-file=new.agekey=new.agekey --dry-run=client --output yaml | kubectl apply --server-side --force-conflicts -f -`))}
`
}
At last change all values: ${w.link('rotate-credentials')}.`,
      verify: `${deliverSecrets(w)}

It is applied with the new key alone. Nobody can read the files with the old one:

${sh(`SOPS_AGE_KEY_FILE="\${old:?}" sops decrypt ${file(w, w.facts.database.credentials)}`)}

This must fail.`,
      undo: `Until step 4, put the old public key back alone and run step 3. After it, the old key is of no use any more; with the new one lost, take the copy of step 1.`,
    };
  },
};

function file(w: RunbookWords, secret: RequiredSecret): string {
  return `${w.facts.gitops.secrets}/${secret.name}.sops.yaml`;
}
