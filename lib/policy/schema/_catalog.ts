import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ValidateFunction } from 'ajv';
import { type Accepts, type Lenience, accepts } from './_accepts';
import type { ExtrasNode, GroupBundle } from './_crd';
import type { SchemaBundle, SchemaNode } from './_engine';

/** One kind that manifests are checked against. */
export interface KindEntry {
  /** `group/version/Kind`, as `apiVersion/kind`. */
  readonly id: string;
  readonly scope: 'Cluster' | 'Namespaced';
  /** The quick check: true where `validator` would find nothing, or nothing but what is let pass. */
  accepts(lenience?: Lenience): Accepts;
  /** The check that says why: generated code, or compiled for a custom resource of the user. */
  validator(): ValidateFunction;
  schema(): SchemaNode;
  bundle(): SchemaBundle;
  extras(): ExtrasNode | undefined;
  /** What its CustomResourceDefinition says and nobody understood, as `spec.size: not`. */
  readonly unjudged?: readonly string[];
}

interface IndexEntry {
  readonly bundle: string;
  readonly module: string;
  readonly symbol: string;
  readonly scope: 'Cluster' | 'Namespaced';
}

/** What is known about one field that not every Kubernetes version has. */
export interface SinceEntry {
  readonly since?: string;
  readonly absentIn?: string;
  readonly until?: string;
  readonly gate?: string;
  readonly onSince?: number;
}

const ROOT = schemasFolder();
const json = new Map<string, unknown>();
let index: ReadonlyMap<string, KindEntry> | undefined;

/** Every kind whose schema this package carries. Files are read when a kind is first asked for. */
export function builtInKinds(): ReadonlyMap<string, KindEntry> {
  index ??= new Map(
    Object.entries(read<Record<string, IndexEntry>>('index.json')).map(([id, entry]) => [id, builtIn(id, entry)]),
  );
  return index;
}

/**
 * `since.json`: definitions and kinds with a field that not every version has, and those that lead to one by a field:
 * `core.v1.Lifecycle`, `core.v1.Container[]` for a list, `{}` for a map.
 */
export function sinceTable(): Readonly<Record<string, Readonly<Record<string, SinceEntry | string>>>> {
  return read('since.json');
}

/** Rules as code: true where the rule holds; anything else, or an exception, says nothing. */
export function quickRules(): Readonly<Record<string, (self: unknown) => unknown>> {
  return (require(path.join(ROOT, 'validators', 'cel.cjs')) as { rules: ReturnType<typeof quickRules> }).rules;
}

/** The definitions that every custom resource's `metadata` needs. */
export function metadataDefinitions(): Readonly<Record<string, SchemaNode>> {
  const { $defs } = read<SchemaBundle>('source.toolkit.fluxcd.io.json');
  return Object.fromEntries(Object.entries($defs).filter(([name]) => name.startsWith('meta.v1.')));
}

/** Entries for a bundle that was made at run time from the user's CRDs. */
export function compiledKinds(bundle: GroupBundle, compile: (kind: string) => ValidateFunction): KindEntry[] {
  return Object.entries(bundle.schema.kinds).map(([id, schema]) => {
    let validator: ValidateFunction | undefined;
    return {
      id,
      scope: bundle.scopes[id] ?? 'Namespaced',
      accepts: quickCheck(() => bundle.schema, id),
      validator: () => (validator ??= compile(id)),
      schema: () => schema,
      bundle: () => bundle.schema,
      extras: () => bundle.extras[id],
    };
  });
}

function builtIn(id: string, entry: IndexEntry): KindEntry {
  const bundle = (): SchemaBundle => read(`${entry.bundle}.json`);
  let validator: ValidateFunction | undefined;
  return {
    id,
    scope: entry.scope,
    accepts: quickCheck(bundle, id),
    validator: () => (validator ??= loadValidator(entry)),
    schema: () => bundle().kinds[id] as SchemaNode,
    bundle,
    extras: () =>
      entry.bundle === 'kubernetes' ? undefined : read<Record<string, ExtrasNode>>(`${entry.bundle}.extras.json`)[id],
  };
}

function quickCheck(bundle: () => SchemaBundle, id: string): KindEntry['accepts'] {
  let strict: Accepts | undefined;
  return (lenience) => (lenience === undefined ? (strict ??= accepts(bundle(), id)) : accepts(bundle(), id, lenience));
}

function loadValidator(entry: IndexEntry): ValidateFunction {
  const module = require(path.join(ROOT, 'validators', entry.module)) as Record<string, ValidateFunction>;
  return module[entry.symbol] as ValidateFunction;
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what the generator wrote
function read<T>(name: string): T {
  let value = json.get(name);
  if (value === undefined) {
    const file = path.join(ROOT, name);
    value = name.endsWith('.extras.json') && !existsSync(file) ? {} : JSON.parse(readFileSync(file, 'utf8'));
    json.set(name, value);
  }
  return value as T;
}

/** The package's `schemas/`, whether this file runs from `lib/` or from `build/lib/`. */
function schemasFolder(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'schemas', 'index.json'))) {
      return path.join(folder, 'schemas');
    }
    if (folder === path.dirname(folder)) {
      throw new Error(`no 'schemas/index.json' in any folder above ${__dirname}; reinstall cdk8s-phoenix`);
    }
  }
}
