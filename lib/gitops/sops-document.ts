import { posix } from 'node:path';
import type { RequiredSecretKey } from './required-secret';
import { secretFile } from './sops';
import type { SecretContract, SecretsContract } from './sops-contract';

/** Where the SOPS files lie, for the commands in `secrets.md`. */
export interface SecretsDocumentOptions {
  /**
   * Folder with the SOPS files of each Secret, by namespace and name (`shop/shop-db-owner`), from the deploy folder.
   * @default - 'secrets' for each
   */
  readonly folders?: Readonly<Record<string, string>>;

  /**
   * Path of `secrets.json`, from the deploy folder.
   * @default 'dist/docs/secrets.json'
   */
  readonly contractPath?: string;
}

/** `secrets.md`: every Secret that a person provides, how to make it with sops, and what a change of it takes. */
export function secretsDocument(contract: SecretsContract, options: SecretsDocumentOptions = {}): string {
  const folderOf = ({ namespace, name }: SecretContract): string =>
    options.folders?.[`${namespace}/${name}`] ?? 'secrets';
  const folder = commonFolder(contract.secrets.map(folderOf));
  const check = checkCommand(folder, options.contractPath ?? 'dist/docs/secrets.json');
  const rows = contract.secrets.map((secret) => {
    const keys = secret.keys.map((x) => `\`${x.key}\``).join(', ');
    return `| \`${secret.name}\` | \`${secret.namespace}\` | ${secret.type} | ${keys} |`;
  });
  return `# Secrets

No manifest here holds a secret value. These Secrets must be in \`${folder}/\`, encrypted with sops, before the first
start. This checks them without a key:

\`\`\`sh
${check}
\`\`\`

| Secret | namespace | type | keys |
| --- | --- | --- | --- |
${rows.join('\n')}

${setup(folder)}
${contract.secrets.map((secret) => section(secret, contract, folderOf(secret), folder)).join('\n')}`;
}

function setup(folder: string): string {
  return `## Once: a key

1. Each person, and each cluster, has an age key pair: \`age-keygen -o key.txt\`. The private key stays out of git.
2. The public keys (\`age1...\`) of all who may decrypt stand in \`${folder}/.sops.yaml\`, separated by commas:

   \`\`\`yaml
   creation_rules:
     - path_regex: \\.sops\\.yaml$
       encrypted_regex: ^(data|stringData)$
       age: age1...,age1...
   \`\`\`

3. Keep a copy of one private key off the cluster and off this machine: a restore from backup starts with it.

After a change of the public keys, let sops take it over in each file:
\`sops --config ${folder}/.sops.yaml updatekeys FILE\`. Whoever was taken out still knows the old values: change them too.
`;
}

/** The innermost folder that holds all. */
function commonFolder([first = 'secrets', ...others]: readonly string[]): string {
  let common = first;
  while (common !== '.' && !others.every((other) => `${other}/`.startsWith(`${common}/`))) {
    common = posix.dirname(common);
  }
  return common;
}

function section(secret: SecretContract, contract: SecretsContract, folder: string, root: string): string {
  const name = secretFile(secret, contract);
  const file = `${folder}/${name}`;
  return `## ${secret.name}

${secret.usedBy.map((use) => `- \`${use.construct}\`: ${use.purpose}`).join('\n')}

Create it, from the folder that holds \`${root}/\`, in bash. Values you are asked for are not shown, and no value
reaches a file or the shell's history.

\`\`\`sh
(
${assignments(secret).join('\n')}
sops --config ${root}/.sops.yaml encrypt --filename-override ${file} --output ${file} <<MANIFEST
${manifest(secret)}
MANIFEST
)
\`\`\`

List \`${name}\` under \`resources\` in \`${folder}/kustomization.yaml\`, run the check above, and commit.

Change it with \`sops edit ${file}\`: a value is what \`printf %s VALUE | base64 -w0\` prints.

${[...new Set(secret.usedBy.map((use) => use.rotation))].join('\n\n')}
`;
}

function assignments(secret: SecretContract): readonly string[] {
  return secret.keys.map((key) => `# ${key.key}: ${key.description}\n${assignment(key)}`);
}

function assignment({ key, generate, multiline }: RequiredSecretKey): string {
  const name = variable(key);
  if (generate !== undefined) {
    return `${name}=$(${generate})`;
  }
  return multiline === true
    ? `printf 'path of a file with ${key}: '; IFS= read -r FILE; ${name}=$(cat "$FILE")`
    : `printf '${key}: '; IFS= read -r -s ${name}; echo`;
}

function manifest(secret: SecretContract): string {
  const labels = Object.entries(secret.labels).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}`);
  return [
    'apiVersion: v1',
    'kind: Secret',
    'metadata:',
    `  name: ${secret.name}`,
    `  namespace: ${secret.namespace}`,
    ...(labels.length > 0 ? ['  labels:', ...labels] : []),
    `type: ${secret.type}`,
    'data:',
    ...secret.keys.map(({ key }) => `  ${key}: $(printf %s "$${variable(key)}" | base64 | tr -d '\\n')`),
  ].join('\n');
}

/** A shell variable for a key: `SECRET_tls_crt` for `tls.crt`. */
function variable(key: string): string {
  return `SECRET_${key.replace(/\W/g, '_')}`;
}

function checkCommand(folder: string, contractPath: string): string {
  const contract = contractPath === 'dist/docs/secrets.json' ? '' : ` --contract ${contractPath}`;
  return `npx phoenix secrets check ${folder}${contract}`;
}
