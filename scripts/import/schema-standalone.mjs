import { transformSync } from 'esbuild';
import { require as tsx } from 'tsx/cjs/api';

const { countPresent, duplicateIndex, schemaEngine, pointer } = tsx(
  '../../lib/policy/schema/_engine.ts',
  import.meta.url,
);
// The same copy of ajv as the engine's: it recognises its own code objects only.
const standaloneCode = tsx('ajv/dist/standalone/index.js', import.meta.url);

/**
 * Validation code for one bundle: a CommonJS module that needs nothing but ajv's two runtime helpers.
 * Loading it costs milliseconds where compiling the same schemas costs tenths of a second.
 */
export function standalone(bundle) {
  const ajv = schemaEngine({ source: true });
  ajv.addSchema({ $id: bundle.name, ...bundle.schema });
  const symbols = {};
  const exported = {};
  for (const kind of Object.keys(bundle.schema.kinds).sort()) {
    symbols[kind] = kind.split('/').slice(-2).join('_');
    exported[symbols[kind]] = `${bundle.name}#/kinds/${pointer(kind)}`;
  }
  const code = standaloneCode.default(ajv, exported);
  const { code: text } = transformSync(code, { minify: true, format: 'cjs', target: 'node20' });
  return [{ file: `${bundle.name}.cjs`, text: `"use strict";${text.replace(/^"use strict";/, '')}`, symbols }];
}

/** The helpers that the generated code shares with ajv at run time. */
export function helpers() {
  const functions = [countPresent, duplicateIndex].map((one) => `exports.${one.name} = ${one.toString()};\n`);
  return `"use strict";\n${functions.join('')}`;
}
