import { transformSync } from 'esbuild';
import { FILES } from './schema-overlay.mjs';
import { require as tsx } from 'tsx/cjs/api';

const { countPresent, duplicateIndex, schemaEngine, pointer } = tsx(
  '../../lib/policy/schema/_engine.ts',
  import.meta.url,
);
// The same copy of ajv as the engine's: it recognises its own code objects only.
const standaloneCode = tsx('ajv/dist/standalone/index.js', import.meta.url);

/**
 * Validation code for one bundle, as one or more CommonJS modules that need nothing but ajv's two runtime helpers.
 * Loading them costs milliseconds where compiling the same schemas costs tenths of a second.
 *
 * @throws if a kind that is to have a file of its own is not in the bundle
 */
export function standalone(bundle) {
  const kinds = Object.keys(bundle.schema.kinds).sort();
  const apart = Object.entries(FILES[bundle.name] ?? {});
  const named = new Set(apart.flatMap(([, some]) => some));
  const unknown = [...named].find((kind) => !kinds.includes(kind));
  if (unknown !== undefined) {
    throw new Error(`schema-overlay.mjs gives '${unknown}' a file, but there is no such kind; correct or remove it`);
  }
  return [
    module(
      bundle,
      `${bundle.name}.cjs`,
      kinds.filter((kind) => !named.has(kind)),
    ),
    ...apart.map(([end, some]) => module(bundle, `${bundle.name}.${end}.cjs`, some)),
  ];
}

function module(bundle, file, kinds) {
  const ajv = schemaEngine({ source: true });
  ajv.addSchema({ $id: bundle.name, ...bundle.schema });
  const symbols = Object.fromEntries(kinds.map((kind) => [kind, kind.split('/').slice(-2).join('_')]));
  const exported = Object.fromEntries(kinds.map((kind) => [symbols[kind], `${bundle.name}#/kinds/${pointer(kind)}`]));
  const code = withPathsOnly(standaloneCode.default(ajv, exported));
  const { code: text } = transformSync(code, { minify: true, format: 'cjs', target: 'node20' });
  return { file, text: `"use strict";${text.replace(/^"use strict";/, '')}`, symbols };
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
