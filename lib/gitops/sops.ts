import { type SourceFile, isObject, readYaml, unlisted } from './_sops-yaml';
import type { SecretContract, SecretsContract } from './sops-contract';
import { checkEncryption } from './sops-file';
import type { SopsFinding } from './sops-finding';
import { checkListing } from './sops-listing';
import { readRules } from './sops-rules';

type Fields = Readonly<Record<string, unknown>>;

/** What `checkSecrets` judges: texts, no file system. */
export interface SecretsInput {
  readonly contract: SecretsContract;
  /** Every file of the folder with the SOPS files, its path as a person would type it. */
  readonly secrets: readonly SourceFile[];
  /** That folder: `secrets`. */
  readonly folder: string;
  /** The nearest `.sops.yaml`, in the folder or above; absent where there is none. */
  readonly config?: SourceFile & {
    /** A path of `secrets` as `path_regex` sees it: relative to the folder of `.sops.yaml`. */
    readonly relative: (path: string) => string;
  };
  /** Every file that synthesis wrote. */
  readonly output: readonly SourceFile[];
}

/** What was found, and how much was looked at. */
export interface SecretsReport {
  readonly findings: readonly SopsFinding[];
  /** Secrets that the manifests need. */
  readonly needed: number;
  /** Secrets in the folder. */
  readonly found: number;
  /** Objects in the folder that are no Secrets: not judged. */
  readonly skipped: number;
}

/**
 * Compares SOPS files with what the manifests need, without a key and without decrypting anything: names, namespaces,
 * types, keys, labels, who can decrypt, and that every value is encrypted and whole.
 */
export function checkSecrets(input: SecretsInput): SecretsReport {
  const rules = input.config === undefined ? undefined : readRules(input.config);
  const read = readFolder(input);
  const encryption = read.secrets.flatMap(({ file, secret }) =>
    // As sops does: the first rule that matches.
    checkEncryption(
      file,
      secret,
      rules?.rules.find((rule) => rule.matches(input.config?.relative(file) ?? file)),
      input.config?.path ?? `${input.folder}/.sops.yaml`,
    ),
  );
  return {
    findings: [
      ...(rules?.findings ?? noConfig(input)),
      ...privateKeys([...input.secrets, ...input.output]),
      ...read.findings,
      ...encryption,
      ...contractFindings(input, read),
      ...checkListing(input.folder, input.secrets, [...new Set(read.secrets.map((x) => x.file))]),
      ...outputFindings(input.output),
    ],
    needed: input.contract.secrets.length,
    found: read.secrets.length,
    skipped: read.skipped,
  };
}

/** The file that a Secret belongs into. */
export function secretFile(secret: SecretContract, contract: SecretsContract): string {
  const shared = contract.secrets.filter((other) => other.name === secret.name).length > 1;
  return `${shared ? `${secret.namespace}.` : ''}${secret.name}.sops.yaml`;
}

interface FoundSecret {
  readonly file: string;
  readonly secret: Fields;
}

interface Folder {
  readonly secrets: readonly FoundSecret[];
  readonly findings: readonly SopsFinding[];
  readonly skipped: number;
  /** Files whose Secret cannot be told, so that it is not missed a second time. */
  readonly mute: ReadonlySet<string>;
}

function readFolder(input: SecretsInput): Folder {
  const secrets: FoundSecret[] = [];
  const findings: SopsFinding[] = [];
  const mute = new Set<string>();
  let skipped = 0;
  for (const { path, text } of input.secrets) {
    const name = path.split('/').at(-1) ?? '';
    if (!/\.(ya?ml|json)$/.test(name) || /^(\.sops|kustomization)\.ya?ml$/.test(name)) {
      continue;
    }
    const parsed = readYaml(text);
    if ('unreadable' in parsed || parsed.documents.length === 0) {
      const why = 'unreadable' in parsed ? parsed.unreadable : 'it is empty';
      const fix = `get the last good version with 'git log -p ${path}'`;
      findings.push({ rule: 'corrupted', file: path, path: '', problem: `the file cannot be read: ${why}`, fix });
      mute.add(path);
      continue;
    }
    for (const document of parsed.documents.flatMap(unlisted)) {
      const kind = document['kind'];
      if (kind !== 'Secret' && !(typeof kind === 'string' && kind.startsWith('ENC['))) {
        skipped += 1;
        continue;
      }
      secrets.push({ file: path, secret: document });
      if (JSON.stringify([kind, document['metadata']]).includes('"ENC[')) {
        mute.add(path);
      }
    }
  }
  return { secrets, findings, skipped, mute };
}

function noConfig(input: SecretsInput): readonly SopsFinding[] {
  return [
    {
      rule: 'sops-config',
      file: `${input.folder}/.sops.yaml`,
      path: '',
      problem: 'there is no .sops.yaml, so sops does not know what to encrypt for whom',
      fix: 'write one with a rule that has path_regex, encrypted_regex and age, as docs/secrets.md shows',
    },
  ];
}

function contractFindings(input: SecretsInput, read: Folder): readonly SopsFinding[] {
  const { contract } = input;
  const needed = new Set(contract.secrets.map((secret) => `${secret.namespace}/${secret.name}`));
  const known = read.secrets.filter((x) => !read.mute.has(x.file));
  const strays = known.filter((x) => !needed.has(idOf(x.secret)));
  const claimed = new Set<FoundSecret>();
  const perSecret = contract.secrets.flatMap((secret): readonly SopsFinding[] => {
    const file = `${input.folder}/${secretFile(secret, contract)}`;
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

function shapeFindings({ file, secret }: FoundSecret, need: SecretContract): readonly SopsFinding[] {
  const edit = `open it with 'sops edit ${file}', which keeps the MAC right`;
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
            `${edit}; Kubernetes lets nobody change the type of a Secret that exists: delete it in the cluster first`,
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
          edit,
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
          edit,
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
          edit,
        ),
      ),
  ];
}

function wrongNamespace({ file, secret }: FoundSecret, need: SecretContract): SopsFinding {
  const got = metadataOf(secret)['namespace'];
  const problem = `the namespace must be ${need.namespace}, got ${typeof got === 'string' ? got : 'none'}`;
  return finding('wrong-namespace', file, 'metadata.namespace', problem, `correct it with 'sops edit ${file}'`);
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

/** A private key beside what it protects. */
function privateKeys(files: readonly SourceFile[]): readonly SopsFinding[] {
  return files
    .filter((file) => /AGE-SECRET-KEY-1|-----BEGIN (PGP|OPENSSH|RSA|EC) PRIVATE KEY/.test(file.text))
    .map((file) =>
      finding(
        'plaintext',
        file.path,
        '',
        'a private key is in this file: whoever has the repository can decrypt everything',
        'move it out of the repository, make a new key, and change every value that the old one could read',
      ),
    );
}

function outputFindings(output: readonly SourceFile[]): readonly SopsFinding[] {
  return output
    .filter((file) => /kind["']?\s*:\s*["']?(Secret|List)/.test(file.text))
    .flatMap((file) => {
      const parsed = readYaml(file.text);
      const objects = 'documents' in parsed ? parsed.documents.flatMap(unlisted) : [];
      return objects
        .filter((x) => x['kind'] === 'Secret' && (x['data'] !== undefined || x['stringData'] !== undefined))
        .map((x) =>
          finding(
            'plaintext-in-output',
            file.path,
            '',
            `synthesis wrote the Secret ${idOf(x)} with its values, where everybody can read them`,
            'declare it as a RequiredSecret instead, and change its values if this was ever pushed',
          ),
        );
    });
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
