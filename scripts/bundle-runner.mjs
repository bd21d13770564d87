// Bundles the program that drills run in the cluster: lib/drill/runner/main.ts -> build/runner.cjs, byte for byte the
// same on every machine. Validators are compiled here, because the schema compiler alone would be 120 KB of the 200.
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';

const require = createRequire(import.meta.url);
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Client-side apply keeps a copy of the ConfigMap in an annotation of at most 262,144 bytes. */
export const MAX_BYTES = 200 * 1024;

/**
 * @param {string} outfile
 * @returns {Promise<number>} bytes written
 */
export async function bundleRunner(outfile = join(root, 'build', 'runner.cjs')) {
  const validators = await compileValidators();
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['lib/drill/runner/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    charset: 'ascii',
    external: ['pg-native'],
    logLevel: 'warning',
    plugins: [
      {
        name: 'compiled-validators',
        setup(it) {
          it.onLoad({ filter: /[\\/]lib[\\/]evidence[\\/]_compile\.ts$/ }, () => ({
            contents: validators,
            loader: 'js',
            resolveDir: root,
          }));
        },
      },
    ],
  });
  const { size } = statSync(outfile);
  if (size > MAX_BYTES) {
    throw new Error(`${outfile} has ${size} bytes, at most ${MAX_BYTES} fit a ConfigMap that kubectl can apply`);
  }
  return size;
}

/** A module with the interface of lib/evidence/_compile.ts, and the validators of both schemas in it. */
async function compileValidators() {
  const Ajv = require('ajv').default;
  const standalone = require('ajv/dist/standalone').default;
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
  const { CONFIG_SCHEMA, EVIDENCE_SCHEMA } = module.exports;
  const ajv = new Ajv({
    strict: true,
    allowUnionTypes: true,
    inlineRefs: false,
    code: { source: true, esm: false, lines: false, optimize: 3 },
  });
  ajv.addSchema(CONFIG_SCHEMA, 'config');
  ajv.addSchema(EVIDENCE_SCHEMA, 'evidence');
  const code = standalone(ajv, { config: 'config', evidence: EVIDENCE_SCHEMA.$id });
  return `const validators = (() => { const exports = {}; const module = { exports }; ${code}; return exports; })();
export function compile(name) {
  const validate = validators[name];
  return (value) =>
    validate(value) ? [] : (validate.errors ?? []).map((e) => (e.instancePath || '/') + ' ' + (e.message ?? 'is invalid'));
}
`;
}

if (import.meta.url === pathToFileURL(resolve(process.argv[1] ?? '')).href) {
  console.log(`build/runner.cjs: ${await bundleRunner()} bytes`);
}
