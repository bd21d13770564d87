import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chart, Testing } from 'cdk8s';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type McpServer, PrivateAccess, type PrivateAccessProps } from '../../lib/access/private-access';
import { Document } from '../../lib/docs/document';
import { validateManifest } from '../../lib/policy/schema/validate';
import { api, chart } from '../_build';

const BRIDGE = { name: 'ops-bridge', namespace: 'ops-bridge', podLabels: { app: 'ops-bridge' } };
const TUNNEL = { name: 'door', namespace: 'ops-bridge', podLabels: { app: 'door' }, host: 'door.example.net' };
const OPERATORS = { name: 'operators', group: 'oidc:shop-operators' };

type Props = Omit<PrivateAccessProps, 'api' | 'companions'> & { readonly port?: number; readonly readiness?: string };

function access(props: Props = {}, scope: Chart = chart()) {
  const { port = 8000, readiness = '/health', ...rest } = props;
  const shop = api(scope, { service: 'shop', port, readiness, extraPorts: { mcp: 8001 } });
  const dashboard = api(scope, { service: 'shop', name: 'shop-dashboard', port: 8080, readiness: '/' }, 'dashboard');
  const construct = new PrivateAccess(scope, 'access', { api: shop, companions: [dashboard], ...rest });
  const files = Object.fromEntries(
    Document.findAll(scope).map((doc) => [doc.path.replace(`${construct.folder}/`, ''), doc.produce()]),
  );
  return { construct, files, manifests: Testing.synth(scope) };
}

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'phoenix-access-'));
  folders.push(made);
  return made;
}
afterAll(() => folders.forEach((made) => rmSync(made, { recursive: true, force: true })));

describe('private access', () => {
  it('opens every part to each client and each tunnel, and to nobody else', () => {
    const { manifests } = access({ clients: [BRIDGE], tunnels: [TUNNEL] });
    const policies = manifests.filter((m) => m.kind === 'NetworkPolicy' && m.metadata.name.includes('-from-'));
    expect(policies.map((m) => m.metadata.name).sort()).toEqual([
      'shop-api-from-door',
      'shop-api-from-ops-bridge',
      'shop-dashboard-from-door',
      'shop-dashboard-from-ops-bridge',
    ]);
    expect(policies[0].spec.ingress[0].from[0].podSelector.matchLabels).toEqual({ app: 'ops-bridge' });
  });

  it('makes one Role and one RoleBinding a group, and none without groups', () => {
    const two = access({ operators: [OPERATORS, { name: 'agents', group: 'oidc:agents' }] }).manifests;
    expect(two.filter((m) => m.kind === 'Role')).toHaveLength(1);
    expect(two.filter((m) => m.kind === 'RoleBinding').map((m) => m.subjects[0].name)).toEqual([
      'oidc:shop-operators',
      'oidc:agents',
    ]);
    expect(access().manifests.filter((m) => m.kind.startsWith('Role'))).toEqual([]);
  });

  it('gives API_BASE to an MCP client on each side', () => {
    const { files } = access({ mcp: { command: 'shop-mcp', args: ['--quiet'] } });
    expect(JSON.parse(files['local/.mcp.json']!).mcpServers.shop).toEqual({
      type: 'stdio',
      command: 'shop-mcp',
      args: ['--quiet'],
      env: { API_BASE: 'http://127.0.0.1:8000' },
    });
    expect(JSON.parse(files['cluster/.mcp.json']!).mcpServers.shop.env.API_BASE).toBe('http://shop-api.shop.svc:8000');
  });

  it('or the address of an MCP server that the API has itself', () => {
    const { files } = access({ mcp: { port: 'mcp', path: '/mcp' }, localPortOffset: 10_000 });
    expect(JSON.parse(files['local/.mcp.json']!).mcpServers.shop.url).toBe('http://127.0.0.1:18001/mcp');
    expect(JSON.parse(files['cluster/.mcp.json']!).mcpServers.shop.url).toBe('http://shop-api.shop.svc:8001/mcp');
  });

  it('gives two parts with the same port different local ports', () => {
    const { construct } = access({ port: 8080 });
    expect(construct.forwards.map((x) => x.local)).toEqual([8080, 8001, 8081]);
  });

  it('names the context wherever kubectl is called', () => {
    const { files } = access({ clients: [BRIDGE], operators: [OPERATORS], kubeContext: 'threephoenix' });
    const calls = [files['check.sh']!, files['local/shop-port-forward.sh']!].join('\n').match(/kubectl --\S+ \S+/g);
    expect(new Set(calls)).toEqual(new Set(['kubectl --context threephoenix']));
  });

  it.each<[string, Props, RegExp]>([
    [
      'a client without labels',
      { clients: [{ ...BRIDGE, podLabels: {} }] },
      /'podLabels' of client 'ops-bridge' must select pods.*open to all of namespace 'ops-bridge'/,
    ],
    [
      'a client whose labels are missing',
      { clients: [{ ...BRIDGE, podLabels: undefined as any }] },
      /must select pods/,
    ],
    [
      'a client without a namespace',
      { clients: [{ ...BRIDGE, namespace: undefined as any }] },
      /^test\/access: 'namespace' of client 'ops-bridge' must be the namespace that its pods run in, got nothing$/,
    ],
    ['a client without a name', { clients: [{ ...BRIDGE, name: undefined as any }] }, /must each have a 'name'/],
    ['a client that is nothing', { clients: [null as any] }, /must each have a 'name', got null/],
    ['a label without a value', { clients: [{ ...BRIDGE, podLabels: { a: undefined as any } }] }, /Kubernetes labels/],
    ['a tunnel without a host', { tunnels: [{ ...TUNNEL, host: undefined as any }] }, /'host' of tunnel 'door'/],
    ['operators without a group', { operators: [{ name: 'x', group: undefined as any }] }, /must be one word/],
    ['a tunnel without labels', { tunnels: [{ ...TUNNEL, podLabels: {} }] }, /'podLabels' of client 'door'/],
    ['a label that is none', { clients: [{ ...BRIDGE, podLabels: { 'a b': 'c' } }] }, /must be Kubernetes labels/],
    ['a name twice', { clients: [BRIDGE], tunnels: [{ ...TUNNEL, name: 'ops-bridge' }] }, /'ops-bridge' twice/],
    ['everybody as operators', { operators: [{ name: 'all', group: 'system:authenticated' }] }, /holds far more/],
    ['all service accounts', { operators: [{ name: 'all', group: 'system:serviceaccounts:x' }] }, /holds far more/],
    ['an empty group', { operators: [{ name: 'all', group: '' }] }, /must be one word/],
    ['a group twice', { operators: [OPERATORS, OPERATORS] }, /'operators' must have different names/],
    ['a host with an option', { tunnels: [{ ...TUNNEL, host: '-oProxyCommand=x' }] }, /'host' of tunnel 'door'/],
    ['a user with a line break', { tunnels: [{ ...TUNNEL, user: 'x\nProxyCommand y' }] }, /'user' of tunnel 'door'/],
    ['a context with a command', { kubeContext: 'x; rm' }, /'kubeContext' must be one word/],
    ['an MCP port that the API lacks', { mcp: { port: 'rpc', path: '/' } }, /one of http, mcp, got 'rpc'/],
    ['an offset past the last port', { localPortOffset: 60_000 }, /must leave room for port 8000/],
  ])('refuses %s', (_, props, message) => {
    expect(() => access(props)).toThrow(message);
  });

  it('refuses a companion in another namespace', () => {
    const scope = chart();
    const far = api(chart('far'), { name: 'far' });
    expect(() => new PrivateAccess(scope, 'access', { api: api(scope), companions: [far] })).toThrow(/API's namespace/);
  });
});

const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/);
const podLabels = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[a-z0-9]{0,8}$/), {
  minKeys: 1,
  maxKeys: 3,
});
const peer = fc.record({ name: name.map((x) => `c-${x}`), namespace: name, podLabels });
const tunnel = fc.record({ name: name.map((x) => `t-${x}`), namespace: name, podLabels, host: name });
const group = fc.record({ name, group: name.map((x) => `oidc:${x}`) });
const byName = { selector: (x: { name: string }) => x.name, maxLength: 3 };
const mcps = fc.constantFrom<McpServer>({ command: 'x' }, { port: 'mcp', path: '/mcp' });
const anyProps = fc.record(
  {
    clients: fc.uniqueArray(peer, byName),
    tunnels: fc.uniqueArray(tunnel, byName),
    operators: fc.uniqueArray(group, byName),
    mcp: mcps,
    kubeContext: name,
    localPortOffset: fc.integer({ min: 0, max: 50_000 }),
    port: fc.integer({ min: 1, max: 7999 }),
    readiness: fc.constantFrom('/health', '/health?deep=1&x=$y', "/it's/`alive`"),
  },
  { requiredKeys: [] },
);

describe('for any properties, private access', () => {
  it('exposes nothing, opens nothing to all, and gives no right beyond port-forward', () => {
    fc.assert(
      fc.property(anyProps, (props) => {
        const { manifests, construct, files } = access(props);
        expect(manifests.flatMap((m) => validateManifest(m))).toEqual([]);
        expect(manifests.filter((m) => /Ingress|Gateway|Route$/.test(m.kind))).toEqual([]);
        const services = manifests.filter((m) => m.kind === 'Service');
        expect(services.map((m) => m.spec.type)).toEqual(['ClusterIP', 'ClusterIP']);
        expect(services.every((m) => m.spec.externalIPs === undefined)).toBe(true);
        const sources = manifests
          .filter((m) => m.kind === 'NetworkPolicy')
          .flatMap((m) => (m.spec.ingress ?? []).flatMap((rule: any) => rule.from ?? [{}]));
        for (const source of sources) {
          expect(source.ipBlock).toBeUndefined();
          expect(Object.keys(source.podSelector?.matchLabels ?? {})).not.toEqual([]);
        }
        const rights = manifests
          .filter((m) => m.kind === 'Role')
          .flatMap((m) => m.rules.flatMap((r: any) => r.verbs.map((verb: string) => `${verb} ${r.resources}`)));
        expect(['', 'get services,get pods,list pods,create pods/portforward']).toContain(rights.join(','));
        expect(manifests.filter((m) => m.kind.startsWith('ClusterRole'))).toEqual([]);
        expect(new Set(construct.forwards.map((x) => x.local)).size).toBe(construct.forwards.length);
        for (const text of Object.values(files).filter((x) => x.startsWith('#!/bin/sh'))) {
          expect(spawnSync('sh', ['-n'], { input: text }).status).toBe(0);
        }
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});

describe('the script that keeps a port-forward', () => {
  /** A kubectl that only waits: what answers on the local port is the test's own server. */
  function machine(localPort: number) {
    const { files } = access({ operators: [OPERATORS], port: localPort, localPortOffset: 0 });
    const home = folder();
    writeFileSync(join(home, 'kubectl'), '#!/bin/sh\necho "$@" >"$(dirname "$0")/called"\nexec sleep 60\n');
    writeFileSync(join(home, 'forward.sh'), files['local/shop-port-forward.sh']!);
    chmodSync(join(home, 'kubectl'), 0o755);
    const env = { PATH: `${home}:${process.env['PATH']}`, PROBE_SECONDS: '0.2' };
    return { home, child: spawn('sh', [join(home, 'forward.sh'), 'shop-api'], { env }) };
  }

  it('forwards on the loopback address, runs while the API is ready, and ends when it is not', async () => {
    let ready = true;
    const server = createServer((_, response) => response.writeHead(ready ? 200 : 503).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { home, child } = machine(port);
    let code: number | null = null;
    const ended = new Promise<void>((resolve) => child.on('exit', (status) => ((code = status), resolve())));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(code).toBeNull();
    expect(readFileSync(join(home, 'called'), 'utf8')).toBe(
      `--namespace shop port-forward --address 127.0.0.1 service/shop-api ${port}:${port} 8001:8001\n`,
    );
    ready = false;
    await ended;
    expect(code).toBe(1);
    server.close();
  }, 20_000);

  it('refuses a Service that is not of this service', () => {
    const { files } = access({ operators: [OPERATORS] });
    const run = spawnSync('sh', ['-s', 'postgres'], { input: files['local/shop-port-forward.sh']! });
    expect(run.status).toBe(64);
  });
});

describe('check.sh', () => {
  const CONTROL = '10.0.0.9:443';

  /** A kubectl that runs the pod's own script, with a wget that knows who may reach what from where. */
  function check(reaches: (labels: string, target: string, namespace: string) => boolean, services = '') {
    const { files } = access({ clients: [BRIDGE] });
    const home = folder();
    ['pods', 'made'].forEach((name) => mkdirSync(join(home, name)));
    const targets = [
      'shop-api.shop.svc:8000',
      'shop-api.shop.svc:8001',
      'shop-dashboard.shop.svc:8080',
      '10.0.0.1:8000',
      '10.0.0.1:8001',
      '10.0.0.1:8080',
      CONTROL,
    ];
    const table = ['shop', 'ops-bridge', 'default'].flatMap((namespace) =>
      ['{"app":"ops-bridge"}', '{}'].flatMap((labels) =>
        targets.filter((x) => reaches(labels, x, namespace)).map((x) => `${namespace} ${labels} http://${x}/`),
      ),
    );
    writeFileSync(join(home, 'table'), `${table.join('\n')}\n`);
    writeFileSync(
      join(home, 'wget'),
      `#!/bin/sh\nfor url; do :; done\nif grep -qxF "$SPACE $LABELS $url" ${home}/table; then exit 0; fi\necho "wget: download timed out" >&2; exit 1\n`,
    );
    writeFileSync(
      join(home, 'kubectl'),
      `#!/bin/sh
case "$*" in
  *' create '*) n=$(ls ${home}/pods | wc -l); cat >${home}/pods/p$n; cp ${home}/pods/p$n ${home}/made/; echo pod/p$n ;;
  *' wait '*) ;;
  *' logs '*) SPACE=$2; file=${home}/pods/\${4#pod/}; LABELS=$(sed -n 's/^  labels: //p' $file); export LABELS SPACE
    sed -n '/        - |/,$p' $file | sed 1d | sed 's/^          //' | sh ;;
  *' delete '*) rm ${home}/pods/\${4#pod/}; touch ${home}/pods/gone-\${4#pod/} ;;
  *'get services '*) printf '%s' '${services}' ;;
  *'get ingresses '*) ;;
  *'get service kubernetes '*) printf 10.0.0.9 ;;
  *'get service '*) printf 10.0.0.1 ;;
esac
`,
    );
    ['kubectl', 'wget'].forEach((program) => chmodSync(join(home, program), 0o755));
    writeFileSync(join(home, 'check.sh'), files['check.sh']!);
    const run = spawnSync('sh', [join(home, 'check.sh'), 'cluster'], {
      env: { PATH: `${home}:${process.env['PATH']}` },
    });
    const read = (name: string) => parse(readFileSync(join(home, 'made', name), 'utf8'));
    return {
      status: run.status,
      out: String(run.stdout) + String(run.stderr),
      made: readdirSync(join(home, 'made')).map(read),
      left: readdirSync(join(home, 'pods')).filter((name) => !name.startsWith('gone-')),
    };
  }
  /** As declared: the client gets through; any pod outside the service's own namespace gets out. */
  const declared = (labels: string, target: string, namespace: string) =>
    target === CONTROL ? namespace !== 'shop' : labels !== '{}';

  it('passes where clients get through and strangers do not', () => {
    const { status, out } = check(declared);
    expect(out).not.toMatch(/FAIL|note/);
    expect(out.match(/^ok /gm)).toHaveLength(11);
    expect(status).toBe(0);
  });

  it('puts strangers where they could get through if nobody refused them: not beside the service', () => {
    const { out } = check(declared);
    expect(out).toContain('10.0.0.1:8000 is closed for a pod with labels {} in namespace default, which does reach');
    expect(out).toContain('10.0.0.1:8000 is closed for a pod with labels {} in namespace ops-bridge, which does reach');
    expect(out).not.toContain('in namespace shop');
  });

  it('takes no refusal for proof where the stranger cannot get out at all', () => {
    const shut = check((labels, target, namespace) => declared(labels, target, namespace) && namespace !== 'default');
    expect(shut.out).toContain('note  10.0.0.1:8000 is closed for a pod with labels {} in namespace default, which');
    expect(shut.status).toBe(0);
    const all = check((labels, target) => target !== CONTROL && labels !== '{}');
    expect(all.out.match(/^note /gm)).toHaveLength(6);
    expect(all.out).toContain('FAIL  no stranger could get out of its own namespace, so no refusal was proven');
    expect(all.status).toBe(1);
  });

  it('fails where a stranger gets through that cannot reach the Kubernetes API', () => {
    const { status, out } = check(
      (labels, target) => target === '10.0.0.1:8080' || (labels !== '{}' && target !== CONTROL),
    );
    expect(out).toContain('FAIL  10.0.0.1:8080 is not closed for a pod with labels {} in namespace default');
    expect(status).toBe(1);
  });

  it('starts pods that pass the strict schema and Pod Security, never become ready, and are deleted again', () => {
    const { made, left } = check(declared);
    expect(made.map((pod) => pod.metadata.labels)).toEqual([BRIDGE.podLabels, {}, {}]);
    for (const pod of made) {
      const named = { ...pod, metadata: { labels: pod.metadata.labels, name: 'check', namespace: 'shop' } };
      expect(validateManifest(named)).toEqual([]);
      const [container] = pod.spec.containers;
      expect(pod.spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(container.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.readinessProbe.exec.command).toEqual(['false']);
    }
    expect(left).toEqual([]);
  });

  it('fails where a stranger gets through, on any port', () => {
    const { status, out } = check((...args) => declared(...args) || args[1] === '10.0.0.1:8001');
    expect(out).toContain('FAIL  10.0.0.1:8001 is not closed for a pod with labels {} in namespace default');
    expect(status).toBe(1);
  });

  it('fails where the network is broken for all, which looks like a refusal', () => {
    const { status, out } = check(() => false);
    expect(out).toContain('FAIL  shop-api.shop.svc:8000 is not open');
    expect(status).toBe(1);
  });

  it('fails where somebody exposed a Service by hand', () => {
    expect(check(declared, 'shop-api ').out).toContain('FAIL  exposed Services: shop-api');
  });

  it('fails where no client is declared, because a refusal proves nothing then', () => {
    expect(access().files['check.sh']).toContain("bad 'no client is declared");
  });
});
