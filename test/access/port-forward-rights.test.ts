import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Testing } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { PrivateAccess } from '../../lib/access/private-access';
import { api, chart } from '../_build';
import { fakeApi, type Rule } from './fake-api';

const KUBECTL = spawnSync('kubectl', ['version', '--client']).status === 0;

function role(): Rule[] {
  const scope = chart();
  const service = api(scope, { service: 'shop' });
  new PrivateAccess(scope, 'access', { api: service, operators: [{ name: 'ops', group: 'shop-operators' }] });
  return Testing.synth(scope).find((x: any) => x.kind === 'Role').rules;
}

/** Runs the real kubectl until it forwards or gives up. */
async function forward(rules: readonly Rule[], transport: 'websocket' | 'spdy', strict = true) {
  const server = await fakeApi(rules, strict);
  const home = mkdtempSync(join(tmpdir(), 'phoenix-kubectl-'));
  try {
    const child = spawn(
      'kubectl',
      ['--server', server.url, '--cache-dir', home, '--namespace', 'shop', 'port-forward', 'service/shop-api', ':8000'],
      {
        env: {
          PATH: process.env['PATH'],
          HOME: home,
          KUBECONFIG: '/dev/null',
          KUBECTL_PORT_FORWARD_WEBSOCKETS: String(transport === 'websocket'),
        },
      },
    );
    const works = await new Promise<boolean>((resolve) => {
      child.stdout.on('data', (text) => String(text).includes('Forwarding from') && resolve(true));
      child.on('exit', () => resolve(false));
    });
    child.kill('SIGKILL');
    return { works, requests: [...new Set(server.requests)] };
  } finally {
    await server.close();
    rmSync(home, { recursive: true, force: true });
  }
}

const TRANSPORTS = ['websocket', 'spdy'] as const;

describe.skipIf(!KUBECTL)('the Role for port-forward, tried with kubectl', () => {
  it.each(TRANSPORTS)(
    'is enough for a forward to a Service by %s, and nothing else is asked for',
    async (transport) => {
      const { works, requests } = await forward(role(), transport);
      // kubectl tries the WebSocket's GET first and falls back to SPDY when it is refused.
      const denied = requests.filter((x) => x.startsWith('denied') && !/ get pods\/portforward/.test(x));
      expect(denied).toEqual([]);
      expect(works).toBe(true);
    },
  );

  it('has no right that can be left out', async () => {
    const rules = role();
    const cut = rules.flatMap((rule, i) =>
      rule.verbs.map((verb) => ({
        name: `${verb} ${rule.resources[0]}`,
        rules: rules.map((x, j) => (i === j ? { ...x, verbs: x.verbs.filter((v) => v !== verb) } : x)),
      })),
    );
    const needless: string[] = [];
    for (const { name, rules: left } of cut) {
      const results = await Promise.all(TRANSPORTS.map((transport) => forward(left, transport)));
      if (results.some(({ works }) => works)) {
        needless.push(name);
      }
    }
    expect(cut.map(({ name }) => name)).toHaveLength(4);
    expect(needless).toEqual([]);
  }, 30_000);

  it('does not let anybody read a Service that is not of this service', async () => {
    const rules = role().map((rule) =>
      rule.resourceNames === undefined ? rule : { ...rule, resourceNames: ['other'] },
    );
    expect((await forward(rules, 'websocket')).works).toBe(false);
  });
});
