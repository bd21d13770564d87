import type Ajv from 'ajv';
import type * as ajvModule from 'ajv';
import type { KeywordCxt, Name as CodeName, Options } from 'ajv';

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
  /** What every key of a map obeys. */
  readonly propertyNames?: SchemaNode;
  /** Keys that must be unique together over the items of a list; empty for a list that is a set. */
  readonly listMapKeys?: readonly string[];
  /** As `listMapKeys`, where the API server itself refuses a second item. */
  readonly unique?: readonly string[];
  /** Fields of which exactly, at least or at most one may be there; an empty text is not there. */
  readonly exactlyOne?: readonly string[];
  readonly atLeastOne?: readonly string[];
  readonly atMostOne?: readonly string[];
}

/** One API group's schemas: kinds as `group/version/Kind`, and what they share. */
export interface SchemaBundle {
  readonly $defs: Readonly<Record<string, SchemaNode>>;
  readonly kinds: Readonly<Record<string, SchemaNode>>;
}

/**
 * ajv as this library uses it: every error, no formats, and keywords of our own for lists and choices of fields.
 * At run time it only compiles custom resources that the user added; the rest was compiled by `npm run import`.
 */
export function schemaEngine(code: NonNullable<Options['code']> = {}): Ajv {
  // Loaded when the first kind has to be compiled: most checks have none.
  const { _, Ajv: Engine, Name } = require('ajv') as typeof ajvModule;
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
  const helper = (context: KeywordCxt, key: Helper): CodeName =>
    context.gen.scopeValue('func', { key, ref: key, code: _`require("./helpers.cjs").${new Name(key.name)}` });
  for (const keyword of ['listMapKeys', 'unique']) {
    ajv.addKeyword({
      keyword,
      type: 'array',
      schemaType: 'array',
      error: { message: 'must be unique', params: ({ params }) => _`{duplicate: ${params['duplicate']}}` },
      code(context) {
        const { gen, data, schemaValue } = context;
        const duplicate = gen.const('duplicate', _`${helper(context, duplicateIndex)}(${data}, ${schemaValue})`);
        context.setParams({ duplicate });
        context.fail(_`${duplicate} >= 0`);
      },
    });
  }
  const counts = { exactlyOne: _`!== 1`, atLeastOne: _`=== 0`, atMostOne: _`> 1` };
  for (const [keyword, wrong] of Object.entries(counts)) {
    ajv.addKeyword({
      keyword,
      type: 'object',
      schemaType: 'array',
      error: { message: 'wrong choice', params: ({ schemaCode }) => _`{of: ${schemaCode}}` },
      code(context) {
        const { gen, data, schemaValue } = context;
        const present = gen.const('present', _`${helper(context, countPresent)}(${data}, ${schemaValue})`);
        context.fail(_`${present} ${wrong}`);
      },
    });
  }
  return ajv;
}

/** A function that generated code calls by its name in `validators/helpers.cjs`. */
type Helper = typeof duplicateIndex | typeof countPresent;

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

/** How many of the fields an object has. Empty texts do not count, as in the API server's own checks. */
export function countPresent(object: Readonly<Record<string, unknown>>, fields: readonly string[]): number {
  let count = 0;
  for (const field of fields) {
    const value = object[field];
    if (value !== undefined && value !== null && value !== '') {
      count += 1;
    }
  }
  return count;
}
