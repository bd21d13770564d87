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
  const { code: text } = transformSync(withPathsOnly(code), { minify: true, format: 'cjs', target: 'node20' });
  return [{ file: `${bundle.name}.cjs`, text: `"use strict";${text.replace(/^"use strict";/, '')}`, symbols }];
}

/**
 * ajv hands four facts to each nested check in a new object; only the path is used here. Handing on nothing else saves
 * that object, and a fourteenth of the code.
 */
function withPathsOnly(code) {
  const lean = code
    .replace(/\{instancePath:([^{}:]*?),parentData:[^{}]*?,rootData\}/g, '$1')
    .replace(/\{instancePath="", parentData, parentDataProperty, rootData=\w+\}=\{\}/g, 'instancePath=""');
  if (/parentData|rootData/.test(lean)) {
    throw new Error('ajv writes its calls in another way now; correct withPathsOnly');
  }
  return lean;
}

/** The helpers that the generated code shares with ajv at run time. */
export function helpers() {
  const functions = [countPresent, duplicateIndex].map((one) => `exports.${one.name} = ${one.toString()};\n`);
  return `"use strict";\n${functions.join('')}`;
}
