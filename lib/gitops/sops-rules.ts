import { type SopsFinding, reencrypt } from './sops-finding';
import { type SourceFile, isObject, readYaml } from './_sops-yaml';

/** One creation rule of `.sops.yaml`. */
export interface SopsRule {
  /** Whether the rule is for a file, by its path relative to the folder of `.sops.yaml`. */
  readonly matches: (path: string) => boolean;
  /** Public keys that may decrypt: age recipients, PGP fingerprints, key ARNs. */
  readonly recipients: ReadonlySet<string>;
}

/** `.sops.yaml`, read. */
export interface SopsRules {
  readonly rules: readonly SopsRule[];
  readonly findings: readonly SopsFinding[];
}

/** Fields that Kubernetes and Flux must be able to read, and those that must be hidden. */
const CLEAR = ['apiVersion', 'kind', 'metadata', 'type'] as const;
const HIDDEN = ['data', 'stringData'] as const;

/** Reads `.sops.yaml` and judges whether its rules hide values and nothing else. */
export function readRules(file: SourceFile): SopsRules {
  const parsed = readYaml(file.text);
  const config = 'documents' in parsed ? parsed.documents[0] : undefined;
  const listed = config?.['creation_rules'];
  if (!Array.isArray(listed) || listed.length === 0) {
    const why = 'unreadable' in parsed ? parsed.unreadable : 'it has no creation_rules';
    return { rules: [], findings: [finding(file, 'creation_rules', `sops cannot use it: ${why}`, EXAMPLE)] };
  }
  const read = listed.filter(isObject).map((rule, i) => readRule(file, rule, `creation_rules[${i}]`));
  return { rules: read.map((x) => x.rule), findings: read.flatMap((x) => x.findings) };
}

/**
 * Whether a rule with this `encrypted_regex` hides all values and no name. `undefined` is a good answer.
 * @param regex as sops takes it; absent means that sops encrypts everything
 */
export function wrongRegex(regex: unknown): string | undefined {
  if (typeof regex !== 'string') {
    return `without 'encrypted_regex' sops encrypts everything, also the name and the kind that Kubernetes must read`;
  }
  const pattern = compile(regex);
  if (pattern === undefined) {
    return `'encrypted_regex' is no regular expression: ${regex}`;
  }
  const hiding = CLEAR.find((field) => pattern.test(field));
  if (hiding !== undefined) {
    return `'encrypted_regex' ${regex} also matches '${hiding}', which Kubernetes must read`;
  }
  const showing = HIDDEN.find((field) => !pattern.test(field));
  return showing === undefined
    ? undefined
    : `'encrypted_regex' ${regex} does not match '${showing}': its values stay plain`;
}

/** The data key of a file, encrypted for one recipient. */
export interface SopsKey {
  readonly recipient: string;
  readonly encrypted: unknown;
  /** Where it stands below `sops`: `age[0].enc`. */
  readonly path: string;
}

/** How each kind of key names its recipient. */
const RECIPIENTS: Readonly<Record<string, (key: Readonly<Record<string, unknown>>) => string>> = {
  age: (key) => text(key['recipient']),
  pgp: (key) => text(key['fp']),
  kms: (key) => text(key['arn']),
  gcp_kms: (key) => text(key['resource_id']),
  azure_kv: (key) => `${text(key['vault_url'])}/keys/${text(key['name'])}/${text(key['version'])}`,
  hc_vault: (key) => `${text(key['vault_address'])}/v1/${text(key['engine_path'])}/keys/${text(key['key_name'])}`,
};

/** Everybody who can decrypt a file, from its `sops` block. */
export function keysOf(sops: Readonly<Record<string, unknown>>): readonly SopsKey[] {
  const groups = [
    { group: sops, at: '' },
    ...list(sops['key_groups']).map((group, i) => ({ group, at: `key_groups[${i}].` })),
  ];
  return groups.flatMap(({ group, at }) =>
    Object.entries(RECIPIENTS).flatMap(([kind, recipient]) =>
      list(group[kind]).map((key, i) => ({
        recipient: recipient(key),
        encrypted: key['enc'],
        path: `${at}${kind}[${i}].enc`,
      })),
    ),
  );
}

function readRule(
  file: SourceFile,
  rule: Readonly<Record<string, unknown>>,
  path: string,
): { rule: SopsRule; findings: readonly SopsFinding[] } {
  const source = rule['path_regex'];
  const pattern = source === undefined ? /(?:)/ : compile(text(source));
  const problem = wrongRegex(rule['encrypted_regex']);
  const groups = [rule, ...list(rule['key_groups'])];
  const names = ['age', 'pgp', 'kms', 'gcp_kms', 'azure_keyvault', 'hc_vault_transit_uri', 'hc_vault'];
  const recipients = groups.flatMap((group) => names.flatMap((name) => keys(group[name])));
  return {
    rule: { matches: (candidate) => pattern?.test(candidate) === true, recipients: new Set(recipients) },
    findings: [
      ...(pattern === undefined
        ? [finding(file, `${path}.path_regex`, `it is no regular expression: ${text(source)}`, EXAMPLE)]
        : []),
      ...(problem === undefined
        ? []
        : [finding(file, `${path}.encrypted_regex`, problem, REGEX + reencrypt('FILE', file.path))]),
      ...(recipients.length === 0
        ? [
            finding(
              file,
              path,
              'the rule names nobody who could decrypt',
              "add the public keys of your people under 'age'",
            ),
          ]
        : []),
    ],
  };
}

const REGEX = 'write encrypted_regex: ^(data|stringData)$, then encrypt each FILE anew with ';
const EXAMPLE = 'write a rule with path_regex, encrypted_regex and age, as docs/secrets.md in the output folder shows';

function finding(file: SourceFile, path: string, problem: string, fix: string): SopsFinding {
  return { rule: 'sops-config', file: file.path, path, problem, fix };
}

/** Keys as sops takes them: one text with commas, a list of texts, or a list of objects with `arn`. */
function keys(value: unknown): readonly string[] {
  const entries = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return entries
    .flatMap((entry) => (isObject(entry) ? text(entry['arn'] ?? entry['resource_id']) : text(entry)).split(','))
    .map((key) => key.trim())
    .filter((key) => key !== '');
}

/** Go's regular expressions are JavaScript's but for flags such as `(?i)`. */
function compile(source: string): RegExp | undefined {
  const flags = /^\(\?([ims]+)\)/.exec(source);
  try {
    return new RegExp(source.slice(flags?.[0].length ?? 0), flags?.[1]);
  } catch {
    return undefined;
  }
}

function list(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
