import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { phoenix } from './_phoenix';
import { stringify } from 'yaml';
import { readHistory } from '../../lib/evidence/history';
import { EXPECTED, readyCluster } from '../drill/readiness/_cluster';
import type { FakeKubernetes } from '../support/fake-kubernetes';
import { serveToKubectl, type KubectlCluster } from './_kubeconfig';

let kubernetes: FakeKubernetes;
let cluster: KubectlCluster;
let service: Server;
let serviceStatus = 200;
let folder = '';

beforeEach(async () => {
  kubernetes = await readyCluster();
  folder = mkdtempSync(join(tmpdir(), 'phoenix-readiness-'));
  cluster = await serveToKubectl(kubernetes, join(folder, 'kubeconfig'));
  serviceStatus = 200;
  service = createServer((_, response) => response.writeHead(serviceStatus).end());
  await new Promise<void>((done) => service.listen(0, '127.0.0.1', done));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config()));
});
afterEach(async () => {
  await kubernetes.close();
  await cluster.close();
  service.closeAllConnections();
  service.close();
});

function config(): object {
  const { storageKind: _, urls: __, ...known } = EXPECTED;
  return {
    version: 1,
    service: 'state-hub',
    platform: 'threephoenix',
    namespace: 'state-hub',
    manifestsDigest: `sha256:${'3c'.repeat(32)}`,
    kubernetes: { url: 'https://kubernetes.default.svc', tokenFile: '/token' },
    evidence: { configMap: 'state-hub-evidence', keep: 20, expiresAfterSeconds: 604_800 },
    readiness: { ...known, resolve: ['localhost', 'state-hub-db-rw.state-hub.svc'] },
  };
}

const run = (...argv: string[]) =>
  phoenix(['readiness', ...argv], { cwd: folder, env: { ...process.env, KUBECONFIG: join(folder, 'kubeconfig') } });

function written(): ReturnType<typeof readHistory> {
  const names = readdirSync(join(folder, 'evidence')).filter((name) => name.endsWith('.json'));
  return readHistory(names.map((source) => ({ source, text: readFileSync(join(folder, 'evidence', source), 'utf8') })));
}

describe('phoenix readiness, through the real kubectl', () => {
  it('passes, writes evidence of two places, each with its own chain, and shows them side by side', async () => {
    const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/state/health`;
    const first = await run('config.json', '--from', 'operator', '--url', url);
    serviceStatus = 503;
    const second = await run('config.json', '--from', 'coulombcore', '--url', url);
    const third = await run('config.json', '--from', 'operator');
    const page = readFileSync(join(folder, 'evidence/readiness.md'), 'utf8');

    expect(first.out).toMatch(
      /✓ nodes-ready +3 Ready\n[^]*\npassed: all \d+ checks are as declared, seen from operator\n$/,
    );
    expect([first.code, second.code, third.code]).toEqual([0, 2, 0]);
    expect(second.out).toMatch(/\n✗ reach-\S+ +status 503\n +expected: http\S+ answers 200\n/);
    expect(written().problems).toEqual([]);
    expect(written().documents).toHaveLength(3);
    expect(page).toContain('| Check | Expected | coulombcore | operator |');
  });

  it('takes the ConfigMap that synthesis wrote', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', data: { 'config.json': JSON.stringify(config()) } };
    writeFileSync(join(folder, 'config.yaml'), stringify(map));

    expect((await run('config.yaml', '--from', 'operator')).code).toBe(0);
  });

  it('exits with 2 and says so where the account may read nothing', async () => {
    kubernetes.rules = [];
    const { code, out } = await run('config.json', '--from', 'operator');

    expect(code).toBe(2);
    expect(out).toMatch(/\? nodes-joined +not checked: this account may not read it/);
    expect(out).toContain('\naborted: ');
  });

  it.each([
    [['config.json'], "--from must name this place with letters, digits, '-' and '.', got 'nothing'"],
    [['config.json', '--from', 'a b'], "got 'a b'"],
    [['config.json', '--from', 'x', '--context', 'nowhere'], 'context "nowhere" does not exist'],
    [['kubeconfig', '--from', 'x'], "'kubeconfig' is no configuration of the drills"],
    [['absent.json', '--from', 'x'], 'no such file or directory'],
  ])('answers %j with one line and exit code 1', async (args, message) => {
    const { code, out, err } = await run(...args);

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(2);
  });
});
