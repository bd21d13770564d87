import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { elements, isWellFormed } from './_xml';
import { describe, expect, it } from 'vitest';
import { phoenix } from './_phoenix';
import { formats } from '../../lib/cli/_check-formats';
import { printable } from '../../lib/_printable';

const ROOT = resolve(__dirname, '../..');

const GOOD = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data:
  a: "1"
`;
const NODE_PORT = `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: NodePort
  ports:
    - port: 80
`;

/** A folder with these files. */
function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), 'phoenix-check-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

async function run(
  cwd: string,
  args: readonly string[],
  stdin = '',
): Promise<{ code: number; out: string; err: string }> {
  return phoenix(['check', ...args], { cwd, stdin });
}

describe('phoenix check', () => {
  it('finds nothing wrong with State Hub, SOPS files included', async () => {
    const { code, out, err } = await run(ROOT, ['dist', 'secrets', '--platform', 'dist/docs/platform.json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /^not judged\n  \d checks: it compares with the object in the cluster \[cel\]\n\nno errors: \d+ objects, \d+ checks passed, 0 failed, \d+ skipped\n$/,
    );
  });

  it('says where in the file, what, why and what to do, and exits with 2', async () => {
    const { code, out } = await run(folder({ 'a.yaml': GOOD, 'b.yaml': NODE_PORT }), []);
    expect(code).toBe(2);
    expect(out).toContain('b.yaml\n  6:1  error  Service shop/web spec.selector: it has no selector');
    expect(out).toContain(
      '  7:3  error  Service shop/web spec.type: NodePort opens the service to the network outside the cluster [private-service]\n' +
        '      to do: write type: ClusterIP, and reach it through a tunnel or kubectl port-forward\n',
    );
    expect(out).toContain('2 errors: 2 objects, ');
    expect(out).not.toContain('a.yaml');
  });

  it('exits with 0 where there are only warnings', async () => {
    const workload = `apiVersion: example.net/v1\nkind: Widget\nmetadata: {name: w, namespace: shop}\n`;
    const { code, out } = await run(folder({ 'a.yaml': workload }), []);
    expect(code).toBe(0);
    expect(out).toContain('no errors, 1 warning: 1 object');
  });

  it('reads standard input, several documents, lists and JSON', async () => {
    const json = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace: 'shop' }, spec: { type: 'NodePort' } },
      ],
    });
    const { out } = await run(folder({}), ['-', '--rule', 'private-service'], `${GOOD}---\n${NODE_PORT}`);
    expect(out).toContain('stdin\n  13:3  error  Service shop/web spec.type');
    expect((await run(folder({ 'a.json': json }), ['a.json', '--rule', 'private-service'])).out).toContain(
      'Service shop/x spec.type',
    );
  });

  it('follows a kustomization, says what it does not apply, and refuses what is not there', async () => {
    const files = {
      'kustomization.yaml': 'resources: [sub, a.yaml]\nnamespace: other\n',
      'a.yaml': GOOD,
      'stray.yaml': NODE_PORT,
      'sub/kustomization.yaml': 'resources: [b.yaml]\n',
      'sub/b.yaml': NODE_PORT.replace('web', 'listed'),
    };
    const { out, err } = await run(folder(files), []);
    expect(out).toContain('Service shop/listed');
    expect(out).not.toContain('Service shop/web');
    expect(err).toContain('note: namespace of kustomization.yaml not applied');
    const gone = await run(folder({ 'kustomization.yaml': 'resources: [gone.yaml]\n' }), []);
    expect(gone).toMatchObject({ code: 1, err: expect.stringContaining("lists 'gone.yaml', which does not exist") });
  });

  it.each(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])('knows %s by its name', async (name) => {
    const files = {
      [`base/${name}`]: 'resources: [b.yaml]\n',
      'base/b.yaml': NODE_PORT.replace('web', 'listed'),
      'base/stray.yaml': NODE_PORT.replace('web', 'stray'),
      [`prod/${name}`]: 'bases: [../base, ../generated]\n',
      [`generated/${name}`]: 'configMapGenerator: [{name: x, literals: [a=b]}]\n',
    };
    const root = folder(files);
    for (const args of [['base'], [`base/${name}`], ['prod'], [`prod/${name}`, 'base']]) {
      const { code, out } = await run(root, args);
      expect([code, out.match(/Service shop\/\w+/g)?.length]).toEqual([2, 2]);
      expect(out).not.toContain('stray');
    }
    expect(await run(root, ['generated'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^note: configMapGenerator of generated.* not applied[^]*no Kubernetes object in 'generated'/,
      ),
    });
  });

  it('knows the patches and parts of kustomizations in a tree, and judges none of them as an object', async () => {
    const patch = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n';
    const files = {
      'base/a.yaml': GOOD,
      'base/kustomization.yml': 'resources: [a.yaml]\n',
      'prod/kustomization.yaml': `resources: [../base]
patches: [{path: patches/replicas.yaml}, {patch: "inline"}]
patchesStrategicMerge: [old.yaml]
patchesJson6902: [{target: {kind: Service, name: web}, path: ops.yaml}]
configMapGenerator: [{name: c, files: [settings.json, "b.yaml=data.yaml"]}]
`,
      'prod/patches/replicas.yaml': patch,
      'prod/old.yaml': patch,
      'prod/ops.yaml': '[{op: remove, path: /spec}]\n',
      'prod/settings.json': '{"kind": "settings"}',
      'prod/data.yaml': patch,
    };
    expect(await run(folder(files), [])).toMatchObject({
      code: 0,
      err: expect.stringContaining('of the kustomizations below . not applied'),
    });
    expect((await run(folder({ ...files, 'prod/extra.yaml': patch }), [])).out).toContain("'selector' is required");
  });

  it('knows what kustomizations generate, in their own folder and in a tree, and says what it does not apply', async () => {
    const reads = `apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shop}
spec: {containers: [{name: a, image: 'a:1', envFrom: [{configMapRef: {name: settings}}]}]}
`;
    const files = (name: string) => ({
      'base/kustomization.yaml': `resources: [pod.yaml]\npatches: [patch.yaml]\nconfigMapGenerator: [{name: ${name}, literals: [A=1]}]\n`,
      'base/pod.yaml': reads,
      'base/patch.yaml': 'kind: Pod\n$patch: delete\n',
    });
    const only = ['--rule', 'config-map-exists'];
    for (const where of ['base', '.']) {
      const { out, err, code } = await run(folder(files('settings')), [where, ...only]);
      expect([where, code, out]).toEqual([where, 0, expect.not.stringContaining('there is no')]);
      expect(err).toContain('patches, configMapGenerator of');
      expect((await run(folder(files('other')), [where, ...only])).out).toContain("there is no ConfigMap 'settings'");
    }
  });

  it('says that a folder without a kustomization cannot be listed in one', async () => {
    const root = folder({ 'kustomization.yaml': 'resources: [sub]\n', 'sub/a.yaml': GOOD });
    expect(await run(root, [])).toMatchObject({
      code: 1,
      err: expect.stringContaining("'kustomization.yaml' lists the folder 'sub', which has no kustomization.yaml"),
    });
  });

  it.each<[string, Readonly<Record<string, string>>, readonly string[], string]>([
    ['standard input', {}, ['-'], 'there is no Kubernetes object in standard input: nothing to check'],
    ['a file of comments', { 'a.yaml': '# later\n---\n' }, ['a.yaml'], "in 'a.yaml': nothing to check"],
    [
      'a folder of values',
      { 'values.yaml': 'a: 1\n' },
      [],
      "in '.', only 1 document of another sort: nothing to check",
    ],
  ])('does not pass where there is nothing to check: %s', async (_, files, args, message) => {
    const { code, out, err } = await run(folder(files), args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(message);
  });

  const SOPS = 'sops: {mac: "ENC[AES256_GCM,data:x,type:str]", version: 3.9.0}\n';
  const sealed = (type: string) => `"ENC[AES256_GCM,data:abc=,iv:d=,tag:e=,type:${type}]"`;

  it('judges the names in an encrypted file and none of its values', async () => {
    const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: ${sealed('int')}
  selector: {matchLabels: {app: ${sealed('str')}}}
  template:
    metadata: {labels: {app: ${sealed('str')}}}
    spec: {containers: [{name: web, image: "a:1"}, {name: ${sealed('str')}, image: ${sealed('str')}}]}
`;
    const { code, out } = await run(folder({ 'a.yaml': `${deployment}${SOPS}` }), []);
    expect(code).toBe(0);
    expect(out).toMatch(/not judged\n {2}\d+ checks: its values are encrypted by sops \[/);
    const misspelt = `${deployment.replace('replicas', 'replcas')}${SOPS}`;
    expect((await run(folder({ 'a.yaml': misspelt }), [])).out).toContain("unknown field 'replcas'");
  });

  it('counts a file that is encrypted as a whole as not judged', async () => {
    const whole = `apiVersion: ${sealed('str')}\nkind: ${sealed('str')}\nmetadata: {name: ${sealed('str')}}\n${SOPS}`;
    const { code, out } = await run(folder({ 'a.yaml': whole }), []);
    expect(code).toBe(0);
    expect(out).toContain('not judged\n  1 check: its values are encrypted by sops [schema]\n\nno errors: 1 object');
  });

  it('judges an encrypted Secret by the names of its keys', async () => {
    const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop}\ntype: Opaque\ndata: {username: ${sealed('str')}}\n${SOPS}`;
    const { code, out } = await run(folder({ 'a.yaml': secret }), []);
    expect([code, out]).toEqual([0, expect.not.stringContaining('encrypted by sops')]);
  });

  it('passes over what is no manifest in a folder, but not in a file that was named', async () => {
    const files = { 'values.yaml': 'replicas: 3\n', 'a.yaml': GOOD };
    expect((await run(folder(files), [])).code).toBe(0);
    expect(await run(folder(files), ['values.yaml'])).toMatchObject({
      code: 2,
      out: expect.stringContaining("'apiVersion' is required"),
    });
  });

  it('judges for the target that was asked for', async () => {
    const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec:\n  containers:\n    - name: a\n      image: a:1\n      lifecycle: {preStop: {sleep: {seconds: 5}}}\n`;
    const root = folder({ 'a.yaml': pod });
    expect((await run(root, ['--rule', 'private-service', '--target', '1.28'])).out).toContain(
      "'sleep' does not exist in Kubernetes 1.28",
    );
    expect(
      (await run(root, ['--rule', 'private-service', '--target', 'kubernetes=1.34,cloudnative-pg=1.30'])).code,
    ).toBe(0);
    const role = `apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata: {name: a, namespace: shop}\nspec: {name: a, cluster: {name: db}}\n`;
    const old = await run(root, ['-', '--rule', 'private-service', '--target', 'cloudnative-pg=1.29'], role);
    expect(old.out).toContain("DatabaseRole shop/a: kind 'DatabaseRole' does not exist in CloudNativePG 1.29");
  });

  it.each([
    ['nowhere', [], "there is no 'nowhere'"],
    ['a.yaml', ['--rule', 'privat-service'], "there is no rule 'privat-service', meant is 'private-service'"],
    ['a.yaml', ['--target', '34'], "--target takes '1.34'"],
    ['a.yaml', ['--target', '1.99'], '--target kubernetes: known are 1.28, 1.29, '],
    ['a.yaml', ['--target', '1.10'], "got '1.10'"],
    ['a.yaml', ['--target', 'cloudnative-pg=1.20'], "--target cloudnative-pg: known are 1.29, 1.30, 1.31, got '1.20'"],
    ['a.yaml', ['--target', 'postgres=1.30'], "--target takes '1.34'"],
    [
      'a.yaml',
      ['--platform', 'old.yaml'],
      `has 'cloudNativePg', which must be one of "1.29", "1.30", "1.31", in quotes`,
    ],
    ['a.yaml', ['--platform', 'gone.yaml'], "there is no file 'gone.yaml'"],
    ['a.yaml', ['--platform', 'platform.yaml'], "has an unknown field 'node'; meant is 'nodes'"],
    ['a.yaml', ['--platform', 'wrong.yaml'], "has 'nodes', which must be a list of node names, got 3"],
    ['empty', [], "there is no YAML or JSON in 'empty'"],
  ])('answers %s %j with one line and exit code 1', async (name, args, message) => {
    const root = folder({
      'a.yaml': GOOD,
      'platform.yaml': 'node: [a]\n',
      'wrong.yaml': 'nodes: 3\n',
      'old.yaml': 'cloudNativePg: 1.30\n',
      'empty/x.txt': '',
    });
    const { code, out, err } = await run(root, [name, ...args]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(message);
  });
});

describe('the formats', () => {
  const root = folder({ 'b.yaml': NODE_PORT });

  it('json lists findings with place and pointer, and what was skipped', async () => {
    const report = JSON.parse((await run(root, ['--format', 'json'])).out);
    expect(report.findings).toContainEqual(
      expect.objectContaining({ rule: 'private-service', file: 'b.yaml', line: 7, column: 3, pointer: '/spec/type' }),
    );
    expect(report.skipped).toContainEqual(expect.objectContaining({ rule: 'namespace-exists' }));
  });

  it('sarif names rule, level, file and line', async () => {
    const { runs, version } = JSON.parse((await run(root, ['--format', 'sarif'])).out);
    expect(version).toBe('2.1.0');
    const [{ tool, results }] = runs;
    const result = results.find((one: any) => one.ruleId === 'private-service');
    expect(tool.driver.rules[result.ruleIndex].id).toBe('private-service');
    expect(result).toMatchObject({
      level: 'error',
      locations: [
        { physicalLocation: { artifactLocation: { uri: 'b.yaml' }, region: { startLine: 7, startColumn: 3 } } },
      ],
    });
  });

  it('sarif gives a file whose name is no URI as one', async () => {
    const uris = async (name: string, args: readonly string[]) => {
      const { runs } = JSON.parse((await run(folder({ [name]: NODE_PORT }), [...args, '--format', 'sarif'])).out);
      return new Set(runs[0].results.map((one: any) => one.locations[0].physicalLocation.artifactLocation.uri));
    };
    expect(await uris('fmt/a b#c.yaml', [])).toEqual(new Set(['fmt/a%20b%23c.yaml']));
    const absolute = join(folder({ 'a b.yaml': NODE_PORT }), 'a b.yaml');
    const [uri] = [...(await uris('x.yaml', [absolute]))] as string[];
    expect(uri).toMatch(/^file:\/\/\/.*\/a%20b\.yaml$/);
  });

  const accepting = NODE_PORT.replace(
    'namespace: shop',
    'namespace: shop\n  annotations: {cdk8s-phoenix.dev/ignore-private-service: "a lab <1>"}',
  );
  const withAccepted = folder({ 'b.yaml': accepting });

  it.each([
    ['text', 'accepted, with the reason given\n  Service shop/web [private-service]: a lab <1>\n'],
    ['text', 'not judged\n  1 check: no Namespace is among the manifests [namespace-exists]\n'],
    ['json', '"reason": "a lab <1>",\n      "written": "object"'],
    ['sarif', '"kind": "inSource",\n              "justification": "a lab <1>"'],
    ['sarif', '"text": "not judged: 1 check: no Namespace is among the manifests [namespace-exists]"'],
    ['junit', '<skipped message="Service shop/web [private-service]: a lab &lt;1&gt;"/>'],
    ['junit', 'skipped="2"'],
    [
      'github',
      '::notice file=b.yaml,line=8,col=3,title=private-service::accepted: Service shop/web spec.type: NodePort',
    ],
    ['github', '::notice title=not judged::1 check: no Namespace is among the manifests [namespace-exists]\n'],
  ])('%s shows what was accepted and what was not judged: %s', async (format, expected) => {
    expect((await run(withAccepted, ['--format', format])).out).toContain(expected);
  });

  it.each(Object.keys(formats))('%s cannot drive a terminal, whatever the manifests hold', async (format) => {
    const evil = String.raw`\e[31m\x9b31m\u202e`;
    const manifest = (kind: string) =>
      `apiVersion: v1\nkind: "${kind}"\nmetadata: {name: "a${evil}", namespace: "b${evil}"}\nspec: {"x${evil}": 1, type: "${evil}"}\n`;
    const { out } = await run(folder({ 'a.yaml': `${manifest(`Foo${evil}`)}---\n${manifest('Service')}` }), [
      '--format',
      format,
    ]);
    expect(out).toContain('Foo');
    expect(out.split('\n').map(printable).join('\n')).toBe(out);
  });

  it('junit is XML with one case for each rule, whatever the names hold', async () => {
    const hostile = folder({ 'b.yaml': NODE_PORT.replace('name: web', 'name: "<&\\u0001\\">"') });
    const xml = (await run(hostile, ['--format', 'junit'])).out;
    expect(isWellFormed(xml)).toBe(true);
    expect(elements(xml, 'testcase').length).toBe(Number(/tests="(\d+)"/.exec(xml)?.[1]));
    expect(xml).toContain('<failure message="1 found">');
    expect((await run(root, ['--format', 'junit'])).out).toContain('>b.yaml:7:3: Service shop/web spec.type: NodePort');
  });

  it('github keeps each finding on one line', async () => {
    const { out } = await run(root, ['--format', 'github']);
    expect(
      out
        .trim()
        .split('\n')
        .every((line) =>
          /^::((error|warning) file=b\.yaml,line=\d+,col=\d+,title=[-a-z]+|notice title=not judged)::/.test(line),
        ),
    ).toBe(true);
  });
});
