import { posix } from 'node:path';
import type { RequiredSecretKey } from './required-secret';
import type { SecretContract, SecretsContract } from './sops-contract';
import { secretFile } from './sops-needs';

/**
 * `secrets.md`: every Secret that a person provides, how to make it with sops, and what a change of it takes.
 * @param contractPath path of `secrets.json`, from the deploy folder
 */
export function secretsDocument(contract: SecretsContract, contractPath = 'dist/docs/secrets.json'): string {
  const folders = [...new Set(contract.secrets.map(folderOf))].toSorted();
  const root = commonFolder(folders);
  const config = posix.join(root, '.sops.yaml');
  const check = checkCommand(root === '.' ? folders : [root], contractPath);
  const rows = contract.secrets.map((secret) => {
    const keys = secret.keys.map((x) => `\`${x.key}\``).join(', ');
    return `| \`${secret.name}\` | \`${secret.namespace}\` | ${secret.type} | ${keys} |`;
  });
  return `# Secrets

No manifest here holds a secret value. These Secrets must be in ${folders.map((x) => `\`${x}/\``).join(', ')}, encrypted with sops, before the
first start. All commands start in the folder that holds ${folders.length === 1 ? 'it' : 'them'}, in bash, with sops 3.11 or newer. This checks everything,
without a key:

\`\`\`sh
${check}
\`\`\`

| Secret | namespace | type | keys |
| --- | --- | --- | --- |
${rows.join('\n')}

${setup(config)}
${contract.secrets.map((secret) => section(secret, contract, config)).join('\n')}`;
}

function setup(config: string): string {
  return `## Once: a key

1. Each person, and each cluster, has an age key pair: \`age-keygen -o key.txt\` makes one and prints the public key
   (\`age1...\`). The private key stays out of git. sops finds yours in \`~/.config/sops/age/keys.txt\`, or in the file that
   \`SOPS_AGE_KEY_FILE\` names.
2. The public keys of all who may decrypt stand in \`${config}\`, separated by commas:

   \`\`\`yaml
   creation_rules:
     - path_regex: \\.sops\\.yaml$
       encrypted_regex: ^(data|stringData)$
       age: age1...,age1...
   \`\`\`

3. Keep a copy of one private key off the cluster and off this machine: a restore from backup starts with it.

To make a Secret, the public keys are enough. To read or change one, a private key is needed.

After a change of the public keys, somebody who can decrypt lets sops take it over in each file:
\`sops --config ${config} updatekeys FILE\`. Whoever was taken out still knows the old values: change them too.
`;
}

function folderOf({ folder }: SecretContract): string {
  return folder ?? 'secrets';
}

/** The innermost folder that holds all. */
function commonFolder([first = 'secrets', ...others]: readonly string[]): string {
  let common = first;
  while (common !== '.' && !others.every((other) => `${other}/`.startsWith(`${common}/`))) {
    common = posix.dirname(common);
  }
  return common;
}

function section(secret: SecretContract, contract: SecretsContract, config: string): string {
  const name = secretFile(secret, contract);
  const file = `${folderOf(secret)}/${name}`;
  return `## ${secret.name}

${secret.usedBy.map((use) => `- \`${use.construct}\`: ${use.purpose}`).join('\n')}

Make it. Values you are asked for are not shown, and no value reaches a file or the shell's history.

\`\`\`sh
(
${assignments(secret).join('\n')}
printf '%s\\n' "${manifest(secret)}" |
  sops --config ${config} encrypt --filename-override ${file} --output ${file}
)
\`\`\`

List \`${name}\` under \`resources\` in \`${folderOf(secret)}/kustomization.yaml\`, run the check above, and commit.

${change(secret, file)}

${[...new Set(secret.usedBy.map((use) => use.rotation))].join('\n\n')}
`;
}

function assignments({ keys }: SecretContract): readonly string[] {
  const variables = variablesOf(keys);
  return keys.map((key, i) => `# ${key.key}: ${key.description}\n${assignment(key, variables[i] ?? '')}`);
}

function assignment({ key, generate, multiline }: RequiredSecretKey, variable: string): string {
  if (generate !== undefined) {
    return `${variable}=$(${generate})`;
  }
  return multiline === true
    ? `printf 'path of a file with ${key}: '; IFS= read -r FILE; ${variable}=$(cat "$FILE")`
    : `printf '${key}: '; IFS= read -r -s ${variable}; echo`;
}

/** One value, taken from a person or made, goes to sops on its standard input and nowhere else. */
function change({ keys }: SecretContract, file: string): string {
  if (keys.length === 1) {
    return 'To change it, make it again.';
  }
  const cases = keys.map((key) => `  ${key.key}) ${assignment(key, 'VALUE')} ;;`);
  return `To change all its values, make it again. To change one and keep the others:

\`\`\`sh
(
printf 'which of ${keys.map((x) => x.key).join(', ')}: '; IFS= read -r KEY
case "$KEY" in
${cases.join('\n')}
  *) echo "no such key: $KEY"; exit 1 ;;
esac
printf '"%s"' "$(printf %s "$VALUE" | base64 | tr -d '\\n')" | sops set --value-stdin ${file} "[\\"data\\"][\\"$KEY\\"]"
)
\`\`\``;
}

/** In double quotes of the shell. A here-document would do, but some shells keep it in a file. */
function manifest(secret: SecretContract): string {
  const labels = Object.entries(secret.labels).map(([name, value]) => `    ${name}: '${value}'`);
  const variables = variablesOf(secret.keys);
  return [
    'apiVersion: v1',
    'kind: Secret',
    'metadata:',
    `  name: ${secret.name}`,
    `  namespace: ${secret.namespace}`,
    ...(labels.length > 0 ? ['  labels:', ...labels] : []),
    `type: ${secret.type}`,
    'data:',
    ...secret.keys.map(({ key }, i) => `  ${key}: $(printf %s "$${variables[i]}" | base64 | tr -d '\\n')`),
  ].join('\n');
}

/** A shell variable for each key, `SECRET_tls_crt` for `tls.crt`, and one of its own for `tls-crt` beside it. */
function variablesOf(keys: readonly RequiredSecretKey[]): readonly string[] {
  const names = keys.map(({ key }) => `SECRET_${key.replace(/\W/g, '_')}`);
  return names.map((name, i) => (names.indexOf(name) === i ? name : `${name}_${i}`));
}

function checkCommand(folders: readonly string[], contractPath: string): string {
  const contract = contractPath === 'dist/docs/secrets.json' ? '' : ` --contract ${contractPath}`;
  return `npx phoenix secrets check ${folders.join(' ')}${contract}`;
}
