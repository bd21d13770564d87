import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ApiObject, App, Chart, JsonPatch, Lazy, Testing } from 'cdk8s';
import { describe, expect, it, vi } from 'vitest';
import { PhoenixApp, Policy } from '../../lib';
import { service } from '../_build';

const ROOT = resolve(__dirname, '../..');

const nodePort = (chart: Chart, id = 'door', name = 'door') =>
  new ApiObject(chart, id, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { type: 'NodePort', ports: [{ port: 80 }], selector: undefined },
  });

describe('PhoenixApp', () => {
  it('refuses what the policy finds, with the path of the construct, before a file is touched', () => {
    const outdir = join(mkdtempSync(join(tmpdir(), 'phoenix-policy-')), 'dist');
    const app = new PhoenixApp({ outdir });
    nodePort(new Chart(app, 'shop'));

    expect(() => app.synth()).toThrow(
      '[shop/door] Service shop/door spec.type: NodePort opens the service to the network outside the cluster ' +
        '(write type: ClusterIP, and reach it through a tunnel or kubectl port-forward) [private-service]',
    );
    expect(existsSync(outdir)).toBe(false);
  });

  it('judges what is written, patches included', () => {
    const app = new PhoenixApp();
    const { database } = service(app);
    database.apiObject.addJsonPatch(JsonPatch.replace('/spec/postgresql/synchronous/dataDurability', 'preferred'));

    expect(() => app.files()).toThrow('[synchronous-replication]');
  });

  it('accepts a finding with its reason, and lists it', () => {
    const ignore = ['private-service', 'service-selects-pods'].map((rule) => ({ rule, reason: 'a lab' }));
    const app = new PhoenixApp({ policy: { ignore } });
    nodePort(new Chart(app, 'shop'));

    expect(() => app.files()).not.toThrow();
    expect(app.report().suppressed.map(({ finding, reason }) => [finding.rule, reason])).toEqual([
      ['private-service', 'a lab'],
      ['service-selects-pods', 'a lab'],
    ]);
  });

  it('knows the Secrets, nodes and peers that constructs know, and objects that it is told of', () => {
    const app = new PhoenixApp();
    service(app);
    expect(app.report().findings.filter(({ severity }) => severity === 'error')).toEqual([]);

    const told = new PhoenixApp({ policy: { facts: { external: [{ kind: 'Namespace', name: 'shop' }] } } });
    const chart = new Chart(told, 'x');
    new ApiObject(chart, 'other', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'y', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    new ApiObject(chart, 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'shop' } });
    expect(() => told.files()).not.toThrow();
  });

  it('refuses facts that it does not know', () => {
    const facts = { kubernetes: '1.99' };
    const app = new PhoenixApp({ policy: { facts } });
    expect(() => app.files()).toThrow("app: 'facts' of the policy has 'kubernetes', which must be one of \"1.28\"");
  });

  it('prints each warning once', () => {
    const outdir = join(mkdtempSync(join(tmpdir(), 'phoenix-policy-')), 'dist');
    const app = new PhoenixApp({ outdir });
    new ApiObject(new Chart(app, 'shop'), 'w', {
      apiVersion: 'example.net/v1',
      kind: 'Widget',
      metadata: { name: 'w', namespace: 'shop' },
    });
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    app.synth();
    const lines = stderr.mock.calls.map(([line]) => String(line));
    stderr.mockRestore();
    expect(lines).toEqual([
      expect.stringMatching(/^warning: \[shop\/w\] Widget shop\/w: no schema known for kind 'Widget'/),
      expect.stringMatching(/^not judged: \d checks: its kind has no schema here \[/),
    ]);
  });
});

describe.each(['PhoenixApp', 'Policy.of'])('%s', (way) => {
  it('prints what was accepted, and what could not be judged, once each', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'phoenix-policy-'));
    const policy = {
      ignore: ['private-service', 'service-selects-pods'].map((rule) => ({ rule, reason: 'a lab\u001b[31m' })),
    };
    const app = way === 'PhoenixApp' ? new PhoenixApp({ outdir, policy }) : new App({ outdir });
    if (way === 'Policy.of') {
      Policy.of(app, policy);
    }
    nodePort(new Chart(app, 'shop'));
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    app.synth();
    const lines = stderr.mock.calls.map(([line]) => String(line));
    stderr.mockRestore();
    expect(lines).toEqual([
      'accepted: Service shop/door [private-service]: a lab\ufffd[31m\n',
      'accepted: Service shop/door [service-selects-pods]: a lab\ufffd[31m\n',
      'not judged: 1 check: no Namespace is among the manifests [namespace-exists]\n',
    ]);
  });
});

describe('Policy.of', () => {
  it('stops a stock App with the path of the very construct, also where two objects have one name', () => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'phoenix-policy-')) });
    Policy.of(app);
    const chart = new Chart(app, 'shop');
    nodePort(chart);
    new ApiObject(chart, 'same-name', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'door', namespace: 'shop' },
    });

    expect(() => app.synth()).toThrow(/\[shop\/door\] Service shop\/door spec\.type: NodePort opens/);
    expect(() => app.synth()).not.toThrow(/same-name/);
  });

  it('stops Testing.synth of a chart, and follows the tree as it changes', () => {
    const chart = Testing.chart();
    Policy.of(chart);
    const door = nodePort(chart);
    expect(() => Testing.synth(chart)).toThrow('[private-service]');
    door.addJsonPatch(JsonPatch.replace('/spec/type', 'ClusterIP'));
    expect(() => Testing.synth(chart)).not.toThrow('[private-service]');
    expect(() => Testing.synth(chart)).toThrow('[service-selects-pods]');
  });

  it('judges an app of many charts once, and again when it is synthesized again', () => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'phoenix-policy-')) });
    let rendered = 0;
    for (let i = 0; i < 12; i += 1) {
      new ApiObject(new Chart(app, `c${i}`), 'map', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `m${i}`, namespace: 'shop' },
        data: { x: Lazy.any({ produce: () => `${(rendered += 1)}` }) },
      });
    }
    const alone = () => {
      rendered = 0;
      app.synth();
      return rendered;
    };
    const without = alone();
    Policy.of(app);
    expect([alone(), alone()]).toEqual([without + 12, without + 12]);

    nodePort(new Chart(app, 'late'));
    expect(() => app.synth()).toThrow('[late/door] Service shop/door');
  });

  it('lets a clean app through', () => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'phoenix-policy-')) });
    Policy.of(app);
    new ApiObject(new Chart(app, 'shop'), 'map', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'shop' },
    });
    expect(() => app.synth()).not.toThrow();
  });
});

describe('the validation of cdk8s-cli', () => {
  /** An app that knows nothing of this library, with the lines of the README in its cdk8s.yaml. */
  function app(program: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'phoenix-plugin-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'modules'));
    const [yaml] = /^```yaml\n(validations:[^]*?)^```/m.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
    const lines = (yaml ?? '').replace(/^```.*\n?/gm, '').replace('./node_modules/cdk8s-phoenix', ROOT);
    writeFileSync(join(folder, 'cdk8s.yaml'), `language: typescript\napp: node main.cjs\n${lines}`);
    const head = `const { ApiObject, App, Chart } = require('./modules/cdk8s');\nconst app = new App();\nconst chart = new Chart(app, 'shop', { namespace: 'shop' });\n`;
    writeFileSync(join(folder, 'main.cjs'), `${head}${program}\napp.synth();\n`);
    return folder;
  }
  const cli = join(ROOT, 'node_modules/cdk8s-cli/bin/cdk8s');
  const env = { ...process.env, CDK8S_CHECK_UPGRADE: 'false' };
  const object = (id: string, kind: string, spec: string, name = id) =>
    `new ApiObject(chart, '${id}', { apiVersion: 'v1', kind: '${kind}', metadata: { name: '${name}' }, ${spec} });`;

  it('passes an app without findings', () => {
    const folder = app(object('settings', 'ConfigMap', 'data: {}'));
    expect(execFileSync(process.execPath, [cli, 'synth'], { cwd: folder, env, encoding: 'utf8' })).toMatch(
      /Status +│ success/,
    );
  });

  it('fails one with findings by exit code 2, and shows the path of a construct only where it is certain', () => {
    const folder = app(
      [
        object('door', 'Service', "spec: { type: 'NodePort', ports: [{ port: 80 }] }"),
        object('gate', 'Service', "spec: { type: 'NodePort', ports: [{ port: 80 }] }", 'twice'),
        object('twin', 'ConfigMap', 'data: {}', 'twice'),
      ].join('\n'),
    );
    const { status, stdout } = spawnSync(process.execPath, [cli, 'synth'], { cwd: folder, env, encoding: 'utf8' });
    expect(status).toBe(2);
    const blocks = stdout.slice(stdout.indexOf('private-service')).split('- Construct Path: ');
    expect(blocks[1]).toMatch(/^shop\/door\n[^]*Service shop\/door\n[^]*> spec\.type: NodePort opens/);
    expect(blocks[2]).toMatch(/^N\/A\n[^]*Service shop\/twice\n/);
  });
});
