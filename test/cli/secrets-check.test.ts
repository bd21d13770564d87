import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { phoenix } from './_phoenix';

const ROOT = resolve(__dirname, '../..');
let repository = '';

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'phoenix-cli-'));
  mkdirSync(join(repository, 'dist/docs'), { recursive: true });
  cpSync(join(ROOT, 'secrets'), join(repository, 'secrets'), { recursive: true });
  cpSync(join(ROOT, 'dist/docs/secrets.json'), join(repository, 'dist/docs/secrets.json'));
});

const run = (...args: string[]) => phoenix(['secrets', 'check', ...args], { cwd: repository });

describe('phoenix secrets check', () => {
  it('finds nothing wrong with the files of State Hub', async () => {
    expect(await run()).toEqual({ code: 0, out: 'no findings: 3 Secrets needed, 3 found\n', err: '' });
  });

  it('takes a folder with or without a slash, and files above it', async () => {
    mkdirSync(join(repository, 'deploy'));
    cpSync(join(repository, 'secrets'), join(repository, 'deploy/secrets'), { recursive: true });
    cpSync(join(repository, 'secrets/.sops.yaml'), join(repository, '.sops.yaml'));
    rmSync(join(repository, 'deploy/secrets/.sops.yaml'));

    expect((await run('deploy/secrets')).code).toBe(0);
    expect((await run('./deploy/secrets/')).code).toBe(0);
  });

  it('prints what to do for each finding, and exits with 2', async () => {
    const plain = 'apiVersion: v1\nkind: Secret\nmetadata: {name: state-hub-db-owner, namespace: state-hub}\n';
    writeFileSync(join(repository, 'secrets/state-hub-db-owner.sops.yaml'), `${plain}data: {password: eA==}\n`);
    const { code, out } = await run();

    expect(code).toBe(2);
    expect(out).toContain('secrets/state-hub-db-owner.sops.yaml\n  the Secret is not encrypted, and everybody');
    expect(out).toContain(
      "    to do: encrypt it with 'sops --config secrets/.sops.yaml encrypt --in-place secrets/state-hub-db-owner.sops.yaml'",
    );
    expect(out).toMatch(/\n4 findings in 1 file: 3 Secrets needed, 3 found\n$/);
  });

  it('prints the same as JSON', async () => {
    rmSync(join(repository, 'secrets/state-hub-db-owner.sops.yaml'));
    const { code, out } = await run('--format', 'json');

    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ needed: 3, found: 2, findings: [{ rule: 'missing-secret' }, {}] });
  });

  it('looks for plain Secrets in the whole output folder', async () => {
    writeFileSync(join(repository, 'dist/x.yaml'), 'kind: Secret\nmetadata: {name: a}\nstringData: {x: y}\n');

    expect(await run()).toMatchObject({
      code: 2,
      out: expect.stringContaining(
        'dist/x.yaml\n  everybody who has the repository can read the values of the Secret a: x [',
      ),
    });
  });

  it('searches no more than the output folder where the list lies elsewhere, and says so', async () => {
    cpSync(join(repository, 'dist/docs/secrets.json'), join(repository, 'c.json'));
    writeFileSync(join(repository, 'plain.yaml'), 'kind: Secret\nmetadata: {name: a}\nstringData: {x: y}\n');

    expect(await run('--contract', 'c.json')).toEqual({
      code: 0,
      out: 'no findings: 3 Secrets needed, 3 found\n',
      err: "the output folder was not searched: 'c.json' is not in it; name it with --output\n",
    });
    expect(await run('--contract', 'c.json', '--output', 'dist')).toMatchObject({ code: 0, err: '' });
    writeFileSync(join(repository, 'dist/x.yaml'), 'kind: Secret\nmetadata: {name: a}\nstringData: {x: y}\n');
    expect(await run('--contract', 'c.json', '--output', 'dist')).toMatchObject({ code: 2, err: '' });
  });

  it('judges a file beside the SOPS files there and not as output, where the one folder is in the other', async () => {
    writeFileSync(join(repository, 'secrets/a.bak'), 'kind: Secret\nmetadata: {name: a}\nstringData: {x: y}\n');
    const { findings } = JSON.parse((await run('--output', '.', '--format', 'json')).out);

    expect(findings).toMatchObject([{ rule: 'plaintext', file: 'secrets/a.bak' }]);
  });

  it('takes several folders, each once', async () => {
    mkdirSync(join(repository, 'more'));
    renameSync(
      join(repository, 'secrets/state-hub-db-import.sops.yaml'),
      join(repository, 'more/state-hub-db-import.sops.yaml'),
    );
    writeFileSync(join(repository, 'more/kustomization.yaml'), 'resources: [state-hub-db-import.sops.yaml]\n');
    cpSync(join(repository, 'secrets/.sops.yaml'), join(repository, '.sops.yaml'));
    const list = join(repository, 'secrets/kustomization.yaml');
    writeFileSync(list, readFileSync(list, 'utf8').replace(/.*import.*\n/, ''));

    expect((await run('secrets')).out).toContain('secrets/state-hub-db-import.sops.yaml\n  the Secret state-hub/');
    expect(await run('secrets', 'more', './more/', 'secrets')).toMatchObject({ code: 0 });
  });

  it('passes over binary files in the output, says so, and takes none beside SOPS files', async () => {
    writeFileSync(join(repository, 'dist/a.bin'), Buffer.from([0, 1, 2]));
    expect((await run()).out).toBe('not searched: dist/a.bin is no text\nno findings: 3 Secrets needed, 3 found\n');

    writeFileSync(join(repository, 'secrets/a.bin'), Buffer.from([0, 1, 2]));
    expect((await run()).out).toContain('secrets/a.bin\n  it is no text, so nobody looked into it [unknown-file]');
  });

  it.each([
    [['nowhere'], "'nowhere': no such file or directory"],
    [['dist/docs/secrets.json'], "'dist/docs/secrets.json' is a file; name the folder that holds it"],
    [['--contract', 'x.json'], "there is no 'x.json'; write it with 'npm run synth', or name it with --contract"],
    [['--contract', 'secrets/README.md'], "'secrets/README.md': it is no JSON"],
  ])('answers %j with one line and exit code 1', async (args, message) => {
    const { code, out, err } = await run(...args);

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err.replaceAll(`${repository}/`, '')).toContain(`phoenix secrets check: ${message}`);
    expect(err.trimEnd().split('\n')).toHaveLength(2);
  });
});

describe('the program', () => {
  const tsx = join(ROOT, 'node_modules/.bin/tsx');
  const main = join(ROOT, 'lib/cli/main.ts');

  it('prints its version and help, and sets the exit code', () => {
    const version = execFileSync(tsx, [main, '--version'], { encoding: 'utf8', cwd: repository });
    const missing = spawnSync(tsx, [main, 'secrets', 'check', 'nowhere'], { encoding: 'utf8', cwd: repository });

    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(missing).toMatchObject({ status: 1, stdout: '' });
  });
});
