import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './_build';

const root = temporaryFolder();
const library = JSON.stringify(resolve(__dirname, '..', 'build', 'lib'));

/** Runs a program of its own, as a person does. */
function run(program: string, file = 'main.cjs') {
  const path = join(mkdtempSync(join(root, 'program-')), file);
  writeFileSync(path, program);
  const { status, stdout, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8', timeout: 20_000 });
  return { status, stdout, stderr };
}

const PLATFORM = `const platform = (nodes) =>
  new Platform({ name: 'lab', nodes, kubernetes: '1.34', cloudNativePg: '1.30', storage: Storage.nodeLocal('local-path') });
`;
const HEAD = `const { PhoenixApp, Platform, Storage } = require(${library});\n${PLATFORM}`;
const NO_NODES =
  "error: platform 'lab': 'nodes' must name at least one node, got none; list them with 'kubectl get nodes'\n";

describe('a refusal that nobody catches', () => {
  it.each([
    ['before there is an app', `${HEAD} platform([]);`],
    ['after it', `${HEAD} new PhoenixApp(); platform([]);`],
    ['in a promise', `${HEAD} Promise.resolve().then(() => platform([]));`],
    ['with work that is still going on', `${HEAD} setInterval(() => console.log('late'), 100); platform([]);`],
  ])('is one line and exit code 1: %s', (_where, program) => {
    expect(run(program)).toEqual({ status: 1, stdout: '', stderr: NO_NODES });
  });

  it('is one line in an ES module too', () => {
    const head = `import library from ${library.replace('"', '"file://').replace(/"$/, '/index.js"')};`;
    const program = `${head} const { Platform, Storage } = library; ${PLATFORM} platform([]);`;
    expect(run(program, 'main.mjs')).toEqual({ status: 1, stdout: '', stderr: NO_NODES });
  });

  it.each([
    ['validation', `app.node.addValidation({ validate: () => ['this is wrong'] });`, '  [app] this is wrong'],
    ['the policy', `new ApiObject(new Chart(app, 'a'), 'x', NODE_PORT);`, '[private-service]'],
  ])('ends with what is wrong where %s refuses', (_what, define, last) => {
    const { status, stderr } = run(
      `${HEAD} const { ApiObject, Chart } = require(${JSON.stringify(require.resolve('cdk8s'))});
       const NODE_PORT = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace: 'default' },
         spec: { type: 'NodePort', ports: [{ port: 80 }] } };
       const app = new PhoenixApp({ outdir: ${JSON.stringify(join(root, 'nothing'))} }); ${define} app.synth();`,
    );
    expect(status).toBe(1);
    expect(stderr).not.toContain('    at ');
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(last);
  });
});

describe('any other error', () => {
  const BUG = `function deep() { throw new TypeError('no such thing', { cause: new Error('the reason') }); }\n deep();`;

  it('is shown in full where there is an app, with its message last', () => {
    const { status, stderr } = run(`${HEAD} new PhoenixApp();\n ${BUG}`);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^TypeError: no such thing\n {4}at deep \(.*main\.cjs:5:/);
    expect(stderr).toContain('[cause]: Error: the reason');
    expect(stderr.endsWith('\nerror: no such thing\n')).toBe(true);
  });

  it('is left to Node where there is none, also after a refusal was caught', () => {
    const { status, stderr } = run(`${HEAD} try { platform([]); } catch {}\n ${BUG}`);
    expect(status).toBe(1);
    expect(stderr).toContain('TypeError: no such thing\n    at deep');
    expect(stderr).toContain('[cause]: Error: the reason');
    expect(stderr.trimEnd().endsWith(`Node.js ${process.version}`)).toBe(true);
  });

  it('and every refusal goes to the program where it handles uncaught errors itself', () => {
    const own = `process.on('uncaughtException', (e) => { console.log('mine: ' + e.message); process.exit(7); });`;
    expect(run(`${HEAD} new PhoenixApp(); ${own} platform([]);`)).toEqual({
      status: 7,
      stdout: NO_NODES.replace('error', 'mine'),
      stderr: '',
    });
  });
});
