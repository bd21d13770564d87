// Bundles the program that drills run in the cluster: lib/drill/runner/main.ts -> build/runner.cjs, byte for byte the
// same on every machine. ajv compiles the validators here, because its compiler alone would be 120 KB of the 200.
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';

const require = createRequire(import.meta.url);
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Client-side apply keeps a copy of the ConfigMap in an annotation of at most 262,144 bytes. */
export const MAX_BYTES = 200 * 1024;

/** Parts of `pg` that the runner cannot reach: the native driver, the pool, and password files. */
const UNUSED = /[\\/](pg[\\/]lib[\\/]native[\\/]index|pg-pool[\\/]index|pgpass[\\/]lib[\\/]index)\.js$/;
/** The runner shows a certificate; a server that asks for a password gets none and says so. */
const NO_PASSWORD = 'module.exports = (_connection, done) => done(undefined);';

/**
 * @param {string} outfile
 * @returns {Promise<number>} bytes written
 * @throws if the bundle does not fit a ConfigMap
 */
export async function bundleRunner(outfile = join(root, 'build', 'runner.cjs')) {
  const validators = await compileValidators();
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['lib/drill/runner/main.ts'],
    outfile,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    charset: 'ascii',
    logLevel: 'warning',
    plugins: [
      {
        name: 'smaller',
        setup(it) {
          it.onLoad({ filter: /[\\/]lib[\\/]evidence[\\/]_compile\.ts$/ }, () => ({
            contents: validators,
            loader: 'js',
            resolveDir: join(root, 'lib', 'evidence'),
          }));
          it.onLoad({ filter: UNUSED }, ({ path }) => ({
            contents: path.includes('pgpass') ? NO_PASSWORD : 'module.exports = class {};',
            loader: 'js',
          }));
        },
      },
    ],
  });
  const [bundle] = outputFiles;
  const size = bundle.contents.length;
  if (size > MAX_BYTES) {
    throw new Error(`${outfile} would have ${size} bytes, at most ${MAX_BYTES} fit a ConfigMap that kubectl can apply`);
  }
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, bundle.contents);
  return size;
}

/** A module with the interface of lib/evidence/_compile.ts, and the validators of both schemas in it. */
async function compileValidators() {
  const Ajv = require('ajv').default;
  const standalone = require('ajv/dist/standalone').default;
  const { CONFIG_SCHEMA, EVIDENCE_SCHEMA } = await loadSchemas();
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    inlineRefs: false,
    messages: false,
    loopRequired: 1,
    code: { source: true, esm: false, lines: false, optimize: 3 },
  });
  ajv.addSchema(CONFIG_SCHEMA, 'config');
  ajv.addSchema(EVIDENCE_SCHEMA, 'evidence');
  const code = shorten(standalone(ajv, { config: 'config', evidence: EVIDENCE_SCHEMA.$id }));
  return `import { explain } from './_explain';
function fault(faults, instancePath, keyword, params) {
  const one = instancePath + '\\0' + explain(keyword, params);
  return faults === null ? [one] : (faults.push(one), faults);
}
const validators = (() => { const exports = {}; const module = { exports }; ${code}; return exports; })();
export function compile(name) {
  const validate = validators[name];
  return (value) => validate(value) ? [] : (validate.errors ?? []).map((e) => {
    const [path, text] = e.split('\\0');
    return (path || '/') + ' ' + text;
  });
}
`;
}

/** ajv repeats the making of an error in full for each property: a third of the bundle. */
function shorten(code) {
  const pattern =
    /const (err\d+) = \{instancePath(?::(.+?))?,schemaPath:"[^"]*",keyword:("\w+"),params:(\{.*?\})\};if\(vErrors === null\)\{vErrors = \[\1\];\}else \{vErrors\.push\(\1\);\}/g;
  const short = code.replace(
    pattern,
    (_all, _name, path = 'instancePath', keyword, params) =>
      `vErrors = fault(vErrors, ${path}, ${keyword}, ${params});`,
  );
  if (/schemaPath/.test(short)) {
    throw new Error('the code that ajv generates has changed: scripts/bundle-runner.mjs no longer understands it');
  }
  return short;
}

/** CONFIG_SCHEMA and EVIDENCE_SCHEMA as the sources have them. */
export async function loadSchemas() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: {
      contents: `export { CONFIG_SCHEMA } from './lib/drill/runner/config'; export { EVIDENCE_SCHEMA } from './lib/evidence/schema';`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    logLevel: 'warning',
  });
  const module = { exports: {} };
  runInThisContext(`(module, exports, require) => {${outputFiles[0].text}\n}`)(module, module.exports, require);
  return module.exports;
}

if (import.meta.url === pathToFileURL(resolve(process.argv[1] ?? '')).href) {
  const outfile = resolve(process.argv[2] ?? join(root, 'build', 'runner.cjs'));
  console.log(`${outfile}: ${await bundleRunner(outfile)} bytes`);
}
