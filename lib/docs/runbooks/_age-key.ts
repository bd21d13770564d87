import type { FluxFacts } from '../gitops-facts';
import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';
import { byEngine, deliverSecrets } from './_gitops';
import { indent } from './_node-procedures';

const NO_KEY = 'The cluster has no key of its own. Whoever applies the Secrets needs the new one.';

/** A new age key for all SOPS files, and the old one gone from everywhere. */
export function rotateAgeKey(w: RunbookWords): Runbook {
  const { secrets } = w.facts.gitops;
  // Files, not variables: the last step may come a day later and in another shell.
  const keys = `~/${w.facts.service}-age`;
  const use = `export SOPS_AGE_KEY_FILE=${keys}/both.agekey`;
  const forEach = (...commands: readonly string[]) =>
    `for file in ${secrets}/*.sops.yaml; do ${commands.join(' && ')}; done`;
  const updateKeys = `sops --config ${secrets}/.sops.yaml updatekeys --yes "$file"`;
  const commit = (message: string) => [
    `npx phoenix secrets check ${secrets}`,
    `git commit --all --message "${message}"`,
    'git push',
  ];
  const decryptWith = (key: string) =>
    `env -u SOPS_AGE_KEY -u SOPS_AGE_KEY_CMD XDG_CONFIG_HOME=/nonexistent SOPS_AGE_KEY_FILE="$HOME/${w.facts.service}-age/${key}.agekey" sops decrypt ${w.secretFile(w.facts.database.credentials)}`;
  return {
    title: 'Change the age key that decrypts the Secrets',
    when: 'Somebody who had the private key leaves, or it may have been seen.',
    impact: `None on the running service. Between the steps both keys work. Who had the old key knows the old values: they are changed at the end.`,
    check: sh(`cat ${secrets}/.sops.yaml`, `npx phoenix secrets check ${secrets}`),
    act: `1. A new key pair, in a folder outside the repository, with a copy of the old private key that stays without the new one. Keep a copy of \`new.agekey\` off this machine and off the cluster.

   ${indent(
     sh(
       'old= # file with the old private key, as SOPS_AGE_KEY_FILE names it',
       `install -d -m 700 ${keys}`,
       `install -m 600 "\${old:?}" ${keys}/old.agekey`,
       `age-keygen -o ${keys}/new.agekey`,
       `cat ${keys}/old.agekey ${keys}/new.agekey > ${keys}/both.agekey`,
     ),
   )}

2. ${indent(giveCluster(w, `The cluster gets both private keys:`, ['old', 'new']))}

3. Add the new public key, which \`age-keygen\` has printed, to \`${secrets}/.sops.yaml\`, behind the old one and a comma. Encrypt for both:

   ${indent(sh(use, forEach(updateKeys), ...commit('Add a recipient')))}

   ${indent(deliverSecrets(w, use))}

4. Take the old public key out of \`${secrets}/.sops.yaml\`, and make new data keys, because the old ones are known:

   ${indent(sh(use, forEach(updateKeys, 'sops rotate --in-place "$file"'), ...commit('Remove a recipient')))}

   ${indent(deliverSecrets(w, use))}

5. ${indent(giveCluster(w, 'The cluster forgets the old key:', ['new']))}

6. Put \`${keys}/new.agekey\` where \`SOPS_AGE_KEY_FILE\` points, in place of the old key. Then change all values, which the old key could read: ${w.link('rotate-credentials')}.`,
    verify: `${inCluster(w)}

The new key alone reads the files, and the old one alone does not. Other keys of this machine are left out, or one of them would answer:

${sh(`${decryptWith('new')} >/dev/null && echo readable`, decryptWith('old'))}

The first says \`readable\`. The second must fail with \`no identity matched any of the recipients\`; any other error, such as a file that is not there, proves nothing. Then, with \`new.agekey\` kept elsewhere:

${sh(`rm ${keys}/old.agekey ${keys}/both.agekey`)}`,
    undo: `Until step 4, take the new public key out of \`${secrets}/.sops.yaml\` and run step 3 again. After it, the old key is of no use any more; with the new one lost, take the copy of step 1.`,
  };
}

/** Replaces the Secret: an apply would leave the entry that was made by hand, under whatever name it has. */
function giveCluster(w: RunbookWords, what: string, names: readonly string[]): string {
  const files = names
    .map((name) => `--from-file=${name}.agekey="$HOME/${w.facts.service}-age/${name}.agekey"`)
    .join(' ');
  const replace = ({ namespace, decryptionSecret }: FluxFacts) =>
    sh(
      `kubectl --namespace ${namespace} create secret generic ${decryptionSecret} ${files} --dry-run=client --output yaml | kubectl replace -f -`,
    );
  return byEngine(w, {
    flux: (engine) => `${what}\n\n${replace(engine)}`,
    argocd: () => NO_KEY,
    none: NO_KEY,
  });
}

/** Where the cluster decrypts by itself, it must do so with the new key alone. */
function inCluster(w: RunbookWords): string {
  return byEngine(w, {
    flux: ({ namespace, decryptionSecret }) =>
      `The cluster has one key, \`new.agekey\`, and applies the files with it:

${sh(`kubectl --namespace ${namespace} describe secret ${decryptionSecret}`, `flux reconcile kustomization ${w.facts.gitops.foundation.find(({ isSecrets }) => isSecrets)?.name ?? ''} --with-source --namespace ${namespace}`)}`,
    argocd: () => NO_KEY,
    none: '',
  });
}
