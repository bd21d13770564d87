import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from './_build';

const repository = resolve(__dirname, '..');
const folder = temporaryFolder();
const bin = (name: string) => join(folder, 'node_modules', '.bin', name);
const run = (program: string, args: string[], cwd = folder) =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const PROGRAM = `
const platform = new Platform({
  name: 'lab', nodes: ['a', 'b', 'c'], kubernetes: '1.34', cloudNativePg: '1.30', storage: Storage.nodeLocal('local-path'),
});
const app = new PhoenixApp();
new HighlyAvailableService(app, 'shop', {
  platform,
  database: { database: 'shop', image: 'ghcr.io/cloudnative-pg/postgresql:18.4-standard-trixie', storage: Size.gibibytes(20) },
  backup: { destination: 's3://bucket/postgres', schedule: '0 17 2 * * *', retention: Duration.days(30) },
  api: { image: 'registry.example/shop:1.2.3', port: 8000, readiness: '/health' },
  runbooks: 'https://git.example/docs',
});
app.synth();
`;
const NAMES = '{ HighlyAvailableService, PhoenixApp, Platform, Storage }';

/** What somebody has who never saw this repository: the package from a tarball, and its peers from the registry. */
beforeAll(() => {
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], repository),
  );
  const { devDependencies } = JSON.parse(run('npm', ['pkg', 'get', '--json'], repository)) as {
    devDependencies: Record<string, string>;
  };
  const peers = ['cdk8s', 'constructs', 'cdk8s-plus-28', 'typescript', '@types/node'].map(
    (name) => `${name}@${devDependencies[name]}`,
  );
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `./${filename}`, ...peers]);
}, 180_000);

function app(name: string, file: string, program: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, file), program);
  return path;
}

const units = (path: string) => readdirSync(join(path, 'dist', 'manifests')).sort();
const UNITS = ['shop-api', 'shop-base', 'shop-database', 'shop-drills', 'shop-monitoring'];

describe('the package', () => {
  it('holds the compiled library and its types, and no sources, tests or manifests of ours', () => {
    const files = readdirSync(join(folder, 'node_modules', 'cdk8s-phoenix'));
    expect(files.sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'NOTICE',
      'README.md',
      'build',
      'package.json',
      'schemas',
    ]);
    expect(readdirSync(join(folder, 'node_modules', 'cdk8s-phoenix', 'build'))).not.toContain('main.js');
  });

  it('synthesizes in a fresh CommonJS app', () => {
    const path = app(
      'cjs',
      'main.cjs',
      `const { Duration, Size } = require('cdk8s');\nconst ${NAMES} = require('cdk8s-phoenix');${PROGRAM}`,
    );
    run(process.execPath, ['main.cjs'], path);
    expect(units(path)).toEqual(UNITS);
  });

  it('synthesizes in a fresh ESM app, with named imports', () => {
    const path = app(
      'esm',
      'main.mjs',
      `import { Duration, Size } from 'cdk8s';\nimport ${NAMES} from 'cdk8s-phoenix';${PROGRAM}`,
    );
    run(process.execPath, ['main.mjs'], path);
    expect(units(path)).toEqual(UNITS);
  });

  it('has types that hold without skipLibCheck, and that refuse a misspelt property', () => {
    const head = `import { Duration, Size } from 'cdk8s';\nimport ${NAMES} from 'cdk8s-phoenix';`;
    const path = app('types', 'good.ts', head + PROGRAM);
    const check = (file: string) =>
      run(
        bin('tsc'),
        [
          '--noEmit',
          '--strict',
          '--skipLibCheck',
          'false',
          '--module',
          'node16',
          '--target',
          'es2022',
          '--types',
          'node',
          file,
        ],
        path,
      );
    expect(check('good.ts')).toBe('');
    writeFileSync(join(path, 'bad.ts'), head + PROGRAM.replace('readiness:', 'readyness:'));
    expect(() => check('bad.ts')).toThrow('Command failed');
  });

  it('has the command phoenix, which says what is missing', () => {
    const phoenix = join(folder, 'node_modules', '.bin', 'phoenix');
    mkdirSync(join(folder, 'cjs', 'secrets'));
    const { status, stdout } = spawnSync(phoenix, ['secrets', 'check'], { cwd: join(folder, 'cjs'), encoding: 'utf8' });
    expect(stdout).toContain('secrets/shop-db-owner.sops.yaml');
    expect(stdout).toContain('2 Secrets needed, 0 found');
    expect(status).toBe(2);
  });

  it('ships manifests that parse', () => {
    const kustomization = parse(run('cat', [join(folder, 'cjs/dist/manifests/shop-api/kustomization.yaml')]));
    expect(kustomization.resources).toContain('Deployment.shop.shop-api.yaml');
  });
});
