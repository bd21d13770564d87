import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parseConfig } from '../../../lib/drill/runner/config';
import { sha256 } from '../../../lib/evidence/digest';
import { BedPool } from '../../support/bed-pool';
import { bundle, DrillChild, runToEnd, runToPhase } from '../../support/drill-child';
import type { PostgresServer } from '../../support/postgres-server';
import { bedConfig, failures, leftBehind, storedEvidence } from '../../support/drill-run';

/** What the drill's Role grants: facts of CloudNativePG 1.30, section 4.7, and the drill's own Lease and evidence. */
const RULES = [
  { apiGroups: ['postgresql.cnpg.io'], resources: ['clusters'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['postgresql.cnpg.io'], resources: ['failoverquorums'], verbs: ['get'] },
  { apiGroups: ['postgresql.cnpg.io'], resources: ['backups'], verbs: ['list'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'delete'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update', 'delete'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'create', 'update'] },
];

const folder = mkdtempSync(join(tmpdir(), 'phoenix-bundle-'));
let pool: BedPool;
let runner: string;
beforeAll(async () => {
  runner = bundle(folder);
  pool = await BedPool.start(3, { tls: true });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await pool.stop();
});

test('the bundle fits a ConfigMap, is the same twice and names no folder of the machine', () => {
  expect(statSync(runner).size).toBeLessThan(200 * 1024);
  const again = readFileSync(bundle(folder, 'again.cjs'));
  expect(again.equals(readFileSync(runner))).toBe(true);
  expect(again.toString()).not.toContain(process.cwd());
  expect(again.toString()).not.toContain('node_modules');
});

test('a wrong subcommand and a wrong configuration end with exit 2 and say what is wrong, in the log and to Kubernetes', () => {
  const config = join(folder, 'config.json');
  const termination = join(folder, 'termination');
  writeFileSync(config, '{"version":2,"extra":true}');
  writeFileSync(termination, '');
  const start = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [runner, ...args], {
      encoding: 'utf8',
      env: { ...process.env, TERMINATION_MESSAGE_PATH: termination },
    });
    expect(stderr).toBe('');
    const { event, message } = JSON.parse(stdout) as { event: string; message: string };
    expect(readFileSync(termination, 'utf8')).toBe(message);
    return [status, event, message];
  };
  expect(start('restor')).toEqual([
    2,
    'error',
    expect.stringMatching(/^usage: runner failover\|readiness \[CONFIG\], got 'restor'$/),
  ]);
  // The same words as the validator that is not bundled.
  const words = (() => {
    try {
      parseConfig(config, readFileSync(config, 'utf8'));
      return 'nothing';
    } catch (error) {
      return (error as Error).message;
    }
  })();
  expect(words).toContain(`/ must not have property 'extra'; /version must be 1`);
  expect(start('failover', config)).toEqual([2, 'error', words]);
});

test.concurrent('the bundled readiness check compares, stores its evidence and takes no Lease', () =>
  pool.use({}, async (bed) => {
    const { failover: _, ...config } = bedConfig(bed);
    const readiness = {
      from: 'cluster',
      nodes: ['railiance01'],
      kubernetes: '1.34',
      operatorNamespace: 'cnpg-system',
      deployments: { operator: 'cnpg-controller-manager', plugin: 'barman-cloud' },
      crds: {},
      cloudNativePg: '1.30',
      storageClass: 'local-path',
      resolve: ['localhost'],
      urls: [`${bed.service.url}/state/health`],
    };
    const child = new DrillChild(runner, bed, { config: { ...config, readiness } }, 'readiness');
    const { code, evidence, stderr } = await child.finished;
    expect(stderr).toBe('');
    expect(code).toBe(1);
    expect(evidence).toMatchObject({ drill: 'readiness', mode: 'cluster', verdict: 'failed' });
    expect(evidence!.reason).toContain('railiance01');
    expect(evidence!.runnerDigest).toBe(sha256(readFileSync(runner)));
    expect(storedEvidence(bed)).toHaveLength(1);
    expect(bed.kubernetes.requests.filter((r) => r.resource === 'leases')).toEqual([]);
  }));

test.concurrent('the bundled runner passes over verified TLS with the rights that the facts grant, and names its own digest', () =>
  pool.use({ outageMs: 1000 }, async (bed) => {
    bed.kubernetes.rules = RULES;
    const { code, evidence, termination, stderr } = await runToEnd(runner, bed);
    bed.kubernetes.rules = undefined;
    expect(stderr).toBe('');
    expect(failures(evidence!)).toEqual([]);
    expect(code).toBe(0);
    expect(evidence!.runnerDigest).toBe(sha256(readFileSync(runner)));
    expect(termination).toMatch(/^failover passed/);
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent('a certificate that does not name the host is refused', () =>
  pool.use({ outageMs: 1000 }, async (bed) => {
    const { database } = bedConfig(bed).failover!;
    const { code, evidence } = await new DrillChild(runner, bed, {
      failover: { database: { ...database, host: '127.0.0.1' } },
    }).finished;
    expect(code).toBe(2);
    expect(evidence!.reason).toMatch(/^standbys-streaming: .*altnames/);
  }));

test.concurrent('a server that asks for a password is told that there is none', () =>
  pool.use({}, async (bed) => {
    const { primary } = bed.database;
    const { access } = primary.options;
    await withAccess(primary, access.replace(/ cert$/m, ' scram-sha-256'));
    const { code, evidence } = await new DrillChild(runner, bed).finished;
    await withAccess(primary, access);
    expect(code).toBe(2);
    expect(evidence!.reason).toMatch(
      /^standbys-streaming: .*the server asks for a password, the drill role has a certificate$/,
    );
  }));

/** Returns when new sessions find this `pg_hba.conf`. */
async function withAccess(server: PostgresServer, access: string): Promise<void> {
  const loaded = () => server.query(`select pg_conf_load_time()::text as at`);
  const before = await loaded();
  server.write('pg_hba.conf', access);
  server.reload();
  await vi.waitUntil(async () => JSON.stringify(await loaded()) !== JSON.stringify(before), { timeout: 20_000 });
}

test.concurrent('a Secret rotated in mid run is read again, and the drill passes', () =>
  pool.use({ outageMs: 1000 }, async (bed) => {
    const child = await runToPhase('trigger', runner, bed);
    bed.database.rotate(true);
    bed.kubernetes.token = 'token-2';
    writeFileSync(`${bed.database.folder}/token`, 'token-2');
    const { code, evidence } = await child.finished;
    expect(failures(evidence!)).toEqual([]);
    expect(code).toBe(0);
  }));
