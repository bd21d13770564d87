import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
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

describe('secrets.md', () => {
  const page = secretsDocument(secretsContract(stateHub), {
    folders: Object.fromEntries(stateHub.map(({ namespace, name }) => [`${namespace}/${name}`, 'deploy/secrets'])),
  });
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1] ?? '');

  it('has a section for each Secret, with its users and what a change takes', () => {
    for (const { name } of stateHub) {
      expect(page).toContain(`## ${name}\n\n- \`state-hub/${name}\`: Needs ${name}.\n`);
    }
    expect(page).toContain('Change it and wait.');
  });

  it('has commands that a shell can read', () => {
    expect(blocks).toHaveLength(3);
    for (const block of blocks) {
      expect(() => execFileSync('bash', ['-n'], { input: block })).not.toThrow();
    }
  });

  it('builds exactly the Secret of the contract, whatever the values hold', () => {
    const bin = mkdtempSync(join(tmpdir(), 'phoenix-bin-'));
    // Stands where sops would: it gets the manifest on stdin and prints it instead of encrypting it.
    writeFileSync(join(bin, 'sops'), '#!/bin/sh\necho "$@" >&2\ncat\n', { mode: 0o755 });
    const block = blocks.find((x) => x.includes('ACCESS_KEY_ID')) ?? '';
    const yaml = execFileSync('bash', ['-c', block], {
      encoding: 'utf8',
      input: undefined,
      env: { PATH: `${bin}:${process.env.PATH}`, BASH_ENV: answers(bin, ['a$b "c"', `'; rm \\x`]) },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
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
});

/** Makes `read` take the next answer, as a person at a terminal would give it. */
function answers(folder: string, lines: readonly string[]): string {
  writeFileSync(join(folder, 'answers'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'env'), `exec < '${join(folder, 'answers')}'\n`);
  return join(folder, 'env');
}
