import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './_build';

const repository = resolve(__dirname, '..');
const root = temporaryFolder();

const tree = (path: string) =>
  new Map(
    (readdirSync(path, { recursive: true }) as string[])
      .filter((name) => statSync(join(path, name)).isFile())
      .sort()
      .map((name) => [name, readFileSync(join(path, name), 'utf8')]),
  );

/** A project of its own beside the build of this one, as a user has it. */
function project(main: string): string {
  const folder = mkdtempSync(join(root, 'project-'));
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  symlinkSync(join(repository, 'build', 'lib'), join(folder, 'lib'));
  writeFileSync(join(folder, 'main.js'), main);
  writeFileSync(join(folder, 'cdk8s.yaml'), 'language: typescript\napp: node main.js\noutput: dist\n');
  return folder;
}

const run = (folder: string, ...command: string[]) => {
  const [program, ...args] = command as [string, ...string[]];
  return spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, CDK8S_CHECK_UPGRADE: 'false' },
  });
};
const cdk8s = join(repository, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s');

describe('main.ts', () => {
  it('is what dist/ was made from', () => {
    const outdir = join(mkdtempSync(join(root, 'out-')), 'dist');
    execFileSync(process.execPath, [join(repository, 'build', 'main.js')], {
      env: { ...process.env, CDK8S_OUTDIR: outdir },
    });
    expect([...tree(outdir)]).toEqual([...tree(join(repository, 'dist'))]);
  });

  it('is a screen of plain values', () => {
    expect(readFileSync(join(repository, 'main.ts'), 'utf8').split('\n').length).toBeLessThan(80);
  });
});

const GOOD = readFileSync(join(repository, 'build', 'main.js'), 'utf8');
const BAD = GOOD.replace(/database: .state_hub.,/, '$& instances: 2,');

/** This repository as `git clone` and `npm ci` leave it: nothing is built. */
function checkout(main: (text: string) => string = (text) => text): string {
  const folder = mkdtempSync(join(root, 'checkout-'));
  for (const name of readdirSync(repository).filter((x) => !/^(\.git|build|node_modules|test|bench)$/.test(x))) {
    cpSync(join(repository, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'main.ts'), main(readFileSync(join(repository, 'main.ts'), 'utf8')));
  return folder;
}

describe('npx cdk8s synth in a fresh checkout', () => {
  it('builds first, and writes what npm run synth writes', { timeout: 120_000 }, () => {
    const folder = checkout();
    const { status, stderr } = run(folder, 'npx', '--no-install', 'cdk8s', 'synth');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^not judged: \d+ checks: it compares with the object in the cluster \[cel\]\n$/);
    expect([...tree(join(folder, 'dist'))]).toEqual([...tree(join(repository, 'dist'))]);
  });

  it.each([
    [
      'a refusal',
      (text: string) => text.replace("database: 'state_hub',", "database: 'state_hub', instances: 2,"),
      /^error: state-hub\/database\/cluster: 'instances' must be at least 3 .*, got 2$/,
    ],
    [
      'a mistake in types',
      (text: string) => text.replace('replicas: 3', "replicas: '3'"),
      /^main\.ts\(\d+,5\): error TS/,
    ],
  ])('shows %s in one line, and below it only its own', { timeout: 120_000 }, (_what, change, line) => {
    const { status, stderr } = run(checkout(change), 'npx', '--no-install', 'cdk8s', 'synth');
    expect(status).toBe(1);
    const [first, next, ...rest] = stderr.trimEnd().split('\n') as [string, string, ...string[]];
    expect(first).toMatch(line);
    expect(next).toMatch(/^Error: command "npm run --silent synth " at .* returned a non-zero exit code [12]$/);
    expect(rest.filter((x) => !x.startsWith('    at '))).toEqual([]);
  });
});

describe('a program that uses the library', () => {
  it('writes the same tree under cdk8s synth, which empties the folder first, and under plain node', () => {
    const folder = project(GOOD);
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist', 'stale.yaml'), 'stale: true\n');
    const synth = run(folder, process.execPath, cdk8s, 'synth');
    expect({ status: synth.status, stderr: synth.stderr }).toMatchObject({ status: 0 });
    const first = tree(join(folder, 'dist'));
    expect(first.has('stale.yaml')).toBe(false);
    expect(run(folder, process.execPath, 'main.js').status).toBe(0);
    expect([...tree(join(folder, 'dist'))]).toEqual([...first]);
    expect([...first]).toEqual([...tree(join(repository, 'dist'))]);
  });

  it('fails with its message last, a status that is not 0, and the old tree as it was', () => {
    const folder = project(BAD);
    cpSync(join(repository, 'dist'), join(folder, 'dist'), { recursive: true });
    const { status, stderr } = run(folder, process.execPath, 'main.js');
    expect(status).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      "error: state-hub/database/cluster: 'instances' must be at least 3 to keep quorum after losing a node, got 2",
    );
    expect([...tree(join(folder, 'dist'))]).toEqual([...tree(join(repository, 'dist'))]);
  });

  it('fails under cdk8s synth with the message in sight and a status that is not 0', () => {
    const { status, stderr } = run(project(BAD), process.execPath, cdk8s, 'synth');
    expect(status).toBe(1);
    expect(stderr).toContain("error: state-hub/database/cluster: 'instances' must be at least 3");
  });
});
