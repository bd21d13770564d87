import { isObject } from './_sops-yaml';
import type { SecretContract, SecretsContract } from './sops-contract';
import { type SopsFinding, edit } from './sops-finding';
import type { FolderContents, FoundSecret } from './sops-folder';

type Fields = Readonly<Record<string, unknown>>;

/** The file that a Secret belongs into. */
export function secretFile(secret: SecretContract, contract: SecretsContract): string {
  const shared = contract.secrets.filter((other) => other.name === secret.name).length > 1;
  return `${shared ? `${secret.namespace}.` : ''}${secret.name}.sops.yaml`;
}

/** Compares the Secrets there are with those that are needed. */
export function checkNeeds(
  contract: SecretsContract,
  folders: readonly string[],
  read: Pick<FolderContents, 'secrets' | 'mute'>,
): readonly SopsFinding[] {
  const needed = new Set(contract.secrets.map((secret) => `${secret.namespace}/${secret.name}`));
  const known = read.secrets.filter((x) => !read.mute.has(x.file));
  const strays = known.filter((x) => !needed.has(idOf(x.secret)));
  const claimed = new Set<FoundSecret>();
  const perSecret = contract.secrets.flatMap((secret): readonly SopsFinding[] => {
    const file = `${homeOf(secret, folders)}/${secretFile(secret, contract)}`;
    const matches = known.filter((x) => idOf(x.secret) === `${secret.namespace}/${secret.name}`);
    const elsewhere = strays.find((x) => !claimed.has(x) && metadataOf(x.secret)['name'] === secret.name);
    if (matches.length === 0 && elsewhere !== undefined) {
      claimed.add(elsewhere);
      return [wrongNamespace(elsewhere, secret), ...shapeFindings(elsewhere, secret)];
    }
    if (matches.length === 0) {
      return read.mute.has(file) ? [] : [missingSecret(file, secret)];
    }
    return [
      ...matches.slice(1).map((match) => duplicate(match.file, matches[0]?.file ?? '', secret)),
      ...matches.flatMap((match) => shapeFindings(match, secret)),
    ];
  });
  return [...perSecret, ...strays.filter((x) => !claimed.has(x)).map(unneeded)];
}

/**
 * Where the Secret's folder, which is known from the deploy folder, lies from here: `deploy/secrets/shop` for
 * `secrets/shop` where `deploy/secrets` is checked.
 */
function homeOf({ folder }: SecretContract, folders: readonly string[]): string {
  const homes = folders.flatMap((checked) => {
    const segments = checked.split('/');
    return segments.flatMap((_, i) =>
      folder !== undefined && `${folder}/`.startsWith(`${segments.slice(i).join('/')}/`)
        ? [[...segments.slice(0, i), folder].join('/')]
        : [],
    );
  });
  return homes[0] ?? folders[0] ?? 'secrets';
}

function shapeFindings({ file, secret }: FoundSecret, need: SecretContract): readonly SopsFinding[] {
  const change = `use ${edit(file)}`;
  const type = secret['type'] ?? 'Opaque';
  const labels = isObject(metadataOf(secret)['labels']) ? (metadataOf(secret)['labels'] as Fields) : {};
  const present = ['data', 'stringData'].flatMap((field) => Object.keys(isObject(secret[field]) ? secret[field] : {}));
  const wanted = need.keys.map((x) => x.key);
  const keysThere = present.length > 0 ? present.join(', ') : 'none';
  return [
    ...(type === need.type
      ? []
      : [
          finding(
            'wrong-type',
            file,
            'type',
            `the type must be ${need.type}, got ${JSON.stringify(type)}`,
            `${change}; Kubernetes lets nobody change the type of a Secret that exists: delete it in the cluster first`,
          ),
        ]),
    ...need.keys
      .filter((x) => !present.includes(x.key))
      .map((x) =>
        finding(
          'missing-key',
          file,
          `data.${x.key}`,
          `the key '${x.key}' is missing (${x.description}); it has ${keysThere}`,
          change,
        ),
      ),
    ...present
      .filter((key) => !wanted.includes(key))
      .map((key) =>
        finding(
          'unneeded-key',
          file,
          `data.${key}`,
          `nothing reads the key '${key}'; needed: ${wanted.join(', ')}`,
          change,
        ),
      ),
    ...Object.entries(need.labels)
      .filter(([name, value]) => labels[name] !== value)
      .map(([name, value]) =>
        finding(
          'missing-label',
          file,
          `metadata.labels[${JSON.stringify(name)}]`,
          `the label must be ${name}: ${JSON.stringify(value)}, got ${name in labels ? `${JSON.stringify(labels[name])}, a ${typeof labels[name]}` : 'none'}`,
          change,
        ),
      ),
  ];
}

function wrongNamespace({ file, secret }: FoundSecret, need: SecretContract): SopsFinding {
  const got = metadataOf(secret)['namespace'];
  const problem = `the namespace must be ${need.namespace}, got ${typeof got === 'string' ? got : 'none'}`;
  return finding('wrong-namespace', file, 'metadata.namespace', problem, `correct it with ${edit(file)}`);
}

function missingSecret(file: string, need: SecretContract): SopsFinding {
  const keys = need.keys.map((x) => x.key).join(' and ');
  const users = need.usedBy.map((use) => use.construct).join(', ');
  const problem = `the Secret ${need.namespace}/${need.name} is missing; ${users} needs ${keys} of it`;
  return finding('missing-secret', file, '', problem, 'create it as docs/secrets.md in the output folder says');
}

function duplicate(file: string, first: string, need: SecretContract): SopsFinding {
  const problem = `the Secret ${need.namespace}/${need.name} is in ${first} too, and only one of the two can win`;
  return finding('duplicate', file, 'metadata.name', problem, 'keep the one with the values in use, delete the other');
}

function unneeded({ file, secret }: FoundSecret): SopsFinding {
  const problem = `nothing needs the Secret ${idOf(secret)}`;
  const fix = 'delete the file, or move it to a folder of its own if something outside this app reads it';
  return finding('unneeded-secret', file, 'metadata.name', problem, fix);
}

function idOf(secret: Fields): string {
  const { name, namespace } = metadataOf(secret);
  return `${typeof namespace === 'string' ? namespace : ''}/${typeof name === 'string' ? name : ''}`;
}

function metadataOf(secret: Fields): Fields {
  return isObject(secret['metadata']) ? secret['metadata'] : {};
}

function finding(rule: SopsFinding['rule'], file: string, path: string, problem: string, fix: string): SopsFinding {
  return { rule, file, path, problem, fix };
}
