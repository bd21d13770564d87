#!/usr/bin/env node
/**
 * Writes `schemas/` from the CRDs and the Kubernetes definitions beside the repository.
 *
 *   node scripts/import/schemas.mjs [--from ../shared] [--out schemas]
 *
 * Strict on purpose: unknown fields are refused, enums are closed, quantities have a pattern, list-map keys are unique.
 * It stops at any schema keyword that it does not know, because a keyword left out is a check left out.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as yaml from 'js-yaml';
import { require as tsx } from 'tsx/cjs/api';
import { celModule } from './cel-standalone.mjs';
import { coreBundle } from './schema-core.mjs';
import { CRD_CONSTRAINTS } from './schema-constraints.mjs';
import { WEBHOOK_DEFAULTS } from './schema-overlay.mjs';
import { helpers, standalone } from './schema-standalone.mjs';

const { crdBundle } = tsx('../../lib/policy/schema/_crd.ts', import.meta.url);

const VERSIONS = ['1.28', '1.32', '1.34', '1.36'];

/** @returns {Map<string, string>} file name below `schemas/` to its text; the same bytes on every run */
export function generateSchemas(from) {
  const definitions = VERSIONS.map((version) => ({
    version,
    definitions: JSON.parse(readFileSync(path.join(from, 'kubernetes', `v${version}.0.definitions.json`), 'utf8'))
      .definitions,
  }));
  const enums = JSON.parse(readFileSync(path.join(from, 'kubernetes', 'enums.json'), 'utf8'));
  const core = coreBundle(definitions, enums);
  const bundles = [core.bundle];
  for (const file of readdirSync(path.join(from, 'crds')).sort()) {
    const crds = yaml
      .loadAll(readFileSync(path.join(from, 'crds', file), 'utf8'))
      .filter((document) => document?.kind === 'CustomResourceDefinition');
    bundles.push(
      crdBundle(file.replace(/\.ya?ml$/, ''), crds, core.metadata, {
        defaults: WEBHOOK_DEFAULTS,
        constraints: CRD_CONSTRAINTS,
      }),
    );
  }

  const files = new Map();
  const index = {};
  for (const bundle of bundles) {
    files.set(`${bundle.name}.json`, `${JSON.stringify(sorted(bundle.schema))}\n`);
    if (Object.keys(bundle.extras).length > 0) {
      files.set(`${bundle.name}.extras.json`, `${JSON.stringify(sorted(bundle.extras))}\n`);
    }
    for (const module of standalone(bundle)) {
      files.set(`validators/${module.file}`, module.text);
      for (const [kind, symbol] of Object.entries(module.symbols)) {
        index[kind] = { bundle: bundle.name, module: module.file, symbol, scope: bundle.scopes[kind] };
      }
    }
  }
  files.set('validators/helpers.cjs', helpers());
  files.set('validators/cel.cjs', celModule(bundles));
  files.set('index.json', `${lines(index)}\n`);
  files.set('since.json', `${lines(sorted(core.since))}\n`);
  return files;
}

/** Generates and writes; whatever else lies in the folder goes. */
export function writeSchemas(from, out) {
  const files = generateSchemas(from);
  rmSync(out, { recursive: true, force: true });
  for (const [name, text] of files) {
    mkdirSync(path.dirname(path.join(out, name)), { recursive: true });
    writeFileSync(path.join(out, name), text);
  }
  return files;
}

/** One entry a line, sorted, so that a change is a readable diff. */
function lines(object) {
  const entries = Object.keys(object)
    .sort()
    .map((key) => `  ${JSON.stringify(key)}: ${JSON.stringify(object[key])}`);
  return `{\n${entries.join(',\n')}\n}`;
}

function sorted(value) {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = writeSchemas(option('from', '../shared'), option('out', 'schemas'));
  const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  process.stdout.write(`wrote ${files.size} files, ${Math.round(bytes / 1024)} KiB\n`);
}
