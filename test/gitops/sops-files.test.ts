import { join } from 'node:path';
import { ApiObject, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { expect, it } from 'vitest';
import { PhoenixApp, RequiredSecret, Unit } from '../../lib';

/** A service with hand-owned Secrets and one object that makes its namespace known. */
function service(scope: Construct, name: string, folder: string): void {
  const group = new Construct(scope, name);
  new Unit(group, 'secrets', { namespace: name, folder });
  const unit = new Unit(group, 'api', { namespace: name });
  new ApiObject(unit, 'Config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
  new RequiredSecret(unit, 'Token', {
    name: `${name}-token`,
    keys: [{ key: 'token', description: 'a token' }],
    purpose: `${name} logs in with it.`,
    rotation: 'Replace it.',
  });
}

function documents(build: (app: PhoenixApp) => void): ReadonlyMap<string, string> {
  const app = new PhoenixApp({ outdir: join(Testing.app().outdir, 'dist') });
  build(app);
  return new Map(app.files().map(({ path, text }) => [path, text]));
}

it('writes no page about Secrets where none is needed', () => {
  const files = documents((app) => new Unit(app, 'empty'));

  expect([...files.keys()].filter((path) => path.includes('secrets'))).toEqual([]);
});

it('puts the Secrets of all services on one page and checks the folder that holds all of theirs', () => {
  const files = documents((app) => {
    service(app, 'shop', 'secrets/shop');
    service(app, 'bank', 'secrets/bank');
  });
  const page = files.get('docs/secrets.md') ?? '';

  expect(page).toContain('npx phoenix secrets check secrets\n');
  expect(page).toContain('--output secrets/shop/shop-token.sops.yaml');
  expect(page).toContain('--output secrets/bank/bank-token.sops.yaml');
  expect(JSON.parse(files.get('docs/secrets.json') ?? '')).toMatchObject({
    version: 1,
    secrets: [
      { namespace: 'bank', name: 'bank-token', folder: 'secrets/bank' },
      { namespace: 'shop', name: 'shop-token', folder: 'secrets/shop' },
    ],
  });
});

it('names both folders where they have nothing in common', () => {
  const files = documents((app) => {
    service(app, 'shop', 'shop/secrets');
    service(app, 'bank', 'bank/secrets');
  });

  expect(files.get('docs/secrets.md')).toContain('npx phoenix secrets check bank/secrets shop/secrets\n');
  expect(files.get('docs/secrets.md')).toContain('sops --config .sops.yaml encrypt ');
});
