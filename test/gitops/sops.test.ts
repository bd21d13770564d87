import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceFile } from '../../lib/gitops/_sops-yaml';
import { checkSecrets } from '../../lib/gitops/sops';
import { secretsContract } from '../../lib/gitops/sops-contract';
import type { SopsFinding } from '../../lib/gitops/sops-finding';
import { need, stateHub } from './needs';

const ROOT = resolve(__dirname, '../..');
const OWNER = 'secrets/state-hub-db-owner.sops.yaml';
const BACKUP = 'secrets/state-hub-db-backup.sops.yaml';
const RECIPIENT = /age: (age1\w+)/.exec(readFileSync(join(ROOT, 'secrets/.sops.yaml'), 'utf8'))?.[1] ?? '';

const PLAIN = 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {x: eA==}\n';

type Files = Readonly<Record<string, string | undefined>>;

const IMPORT = 'state-hub-db-import.sops.yaml';

/** The real folder, as sops wrote it, as it is once the import is over. */
const real: Files = Object.fromEntries(
  readdirSync(join(ROOT, 'secrets'))
    .filter((name) => name !== IMPORT)
    .map((name) => [
      `secrets/${name}`,
      readFileSync(join(ROOT, 'secrets', name), 'utf8').replace(`  - ${IMPORT}\n`, ''),
    ]),
);
const fixture = (name: string): string => readFileSync(join(__dirname, 'sops', `${name}.sops.yaml`), 'utf8');

/** Checks the real folder with some files changed, added or, where undefined, taken away. */
function check(changes: Files = {}, output: Files = {}, needs = stateHub): readonly SopsFinding[] {
  const files = (all: Files): SourceFile[] =>
    Object.entries(all).flatMap(([path, text]) => (text === undefined ? [] : [{ path, text }]));
  const secrets = files({ ...real, ...changes });
  const config = secrets.find((file) => file.path === 'secrets/.sops.yaml');
  const relative = (path: string): string => path.replace(/^secrets\//, '');
  const folder = { path: 'secrets', files: secrets };
  return checkSecrets({
    contract: secretsContract(needs),
    folders: [config === undefined ? folder : { ...folder, config: { ...config, relative } }],
    output: files(output),
  }).findings;
}

/** The real owner Secret with one text replaced, which must be there. */
function owner(from: string | RegExp, to: string): Files {
  const before = real[OWNER] ?? '';
  const after = before.replace(from, to);
  if (after === before) {
    throw new Error(`nothing to replace: ${String(from)}`);
  }
  return { [OWNER]: after };
}

const brief = (findings: readonly SopsFinding[]) => findings.map((x) => `${x.file} ${x.path} [${x.rule}]`);

describe('the real files', () => {
  it('have no finding', () => {
    expect(check()).toEqual([]);
  });

  it('are judged: take one away and it is missed', () => {
    expect(check({ [OWNER]: undefined }).map((x) => x.rule)).toEqual(['missing-secret', 'listed-wrongly']);
  });
});

describe('one mistake in a file made by sops gives one finding:', () => {
  const ENC = /password: ENC\[[^\]]*\]/;

  it.each<[string, Files, string, string]>([
    [
      'a value cut off',
      owner(/(password: ENC\[AES256_GCM,data:.{12}).*/, '$1'),
      'data.password [corrupted]',
      'not whole',
    ],
    ['a tag cut off', owner(/(password: .*tag:....).*(,type)/, '$1$2'), 'data.password [corrupted]', 'not whole'],
    ['a plain value', owner(ENC, 'password: aHVudGVyMg=='), 'data.password [half-encrypted]', 'somebody added it'],
    ['an empty value', owner(ENC, 'password: ""'), 'data.password [empty-value]', 'the value is empty'],
    ['a key by another name', owner('username:', 'user:'), 'data.username [missing-key]', "'username' is missing"],
    [
      'a key too many',
      owner(/^data:$/m, `data:\n    host: ${(ENC.exec(real[OWNER] ?? '')?.[0] ?? '').slice(10)}`),
      'data.host [unneeded-key]',
      "nothing reads the key 'host'; needed: username, password",
    ],
    [
      'another namespace',
      owner('namespace: state-hub', 'namespace: default'),
      'metadata.namespace [wrong-namespace]',
      'the namespace must be state-hub, got default',
    ],
    ['no namespace', owner(/ +namespace: state-hub\n/, ''), 'metadata.namespace [wrong-namespace]', 'got none'],
    [
      'another type',
      owner('type: kubernetes.io/basic-auth', 'type: Opaque'),
      'type [wrong-type]',
      'the type must be kubernetes.io/basic-auth, got "Opaque"',
    ],
    ['no type', owner('type: kubernetes.io/basic-auth\n', ''), 'type [wrong-type]', 'got "Opaque"'],
    [
      'a label that is no text',
      owner('cnpg.io/reload: "true"', 'cnpg.io/reload: true'),
      'metadata.labels["cnpg.io/reload"] [missing-label]',
      'got true, a boolean',
    ],
    [
      'no label',
      owner(/ +labels:\n.*reload: "true"\n/, ''),
      'metadata.labels["cnpg.io/reload"] [missing-label]',
      'got none',
    ],
    ['no MAC', owner(/ +mac: .*\n/, ''), 'sops.mac [missing-mac]', 'there is no MAC'],
    ['a MAC cut off', owner(/(mac: ENC.{30}).*/, '$1]'), 'sops.mac [corrupted]', 'the MAC is not whole'],
    [
      'no data key',
      owner(/-----BEGIN AGE[\s\S]*END AGE.*-----\n/, '\n'),
      'sops.age[0].enc [corrupted]',
      'is empty or cut off',
    ],
    ['a data key cut off', owner(/ +-----END AGE.*\n/, ''), 'sops.age[0].enc [corrupted]', 'is empty or cut off'],
    [
      'a data key without a body',
      owner(/(BEGIN AGE.*\n)[^-]*/, '$1            '),
      'sops.age[0].enc [corrupted]',
      'is empty',
    ],
    [
      'no encrypted_regex',
      owner(/ +encrypted_regex: .*\n/, ''),
      'sops.encrypted_regex [hidden-names]',
      'sops encrypts everything',
    ],
    [
      'an unfinished merge',
      owner(/^type/m, '<<<<<<< HEAD\ntype'),
      ' [corrupted]',
      'an unfinished merge stands in line 8',
    ],
    ['broken YAML', owner('metadata:', 'metadata: {'), ' [corrupted]', 'the file cannot be read'],
    ['one key twice', owner(/^kind:/m, 'kind: Secret\nkind:'), ' [corrupted]', 'Map keys must be unique'],
    ['nothing in it', { [OWNER]: '' }, ' [corrupted]', 'it is empty'],
    ['no encryption', owner(/^sops:[\s\S]*/m, ''), ' [plaintext]', 'the Secret is not encrypted'],
    [
      'names encrypted',
      { [OWNER]: fixture('hidden-names') },
      'apiVersion [hidden-names]',
      'metadata.name, metadata.namespace',
    ],
    [
      'a stranger who can decrypt',
      { [OWNER]: fixture('other-recipient') },
      'sops [unknown-recipient]',
      'can decrypt it',
    ],
    ['stringData', { [OWNER]: fixture('string-data') }, 'stringData [string-data]', 'use data'],
    ['a number as value', { [OWNER]: fixture('number') }, 'data.password [not-text]', "a value of type 'int'"],
    [
      'a rule that leaves stringData plain',
      { [OWNER]: fixture('only-data') },
      'sops.encrypted_regex [hidden-names]',
      "does not match 'stringData'",
    ],
  ])('%s', (_, changes, place, words) => {
    const findings = check(changes).filter((x) => x.rule !== 'unneeded-key' || place.includes('unneeded'));

    expect(brief(findings)).toEqual([`${OWNER} ${place}`]);
    expect(findings[0]?.problem).toContain(words);
    expect(findings[0]?.fix.length).toBeGreaterThan(10);
  });

  it('each with words of its own', () => {
    const problems = [
      { [OWNER]: '' },
      { [OWNER]: fixture('hidden-names') },
      { [OWNER]: fixture('other-recipient') },
      { [OWNER]: fixture('string-data') },
      { [OWNER]: fixture('number') },
      owner(ENC, 'password: aHVudGVyMg=='),
      owner('namespace: state-hub', 'namespace: default'),
    ].map((changes) => check(changes)[0]?.problem);

    expect(new Set(problems).size).toBe(problems.length);
  });
});

describe('the folder as a whole', () => {
  it.each<[string, Files, Files, readonly string[]]>([
    [
      'the same Secret twice',
      { 'secrets/copy.sops.yaml': real[OWNER] },
      {},
      ['secrets/copy.sops.yaml metadata.name [duplicate]', 'secrets/copy.sops.yaml  [not-listed]'],
    ],
    [
      'a Secret nobody needs',
      { 'secrets/x.sops.yaml': (real[OWNER] ?? '').replace('name: state-hub-db-owner', 'name: x') },
      {},
      ['secrets/x.sops.yaml metadata.name [unneeded-secret]', 'secrets/x.sops.yaml  [not-listed]'],
    ],
    [
      'a file not in kustomization.yaml',
      { 'secrets/kustomization.yaml': (real['secrets/kustomization.yaml'] ?? '').replace(/.*owner.*\n/, '') },
      {},
      [`${OWNER}  [not-listed]`],
    ],
    [
      'a listed file that is not there',
      { 'secrets/kustomization.yaml': `${real['secrets/kustomization.yaml']}  - gone.sops.yaml\n` },
      {},
      ['secrets/kustomization.yaml resources [listed-wrongly]'],
    ],
    [
      '.sops.yaml listed as an object',
      { 'secrets/kustomization.yaml': `${real['secrets/kustomization.yaml']}  - .sops.yaml\n` },
      {},
      ['secrets/kustomization.yaml resources [listed-wrongly]'],
    ],
    [
      'a kustomization that moves Secrets',
      { 'secrets/kustomization.yaml': `namespace: x\n${real['secrets/kustomization.yaml']}` },
      {},
      ['secrets/kustomization.yaml namespace [listed-wrongly]'],
    ],
    [
      'no kustomization.yaml',
      { 'secrets/kustomization.yaml': undefined },
      {},
      [`${BACKUP}  [not-listed]`, `${OWNER}  [not-listed]`],
    ],
    [
      'no .sops.yaml',
      { 'secrets/.sops.yaml': undefined },
      {},
      ['secrets/.sops.yaml  [sops-config]', `${BACKUP}  [no-rule]`, `${OWNER}  [no-rule]`],
    ],
    [
      'a rule for other files',
      { 'secrets/.sops.yaml': (real['secrets/.sops.yaml'] ?? '').replace('\\.sops\\.yaml$', '^prod/') },
      {},
      [`${BACKUP}  [no-rule]`, `${OWNER}  [no-rule]`],
    ],
    [
      'a rule that hides names',
      { 'secrets/.sops.yaml': (real['secrets/.sops.yaml'] ?? '').replace('^(data|stringData)$', 'ata') },
      {},
      ['secrets/.sops.yaml creation_rules[0].encrypted_regex [sops-config]'],
    ],
    [
      'a rule for nobody',
      { 'secrets/.sops.yaml': (real['secrets/.sops.yaml'] ?? '').replace(/ +age:.*\n/, '') },
      {},
      [
        'secrets/.sops.yaml creation_rules[0] [sops-config]',
        `${BACKUP} sops [unknown-recipient]`,
        `${OWNER} sops [unknown-recipient]`,
      ],
    ],
    [
      'a key that was added to the rule only',
      { 'secrets/.sops.yaml': (real['secrets/.sops.yaml'] ?? '').replace(/age: .*/, '$&,age1new') },
      {},
      [`${BACKUP} sops [missing-recipient]`, `${OWNER} sops [missing-recipient]`],
    ],
    [
      'a private key',
      { 'secrets/key.txt': '# created: today\nAGE-SECRET-KEY-1QQQQ\n' },
      {},
      ['secrets/key.txt  [plaintext]'],
    ],
    [
      'a plain Secret beside',
      {
        'secrets/tmp.json':
          '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"state-hub-db-owner","namespace":"x"}}',
      },
      {},
      [
        'secrets/tmp.json  [plaintext]',
        'secrets/tmp.json metadata.name [unneeded-secret]',
        'secrets/tmp.json  [not-listed]',
      ],
    ],
    [
      'plain copies of a Secret, by names that no engine reads',
      Object.fromEntries(
        ['a.yaml.bak', 'a.yaml~', 'a.txt', 'a.dec', '.a.swp'].map((name) => [`secrets/${name}`, PLAIN]),
      ),
      {},
      ['.a.swp', 'a.dec', 'a.txt', 'a.yaml.bak', 'a.yaml~'].map((name) => `secrets/${name}  [plaintext]`),
    ],
    ['a file of variables', { 'secrets/prod.env': 'TOKEN=swordfish\n' }, {}, ['secrets/prod.env line 1 [plaintext]']],
    ['a file that is none of ours', { 'secrets/notes.txt': 'hello\n' }, {}, ['secrets/notes.txt  [unknown-file]']],
    [
      'an encrypted copy',
      { 'secrets/old.sops.yaml.bak': real[OWNER] },
      {},
      ['secrets/old.sops.yaml.bak  [unknown-file]'],
    ],
    ['YAML that is no object', { 'secrets/values.yaml': 'user: shop\n' }, {}, ['secrets/values.yaml  [unknown-file]']],
    ['a page beside', { 'secrets/NOTES.md': 'Made by hand.\n', 'secrets/.gitignore': 'key.txt\n' }, {}, []],
    [
      'a password on a page beside',
      { 'secrets/NOTES.md': 'password: swordfish\n' },
      {},
      ['secrets/NOTES.md line 1 [plaintext]'],
    ],
    [
      'a generator with literals',
      {
        'secrets/kustomization.yaml': `${real['secrets/kustomization.yaml']}secretGenerator: [{name: a, literals: [x=y]}]\n`,
      },
      {},
      ['secrets/kustomization.yaml secretGenerator[0] [plaintext]'],
    ],
    [
      'a ConfigMap with a password',
      { 'secrets/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {password: swordfish}\n' },
      {},
      ['secrets/a.yaml data.password [plaintext]'],
    ],
    [
      'a plain Secret inside another object',
      { 'secrets/a.yaml': 'kind: Template\nspec: {object: {kind: Secret, metadata: {name: a}, data: {x: eA==}}}\n' },
      {},
      ['secrets/a.yaml spec.object [plaintext]'],
    ],
    [
      'a plain SecretList',
      { 'secrets/a.yaml': 'kind: SecretList\nitems: [{metadata: {name: a, namespace: x}, data: {x: eA==}}]\n' },
      {},
      ['secrets/a.yaml  [plaintext]', 'secrets/a.yaml metadata.name [unneeded-secret]', 'secrets/a.yaml  [not-listed]'],
    ],
    [
      'a comment in an encrypted file',
      owner(/^data:/m, '# password: swordfish\ndata:'),
      {},
      [`${OWNER} line 9 [plaintext]`],
    ],
    [
      'an annotation with the values in an encrypted file',
      owner(
        /^ +labels:$/m,
        `    annotations:\n        kubectl.kubernetes.io/last-applied-configuration: '{"kind":"Secret","data":{"a":"eA=="}}'\n$&`,
      ),
      {},
      [`${OWNER} metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"] [plaintext]`],
    ],
    [
      'a plain Secret in the output',
      {},
      { 'dist/manifests/a/Secret.yaml': PLAIN },
      ['dist/manifests/a/Secret.yaml  [plaintext-in-output]'],
    ],
    [
      'a plain Secret in lists in the output',
      {},
      {
        'dist/a.yaml': 'kind: List\nitems: [{kind: Secret, metadata: {name: a}, stringData: {x: a}}]',
        'dist/b.yaml': 'kind: SecretList\nitems: [{metadata: {name: a}, stringData: {x: a}}]',
      },
      ['dist/a.yaml items[0] [plaintext-in-output]', 'dist/b.yaml items[0] [plaintext-in-output]'],
    ],
    [
      'a plain Secret in a page of the output, or in a file that is no YAML by its name',
      {},
      {
        'dist/docs/a.md': `# A\n\n    kubectl apply -f - <<EOF\n    ${PLAIN.replaceAll('\n', '\n    ')}EOF\n`,
        'dist/x.bak': PLAIN,
      },
      ['dist/docs/a.md line 4 [plaintext-in-output]', 'dist/x.bak  [plaintext-in-output]'],
    ],
    [
      'a manifest that only names a Secret',
      {},
      { 'dist/a.yaml': 'kind: Deployment\nspec: {secretRef: {kind: Secret}}' },
      [],
    ],
    ['an encrypted Secret in the output', {}, { 'dist/a.yaml': real[OWNER] }, []],
  ])('%s', (_, changes, output, expected) => {
    expect(brief(check(changes, output)).toSorted()).toEqual(expected.toSorted());
  });

  it('accepts key groups and several documents in one file', () => {
    const config = `creation_rules:\n  - encrypted_regex: ^(data|stringData)$\n    key_groups: [{age: [${RECIPIENT}]}]\n`;
    const both = `${real[OWNER]}---\n${real[BACKUP]}`;
    const list = 'resources: [state-hub-db-owner.sops.yaml]\n';

    expect(
      check({ 'secrets/.sops.yaml': config, [OWNER]: both, [BACKUP]: undefined, 'secrets/kustomization.yaml': list }),
    ).toEqual([]);
  });

  it('finds a Secret in a subfolder by the kustomization.yaml nearest to it', () => {
    const list = 'resources: [owner.sops.yaml]\n';
    const moved = {
      [OWNER]: undefined,
      'secrets/db/owner.sops.yaml': real[OWNER],
      'secrets/db/kustomization.yaml': list,
    };
    const root = 'resources: [db, state-hub-db-backup.sops.yaml]\n';

    expect(check({ ...moved, 'secrets/kustomization.yaml': root })).toEqual([]);
  });

  it('reports a file that nobody looked into', () => {
    const folder = { path: 'secrets', files: [{ path: 'secrets/a.sops.yaml', text: '', unread: 'no text' }] };
    const report = checkSecrets({
      contract: secretsContract([]),
      folders: [
        {
          ...folder,
          config: { path: 'secrets/.sops.yaml', text: real['secrets/.sops.yaml'] ?? '', relative: (x) => x },
        },
      ],
      output: [{ path: 'dist/a.tar', text: '', unread: '9 MiB large' }],
    });

    expect(report.findings.map((x) => x.problem)).toEqual(['it is no text, so nobody looked into it']);
    expect(report.unread).toEqual(['dist/a.tar is 9 MiB large']);
  });

  it('looks for a Secret in all folders, and says which one it belongs into', () => {
    const at = (path: string, from: Files) => {
      const files = Object.entries(from).map(([name, text]) => ({
        path: name.replace('secrets', path),
        text: text ?? '',
      }));
      const config = files.find((file) => file.path.endsWith('/.sops.yaml'));
      return { path, files, ...(config === undefined ? {} : { config: { ...config, relative: (x: string) => x } }) };
    };
    const { version, secrets } = secretsContract([...stateHub, need('mcp-token'), need('web-token')]);
    const homes: Record<string, string> = { 'mcp-token': 'bank/secrets', 'web-token': 'elsewhere' };
    const contract = { version, secrets: secrets.map((x) => ({ ...x, folder: homes[x.name] ?? 'shop/secrets' })) };
    const empty = { 'secrets/.sops.yaml': real['secrets/.sops.yaml'] };
    const { findings } = checkSecrets({
      contract,
      folders: [at('deploy/shop/secrets', real), at('deploy/bank/secrets', empty)],
      output: [],
    });

    expect(brief(findings)).toEqual([
      'deploy/bank/secrets/mcp-token.sops.yaml  [missing-secret]',
      'deploy/shop/secrets/web-token.sops.yaml  [missing-secret]',
    ]);
  });

  it('names who misses a Secret', () => {
    expect(check({}, {}, [...stateHub, need('mcp-token', {}, 'state-hub/api')])).toEqual([
      {
        rule: 'missing-secret',
        file: 'secrets/mcp-token.sops.yaml',
        path: '',
        problem: 'the Secret state-hub/mcp-token is missing; state-hub/api needs token of it',
        fix: 'create it as docs/secrets.md in the output folder says',
      },
    ]);
  });
});

describe('garbage', () => {
  it('is a finding and never an exception', () => {
    fc.assert(
      fc.property(fc.nat(1400), fc.nat(200), fc.string(), (at, length, text) => {
        const before = real[OWNER] ?? '';
        const broken = before.slice(0, at) + text + before.slice(at + length);
        expect(Array.isArray(check({ [OWNER]: broken }))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('that cuts a file short is always found', () => {
    const text = (real[OWNER] ?? '').trimEnd();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.indexOf('    version:') - 2 }), (length) => {
        expect(check({ [OWNER]: text.slice(0, length) })).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('that expands without end is a finding', () => {
    const bomb = `a: &a [x]\n${'bcdefghij'
      .split('')
      .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]\n`)
      .join('')}`;

    expect(check({ 'secrets/bomb.yaml': bomb }).map((x) => x.rule)).toEqual(['corrupted']);
  });
});
