import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './_build';

const repository = resolve(__dirname, '..');
const inputs = resolve(repository, '..', 'shared');
const out = temporaryFolder();

/** Written from lib/evidence/schema.ts and compared in test/evidence/schema.test.ts. */
const OURS = 'evidence.v1.json';

const contents = (folder: string) =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]);

describe('imports/ and schemas/', () => {
  it('are what npm run import makes of the CRDs and definitions', { timeout: 120_000 }, ({ skip }) => {
    if (!existsSync(join(inputs, 'crds'))) {
      skip(`'${inputs}' is not here: nothing was regenerated, so nothing was compared`);
    }
    execFileSync(process.execPath, [join(repository, 'scripts/import.mjs'), '--from', inputs, '--out', out], {
      stdio: 'pipe',
    });
    for (const folder of readdirSync(out)) {
      const committed = contents(join(repository, folder)).filter(([name]) => name !== OURS);
      expect(contents(join(out, folder))).toEqual(committed);
    }
    expect(readdirSync(out).sort()).toEqual(['imports', 'schemas']);
  });
});
