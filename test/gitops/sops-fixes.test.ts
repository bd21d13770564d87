import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkSecrets } from '../../lib/gitops/sops';
import { secretsContract } from '../../lib/gitops/sops-contract';
import { secretsDocument } from '../../lib/gitops/sops-document';
import { need } from './needs';

const FILE = 'secrets/db.sops.yaml';
const hasSops = ['sops', 'age-keygen'].every((program) => spawnSync(program, ['--version']).status === 0);
const contract = secretsContract([
  need('db', {
    namespace: 'shop',
    labels: { team: 'a' },
    keys: [
      { key: 'user', description: 'the role', generate: 'printf shop' },
      { key: 'password', description: 'its password' },
    ],
  }),
]);
const PLAIN =
  'apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop, labels: {team: a}}\ntype: Opaque\n' +
  'data: {user: c2hvcA==, password: aHVudGVyMg==}\n';

let root = '';
let keys: readonly string[] = [];

function shell(command: string, input = '', env: Record<string, string> = {}): string {
  return execFileSync('bash', ['-c', command], {
    cwd: root,
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, SOPS_AGE_KEY_FILE: join(root, 'mine.txt'), GIT_CONFIG_GLOBAL: '/dev/null', ...env },
  });
}

const file = (path: string) => readFileSync(join(root, path), 'utf8');
const change = (path: string, from: string | RegExp, to: string) => {
  const after = file(path).replace(from, to);
  expect(after).not.toBe(file(path));
  writeFileSync(join(root, path), after);
};

function findings() {
  const paths = ['secrets/.sops.yaml', FILE, 'secrets/kustomization.yaml'];
  const files = paths.map((path) => ({ path, text: file(path) }));
  const config = { path: 'secrets/.sops.yaml', text: file('secrets/.sops.yaml'), relative: (x: string) => x };
  return checkSecrets({ contract, folders: [{ path: 'secrets', files, config }], output: [] }).findings;
}

const block = (words: string) =>
  [...secretsDocument(contract).matchAll(/^```sh\n(.*?)^```/gms)]
    .map((x) => x[1] ?? '')
    .find((x) => x.includes(words)) ?? '';

/** Answers for `read`, which reads from the terminal that a test does not have. */
function answering(lines: readonly string[]): Record<string, string> {
  writeFileSync(join(root, 'answers'), `${lines.join('\n')}\n`);
  writeFileSync(join(root, 'env'), `exec < '${join(root, 'answers')}'\n`);
  return { BASH_ENV: join(root, 'env') };
}

describe.skipIf(!hasSops)('with the real sops (skipped where sops and age-keygen are not installed)', () => {
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'phoenix-sops-'));
    mkdirSync(join(root, 'secrets'));
    keys = ['mine', 'other'].map((name) => {
      shell(`age-keygen -o ${name}.txt`);
      return shell(`age-keygen -y ${name}.txt`).trim();
    });
    writeFileSync(join(root, 'secrets/kustomization.yaml'), 'resources: [db.sops.yaml]\n');
    writeFileSync(
      join(root, 'secrets/.sops.yaml'),
      `creation_rules:\n  - path_regex: \\.sops\\.yaml$\n    encrypted_regex: ^(data|stringData)$\n    age: ${keys[0]}\n`,
    );
    shell(block(' encrypt '), '', answering(['hunter2']));
    shell('git init -q . && git add secrets && git -c user.name=a -c user.email=a@b.c commit -qm good');
  });

  beforeEach(() => {
    shell('git checkout -q -- secrets');
  });

  const values = () => (load(shell(`sops decrypt ${FILE}`)) as { data: Record<string, string> }).data;

  it('the page makes the Secret that is needed', () => {
    expect(findings()).toEqual([]);
    expect(values()).toEqual({ user: 'c2hvcA==', password: 'aHVudGVyMg==' });
  });

  it('the page changes one value and keeps the other', () => {
    shell(block('which of'), '', answering(['password', 'a$b "c"']));

    expect(findings()).toEqual([]);
    expect(values()).toEqual({ user: 'c2hvcA==', password: Buffer.from('a$b "c"').toString('base64') });
  });

  it.each<[string, string, () => void, string]>([
    ['half-encrypted', 'git restore', () => change(FILE, /password: ENC.*/, 'password: aGk='), ''],
    ['corrupted', 'git restore', () => change(FILE, /(password: ENC.{20}).*/, '$1'), ''],
    ['corrupted', 'git restore', () => change(FILE, /(-----BEGIN.*\n)[^-]*/, '$1'), ''],
    ['missing-mac', 'git restore', () => change(FILE, / +mac: .*\n/, ''), ''],
    [
      'wrong-namespace',
      'sops edit',
      () => change(FILE, 'namespace: shop', 'namespace: x'),
      's/namespace: x/namespace: shop/',
    ],
    ['missing-label', 'sops edit', () => change(FILE, 'team: a', 'team: b'), 's/team: b/team: a/'],
    ['wrong-type', 'sops edit', () => change(FILE, 'type: Opaque', 'type: other'), 's/type: other/type: Opaque/'],
    [
      'empty-value',
      'sops edit',
      () => change(FILE, /password: ENC.*/, 'password: ""'),
      's/password: .*/password: aGk=/',
    ],
    ['plaintext', 'sops edit', () => change(FILE, /^data:/m, '# password: x1\ndata:'), '/# pass/d'],
    [
      'plaintext',
      'sops edit',
      () => change(FILE, 'name: db', `name: db\n    annotations: {a: 'x://y:z1@b'}`),
      's/x:..y:z1@b/none/',
    ],
    ['unneeded-key', 'sops edit', () => shell(`sops set ${FILE} '["data"]["host"]' '"aGk="'`), '/host:/d'],
    ['not-text', 'sops edit', () => shell(`sops set ${FILE} '["data"]["password"]' 1234`), 's/1234/"1234"/'],
    [
      'string-data',
      'sops edit',
      () => encrypted(PLAIN.replace('\ndata: {', '\nstringData: {'), ['mine']),
      's/stringData/data/',
    ],
    ['plaintext', 'sops --config secrets/.sops.yaml encrypt', () => writeFileSync(join(root, FILE), PLAIN), ''],
    ['hidden-names', 'sops decrypt', () => encrypted(PLAIN, ['mine'], '.*'), ''],
    ['hidden-names', 'sops decrypt', () => encrypted(PLAIN, ['mine'], '^data$'), ''],
    ['unknown-recipient', 'git restore', () => encrypted(PLAIN, ['other']), ''],
    ['unknown-recipient', 'sops --config secrets/.sops.yaml updatekeys', () => encrypted(PLAIN, ['mine', 'other']), ''],
    [
      'missing-recipient',
      'sops --config secrets/.sops.yaml updatekeys',
      () => change('secrets/.sops.yaml', /age: .*/, `age: ${keys.join(',')}`),
      '',
    ],
  ])('the fix for %s works as it is printed: %s', (rule, begins, damage, editing) => {
    damage();
    const [first] = findings();
    const commands = [...(first?.fix ?? '').matchAll(/'((?:sops|git restore) [^']*)'/g)].map((match) => match[1] ?? '');
    const command =
      commands.find((text) => text.startsWith(begins)) ?? `nothing begins with '${begins}': ${first?.fix}`;

    expect(first?.rule).toBe(rule);
    writeFileSync(join(root, 'editor'), `#!/bin/sh\nsed -i '${editing}' "$1"\n`, { mode: 0o755 });
    shell(command.replace('COMMIT', 'HEAD'), begins.endsWith('updatekeys') ? 'y\n' : '', {
      SOPS_EDITOR: join(root, 'editor'),
    });

    expect(findings()).toEqual([]);
    expect(Object.keys(values())).toEqual(['user', 'password']);
  });

  it('sops does refuse what the fixes do not advise', () => {
    change(FILE, /password: ENC.*/, 'password: aGk=');
    expect(() => shell(`sops edit --ignore-mac ${FILE}`)).toThrow("does not match sops' data format");
    shell('git checkout -q -- secrets');
    change(FILE, 'namespace: shop', 'namespace: x');
    expect(() => shell(`sops edit ${FILE}`)).toThrow('MAC mismatch');
    encrypted(PLAIN, ['other']);
    expect(() => shell(`sops --config secrets/.sops.yaml updatekeys --yes ${FILE}`)).toThrow(
      'Failed to get the data key',
    );
  });

  function encrypted(text: string, names: readonly string[], regex = '^(data|stringData)$'): void {
    const age = names.map((name) => keys[name === 'mine' ? 0 : 1]).join(',');
    const config = join(root, 'config.yaml');
    writeFileSync(config, `creation_rules: [{encrypted_regex: '${regex}', age: '${age}'}]\n`);
    shell(`sops --config ${config} encrypt --filename-override ${FILE} --output ${FILE}`, text);
  }
});
