import type Ajv from 'ajv';
import type * as ajvModule from 'ajv';
import type { Options } from 'ajv';

/** A strict JSON schema, as `schemas/*.json` holds it. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** Keys that must be unique together over the items of a list; empty for a list that is a set. */
  readonly listMapKeys?: readonly string[];
}

/** One API group's schemas: kinds as `group/version/Kind`, and what they share. */
export interface SchemaBundle {
  readonly $defs: Readonly<Record<string, SchemaNode>>;
  readonly kinds: Readonly<Record<string, SchemaNode>>;
}

/**
 * ajv as this library uses it: every error, no formats, and one keyword of our own for list-map keys.
 * At run time it only compiles custom resources that the user added; the rest was compiled by `npm run import`.
 */
export function schemaEngine(code: NonNullable<Options['code']> = {}): Ajv {
  // Loaded when the first kind has to be compiled: most checks have none.
  const { _, Ajv: Engine } = require('ajv') as typeof ajvModule;
  const ajv = new Engine({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    strictTypes: false,
    messages: false,
    inlineRefs: false,
    code: { lines: false, ...code },
  });
  ajv.addVocabulary(['kinds']);
  ajv.addKeyword({
    keyword: 'listMapKeys',
    type: 'array',
    schemaType: 'array',
    error: { message: 'must be unique', params: ({ params }) => _`{duplicate: ${params['duplicate']}}` },
    code(context) {
      const { gen, data, schemaValue } = context;
      const helper = gen.scopeValue('func', {
        key: duplicateIndex,
        ref: duplicateIndex,
        code: _`require("./list-map-keys.cjs").duplicateIndex`,
      });
      const duplicate = gen.const('duplicate', _`${helper}(${data}, ${schemaValue})`);
      context.setParams({ duplicate });
      context.fail(_`${duplicate} >= 0`);
    },
  });
  return ajv;
}

/** A name as one step of a JSON pointer in a reference. */
export function pointer(name: string): string {
  return name.replace(/~/g, '~0').replace(/\//g, '~1');
}

/**
 * Index of the first item whose keys an earlier item has as well, or -1. `keys` is empty for a set.
 * The API server fills in `protocol`, so a port without one collides with the same port over TCP.
 */
export function duplicateIndex(list: readonly unknown[], keys: readonly string[]): number {
  if (list.length < 2) {
    return -1;
  }
  const seen = new Set<unknown>();
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as Record<string, unknown> | null;
    let id: unknown = item;
    if (keys.length > 0) {
      if (typeof item !== 'object' || item === null) {
        continue;
      }
      id =
        keys.length === 1
          ? item[keys[0] as string]
          : JSON.stringify(keys.map((key) => item[key] ?? (key === 'protocol' ? 'TCP' : '')));
      if (id === undefined) {
        continue;
      }
    } else if (typeof item === 'object' && item !== null) {
      id = JSON.stringify(item);
    }
    if (seen.has(id)) {
      return i;
    }
    seen.add(id);
  }
  return -1;
}
