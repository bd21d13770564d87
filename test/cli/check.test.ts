import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { elements, isWellFormed } from './_xml';
import { describe, expect, it } from 'vitest';
import { commands } from '../../lib/cli/registry';
import { runCli } from '../../lib/cli/_run';

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
  let out = '';
  let err = '';
  const io = {
    stdout: (text: string) => (out += text),
    stderr: (text: string) => (err += text),
    stdin: Readable.from([stdin]),
    env: {},
    cwd,
    color: false,
  };
  return { code: await runCli(['check', ...args], io, commands, '0'), out, err };
}

describe('phoenix check', () => {
  it('finds nothing wrong with State Hub, SOPS files included', async () => {
    const { code, out, err } = await run(ROOT, ['dist', 'secrets', '--platform', 'dist/docs/platform.json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^no errors: \d+ objects, \d+ checks passed, 0 failed, \d+ skipped\n$/);
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
  });

  it.each([
    ['nowhere', [], "there is no 'nowhere'"],
    ['a.yaml', ['--rule', 'privat-service'], "there is no rule 'privat-service', meant is 'private-service'"],
    ['a.yaml', ['--target', '34'], "--target takes '1.34'"],
    ['a.yaml', ['--platform', 'gone.yaml'], "there is no file 'gone.yaml'"],
    ['a.yaml', ['--platform', 'platform.yaml'], "has an unknown field 'node'; meant is 'nodes'"],
    ['a.yaml', ['--platform', 'wrong.yaml'], "'nodes' must be a list of node names, got 3"],
    ['empty', [], "there is no YAML or JSON in 'empty'"],
  ])('answers %s %j with one line and exit code 1', async (name, args, message) => {
    const root = folder({
      'a.yaml': GOOD,
      'platform.yaml': 'node: [a]\n',
      'wrong.yaml': 'nodes: 3\n',
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

  it('junit is XML with one case for each rule, whatever the names hold', async () => {
    const hostile = folder({ 'b.yaml': NODE_PORT.replace('name: web', 'name: "<&\\u0001\\">"') });
    const xml = (await run(hostile, ['--format', 'junit'])).out;
    expect(isWellFormed(xml)).toBe(true);
    expect(elements(xml, 'testcase').length).toBe(Number(/tests="(\d+)"/.exec(xml)?.[1]));
    expect(xml).toContain('<failure message="1 found">');
  });

  it('github keeps each finding on one line', async () => {
    const { out } = await run(root, ['--format', 'github']);
    expect(
      out
        .trim()
        .split('\n')
        .every((line) => /^::(error|warning) file=b\.yaml,line=\d+,col=\d+,title=[-a-z]+::/.test(line)),
    ).toBe(true);
  });
});
