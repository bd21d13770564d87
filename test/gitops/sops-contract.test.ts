import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { App, Chart } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { RequiredSecret } from '../../lib/gitops/required-secret';
import { contractJson, parseContract, secretsContract } from '../../lib/gitops/sops-contract';
import { secretsDocument } from '../../lib/gitops/sops-document';
import { need, stateHub } from './needs';

describe('the contract', () => {
  it('survives its file', () => {
    const contract = secretsContract(stateHub);

    expect(parseContract(contractJson(contract), 'secrets.json')).toEqual(contract);
  });

  it('is one for a Secret that two constructs need alike, in any order of keys, and names both', () => {
    const keys = [
      { key: 'a', description: 'A' },
      { key: 'b', description: 'B' },
    ];
    const { secrets } = secretsContract([
      need('x', { keys }, 'shop/api'),
      need('x', { keys: keys.toReversed() }, 'shop/drill'),
    ]);

    expect(secrets.map((x) => x.usedBy.map((use) => use.construct))).toEqual([['shop/api', 'shop/drill']]);
  });

  it('is two for one name in two namespaces, sorted', () => {
    const { secrets } = secretsContract([need('x', { namespace: 'b' }), need('x', { namespace: 'a' })]);

    expect(secrets.map((x) => x.namespace)).toEqual(['a', 'b']);
  });

  it.each([
    [{ keys: [{ key: 'other', description: '' }] }, 'Opaque with other'],
    [{ type: 'kubernetes.io/basic-auth' as const }, 'kubernetes.io/basic-auth with token'],
    [{ labels: { a: 'b' } }, 'Opaque with token and a=b'],
  ])('refuses a Secret that two constructs need otherwise, and names both sides: %j', (fields, shape) => {
    expect(() => secretsContract([need('x', {}, 'shop/api'), need('x', fields, 'shop/drill')])).toThrow(
      `shop/drill: it needs the Secret 'state-hub/x' as ${shape}, but 'shop/api' needs it as Opaque with token;`,
    );
  });

  it.each([
    ['{', "'c.json': it is no JSON"],
    ['null', "'c.json': it is no contract of version 1"],
    ['{"version":2,"secrets":[]}', "'c.json': it is no contract of version 1"],
    ['{"version":1,"secrets":[{"name":"x"}]}', "'c.json': it is no contract of version 1"],
  ])('refuses a file that is none: %s', (text, message) => {
    expect(() => parseContract(text, 'c.json')).toThrow(message);
  });
});

describe('a RequiredSecret', () => {
  const declare = (...keys: string[]): RequiredSecret =>
    new RequiredSecret(new Chart(new App(), 'test', { namespace: 'shop' }), 'Token', {
      name: 'token',
      keys: keys.map((key) => ({ key, description: key })),
      purpose: 'It logs in with it.',
      rotation: 'Replace it.',
    });

  it.each([
    [[], "test/Token: 'keys' of Secret 'token' must name at least one key, got none"],
    [
      [''],
      "test/Token: a key of Secret 'token' must use letters, digits, dots, dashes and underscores, at most 253, got ''",
    ],
    [['a b/c'], "must use letters, digits, dots, dashes and underscores, at most 253, got 'a b/c'"],
    [['..'], "at most 253, got '..'"],
    [['x'.repeat(254)], 'at most 253, got'],
    [['a', 'b', 'a'], "test/Token: 'keys' of Secret 'token' names 'a' twice, and a Secret has each key once"],
  ])('is refused with the keys %j', (keys, message) => {
    expect(() => declare(...keys)).toThrow(message);
  });

  it('takes the keys that Kubernetes takes', () => {
    const keys = ['ca.crt', '.dockerconfigjson', 'ACCESS_KEY_ID', 'a-b', '...', 'x'.repeat(253)];

    expect(declare(...keys).keys.map((x) => x.key)).toEqual(keys);
  });
});

describe('secrets.md', () => {
  const { version, secrets } = secretsContract(stateHub);
  const page = secretsDocument({ version, secrets: secrets.map((x) => ({ ...x, folder: 'deploy/secrets' })) });
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1] ?? '');

  it('has a section for each Secret, with its users and what a change takes', () => {
    for (const { name } of stateHub) {
      expect(page).toContain(`## ${name}\n\n- \`state-hub/${name}\`: Needs ${name}.\n`);
    }
    expect(page).toContain('Change it and wait.');
  });

  it('has commands that a shell can read', () => {
    // The check, and for each Secret how to make it and how to change one value.
    expect(blocks).toHaveLength(1 + 2 * stateHub.length);
    for (const block of blocks) {
      expect(() => execFileSync('bash', ['-n'], { input: block })).not.toThrow();
    }
  });

  it('builds exactly the Secret of the contract, whatever the values hold', () => {
    const block = blocks.find((x) => x.includes('ACCESS_KEY_ID') && x.includes(' encrypt ')) ?? '';
    const yaml = run(block, ['a$b "c"', `'; rm \\x`]).out;
    const secret = load(yaml.slice(yaml.indexOf('apiVersion'))) as Record<string, any>;

    expect(secret).toMatchObject({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'state-hub-db-backup', namespace: 'state-hub', labels: { 'cnpg.io/reload': 'true' } },
      type: 'Opaque',
    });
    expect(
      Object.entries(secret.data).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString()]),
    ).toEqual([
      ['ACCESS_KEY_ID', 'a$b "c"'],
      ['SECRET_ACCESS_KEY', `'; rm \\x`],
    ]);
  });

  it('changes one value without showing it, or naming it on a command line', () => {
    const block = blocks.find((x) => x.includes('which of ACCESS_KEY_ID')) ?? '';
    const { out, args } = run(block, ['SECRET_ACCESS_KEY', 'a$b "c"']);

    expect(args).toBe('set --value-stdin deploy/secrets/state-hub-db-backup.sops.yaml ["data"]["SECRET_ACCESS_KEY"]\n');
    expect(out).toContain(`"${Buffer.from('a$b "c"').toString('base64')}"`);
    expect(() => run(block, ['PASSWORD', 'x'])).toThrow('Command failed');
  });

  it('asks for no value that a shell would keep', () => {
    expect(page).not.toMatch(/printf %s VALUE|echo .*base64/);
    expect([...page.matchAll(/IFS= read -r (\S+)/g)].map((match) => match[1])).toEqual([
      '-s',
      '-s',
      'KEY',
      '-s',
      '-s',
      'KEY',
    ]);
  });

  it('has a variable of its own for each key', () => {
    const keys = ['a.b', 'a-b', 'a_b'].map((key) => ({ key, description: key }));
    const block =
      /```sh\n(\([^`]* encrypt [^`]*)```/.exec(secretsDocument(secretsContract([need('x', { keys })])))?.[1] ?? '';
    const secret = run(block, ['1', '2', '3']).out;

    expect(load(secret.slice(secret.indexOf('apiVersion')))).toMatchObject({
      data: { 'a.b': 'MQ==', 'a-b': 'Mg==', a_b: 'Mw==' },
    });
  });

  it('offers no choice where a Secret has one key', () => {
    const { version, secrets } = secretsContract([need('x')]);

    expect(secretsDocument({ version, secrets })).toContain('To change it, make it again.');
    expect(secretsDocument({ version, secrets })).not.toContain('which of');
  });
});

/** Runs a block as a person would, with a stand-in for sops that prints what it gets. */
function run(block: string, lines: readonly string[]): { out: string; args: string } {
  const bin = mkdtempSync(join(tmpdir(), 'phoenix-bin-'));
  writeFileSync(join(bin, 'sops'), `#!/bin/sh\nprintf '%s\\n' "$*" > ${bin}/args\ncat\n`, { mode: 0o755 });
  const out = execFileSync('bash', ['-c', block], {
    encoding: 'utf8',
    input: undefined,
    env: { PATH: `${bin}:${process.env['PATH']}`, BASH_ENV: answers(bin, lines) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return { out, args: readFileSync(join(bin, 'args'), 'utf8') };
}

/** Makes `read` take the next answer, as a person at a terminal would give it. */
function answers(folder: string, lines: readonly string[]): string {
  writeFileSync(join(folder, 'answers'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'env'), `exec < '${join(folder, 'answers')}'\n`);
  return join(folder, 'env');
}
