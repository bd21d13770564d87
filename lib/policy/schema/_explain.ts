import type { ErrorObject } from 'ajv';
import { type PathSegment, formatPath, fromJsonPointer, jsonPointer, valueAt } from '../_path';
import type { KindEntry } from './_catalog';
import { QUANTITY } from './_convert';
import type { SchemaNode } from './_engine';
import { FORMS, wordsOf } from './_patterns';
import { homeOf, nearest, resolve } from './_suggest';

/** One thing that the API server would refuse. */
export interface SchemaProblem {
  /** Place in field form with list-map key names: `spec.containers[web].ports[http].protocol`. Empty for the object. */
  readonly path: string;
  readonly segments: readonly PathSegment[];
  /** Place as a JSON pointer, for machines. */
  readonly pointer: string;
  /** What is wrong with it: `unknown field`, `type`, `enum`, … */
  readonly keyword: string;
  /** One sentence, lower case, without a final period. */
  readonly message: string;
  /** The value found; absent where a field is missing. */
  readonly got?: unknown;
  /** What may stand there. */
  readonly allowed?: readonly unknown[];
  /** What to write instead, where that is certain. */
  readonly fix?: string;
  /** The field that an unknown one stands for. */
  readonly meant?: string;
  /** The field exists, but perhaps not there yet: advice, not a refusal. */
  readonly advisory?: boolean;
}

type Facts = Pick<SchemaProblem, 'message' | 'allowed' | 'fix' | 'meant'>;

/** What `20GB` may have been meant for. */
const QUANTITIES: readonly string[] = [QUANTITY, FORMS.amount.pattern, FORMS.size.pattern];

/** Patterns that a person should not have to read. */
const IN_WORDS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/\^\(\\\+\|-\)/, "must be a quantity such as '500m', '2' or '20Gi'"],
  [/^\^\(\(\[A-Za-z0-9\]\[-A-Za-z0-9_\.\]/, 'must start and end with a letter or digit; between them also - _ .'],
  [/\[Tt\]\[0-9\]\{2\}:/, "must be a time such as '2026-03-01T02:00:00Z'"],
  [/^\^\(\[A-Za-z0-9\+\/\]\{4\}\)/, 'must be base64; write plain text into stringData'],
  [/\(ms\|s\|m\|h\)\)\+\$$/, "must be a duration such as '30s' or '10m'"],
  [/\(ms\|s\|m\)\)\+\$$/, "must be a duration such as '30s' or '10m'"],
  [/^\^\[1-9\]\[0-9\]\*\[dwm\]\$$/, "must be a number of days, weeks or months such as '30d', '4w', '2m'"],
  [/^\^\[0-9\]\+%\$$/, "must be a whole number or a percentage such as '25%'"],
  [/^\^\(0\|\(\(\[0-9\]\+\)y\)/, "must be a duration such as '30s', '5m' or '1d'"],
  [/^\(\^0\|.*B\)\$$/, "must be a size such as '512KB' or '2MiB'"],
  [/^\^\(\[aA\]\[bB\]/, "must be 'warn' or 'abort'"],
  [/^\^\(http\|https\|ssh\):/, "must start with 'https://', 'http://' or 'ssh://'"],
  [/^\^\(http\|https\|socks5\):/, "must start with 'http://', 'https://' or 'socks5://'"],
  [/^\^\(http\|https\):/, "must start with 'https://' or 'http://'"],
  [/^\^oci:/, "must start with 'oci://'"],
  [/^\^\.\{2,\}\|\[\^\.\/\]\$$/, "must be a path below the repository, not '.' or '/'"],
  [/^\^\[a-zA-Z_\]/, "must be letters, digits and '_', and not start with a digit"],
  [/^\^\[a-z0-9\]\(/, "must be lower-case letters, digits and '-', with a letter or digit at both ends"],
  [/^\^\[a-z\]\(/, "must be lower-case letters, digits, '-' and '_', starting with a letter"],
  [/^\^\[0-9a-z_\]\*\$$/, "must be lower-case letters, digits and '_'"],
];

/** Turns ajv's errors into problems that a person can act on. Slow path: only for manifests that are wrong. */
export function explain(manifest: unknown, errors: readonly ErrorObject[], kind: KindEntry): SchemaProblem[] {
  // Of a wrong key, ajv also says that it is the key that is wrong.
  const problems = errors
    .filter(({ keyword }) => keyword !== 'propertyNames')
    .map((error) => problem(manifest, error, kind));
  // A value of the wrong type also breaks its enum, pattern and range; one message is enough.
  const typed = new Set(problems.filter((p) => p.keyword === 'type').map((p) => p.pointer));
  // A misspelt field is there, under another name.
  const misspelt = new Set(
    problems.flatMap(({ segments, meant }) =>
      meant === undefined ? [] : jsonPointer([...segments.slice(0, -1), meant]),
    ),
  );
  return problems.filter(
    ({ keyword, pointer }) =>
      keyword === 'type' || !(typed.has(pointer) || (keyword === 'required' && misspelt.has(pointer))),
  );
}

function problem(manifest: unknown, error: ErrorObject, kind: KindEntry): SchemaProblem {
  const params = error.params as Record<string, unknown>;
  const segments = fromJsonPointer(manifest, error.instancePath);
  const key = error.propertyName;
  const node = key === undefined ? schemaAt(kind, segments) : schemaAt(kind, segments)?.propertyNames;
  const name = (params['additionalProperty'] ?? params['missingProperty'] ?? key) as string | undefined;
  const place = name !== undefined ? [...segments, name] : segments;
  const duplicate = params['duplicate'];
  const at = typeof duplicate === 'number' ? [...segments, duplicate] : place;
  const got = key ?? valueAt(manifest, at);
  return {
    path: formatPath(manifest, at),
    segments: at,
    pointer: jsonPointer(at),
    keyword: error.keyword,
    ...(got === undefined ? {} : { got }),
    ...facts(error, node, got, name ?? '', kind),
  };
}

function facts(error: ErrorObject, node: SchemaNode | undefined, got: unknown, name: string, kind: KindEntry): Facts {
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(name, node, kind);
    case 'required':
      return { message: `'${name}' is required` };
    case 'type':
      return wrongType(node, got);
    case 'enum':
      return wrongEnum(node, got);
    case 'pattern':
      return wrongPattern(node, got);
    case 'listMapKeys': {
      const keys = node?.listMapKeys ?? [];
      return {
        message:
          keys.length === 0
            ? `${show(got)} is in the list twice`
            : `an earlier item has the same ${keys.join(' and ')}; server-side apply refuses the whole object`,
      };
    }
    case 'unique':
      return { message: `an earlier item has the same ${node?.unique?.join(' and ')}; the API server refuses both` };
    case 'exactlyOne':
    case 'atLeastOne':
    case 'atMostOne':
      return { message: wrongChoice(error.keyword, (error.params as { of: readonly string[] }).of, got) };
    default:
      return { message: bound(error, node, got) };
  }
}

function wrongChoice(
  keyword: 'exactlyOne' | 'atLeastOne' | 'atMostOne',
  fields: readonly string[],
  got: unknown,
): string {
  const there = fields.filter((field) => !['', undefined].includes((got as Record<string, string>)[field]));
  const words = { exactlyOne: 'exactly', atLeastOne: 'at least', atMostOne: 'at most' };
  const all = fields.length > 8 ? 'source' : `of ${fields.join(', ')}`;
  return `must have ${words[keyword]} one ${all}, got ${there.join(' and ') || 'none'}`;
}

function unknownField(name: string, node: SchemaNode | undefined, kind: KindEntry): Facts {
  const allowed = Object.keys(node?.properties ?? {}).sort();
  const meant = nearest(name, allowed);
  if (meant !== undefined) {
    return { message: `unknown field '${name}'`, allowed, fix: `write '${meant}'`, meant };
  }
  const home = homeOf(name, kind.schema(), kind.bundle());
  if (home !== undefined && !home.includes('[]')) {
    return { message: `unknown field '${name}'`, allowed, fix: `it belongs at ${home}` };
  }
  if (name === 'status') {
    return { message: `'status' is written by the cluster, never by a manifest`, fix: 'remove it' };
  }
  const list = allowed.length > 12 ? `${allowed.slice(0, 12).join(', ')}, …` : allowed.join(', ');
  return { message: `unknown field '${name}'${list === '' ? '' : `; known here: ${list}`}`, allowed };
}

function wrongType(node: SchemaNode | undefined, got: unknown): Facts {
  const types = [node?.type ?? []].flat();
  const fix = typeFix(types, got);
  return {
    message: `must be ${types.map(article).join(' or ')}, got ${show(got)}`,
    allowed: types,
    ...(fix === undefined ? {} : { fix }),
  };
}

function typeFix(types: readonly string[], got: unknown): string | undefined {
  if (types.includes('string') && (typeof got === 'number' || typeof got === 'boolean')) {
    return `quote it: "${String(got)}"`;
  }
  if (typeof got === 'string' && types.some((type) => type === 'integer' || type === 'number') && /^-?\d+$/.test(got)) {
    return `write ${got} without quotes`;
  }
  if (typeof got === 'string' && types.includes('boolean') && /^(true|false)$/.test(got)) {
    return `write ${got} without quotes`;
  }
  if (types.includes('array') && !Array.isArray(got)) {
    return 'make it a list: put - before it';
  }
  return undefined;
}

function wrongEnum(node: SchemaNode | undefined, got: unknown): Facts {
  const allowed = node?.enum ?? [];
  const meant = typeof got === 'string' ? nearest(got, allowed.map(String)) : undefined;
  return {
    message: `must be one of ${allowed.map(String).join(', ')}, got ${show(got)}`,
    allowed,
    ...(meant === undefined ? {} : { fix: `write ${meant}` }),
  };
}

function wrongPattern(node: SchemaNode | undefined, got: unknown): Facts {
  const pattern = node?.pattern ?? '';
  const words = patternInWords(pattern) ?? `must match ${pattern}`;
  const unit = QUANTITIES.includes(pattern) && typeof got === 'string' ? quantityFix(got) : undefined;
  return { message: `${words}, got ${show(got)}`, ...(unit === undefined ? {} : { fix: `write ${unit}` }) };
}

/** What a text with this pattern must be, where that can be said in words. */
export function patternInWords(pattern: string): string | undefined {
  return wordsOf(pattern) ?? IN_WORDS.find(([known]) => known.test(pattern))?.[1];
}

/** `20GB` and `20gb` mean 20Gi to whoever wrote them. */
export function quantityFix(text: string): string | undefined {
  const match = /^([0-9]+(?:\.[0-9]+)?)\s*([kKmMgGtT])i?[bB]?$/.exec(text);
  return match === null ? undefined : `${match[1]}${(match[2] as string).toUpperCase()}i`;
}

function bound(error: ErrorObject, node: SchemaNode | undefined, got: unknown): string {
  const limit = (error.params as { limit?: number }).limit;
  switch (error.keyword) {
    case 'minimum':
      return `must be at least ${limit}${node?.maximum === undefined ? '' : ` and at most ${node.maximum}`}, got ${show(got)}`;
    case 'maximum':
      return `must be at most ${limit}, got ${show(got)}`;
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${limit} characters, got ${show(got)}`;
    case 'maxLength':
      return `must have at most ${limit} characters, got ${String(got).length}`;
    case 'minItems':
    case 'minProperties':
      return `must have at least ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
    case 'maxItems':
    case 'maxProperties':
      return `must have at most ${limit} entries`;
    default:
      return `breaks the schema (${error.keyword})`;
  }
}

/** The schema of a place, following references. */
export function schemaAt(kind: KindEntry, segments: readonly PathSegment[]): SchemaNode | undefined {
  const bundle = kind.bundle();
  let node = resolve(kind.schema(), bundle);
  for (const segment of segments) {
    const below: SchemaNode | boolean | undefined =
      typeof segment === 'number' ? node?.items : (node?.properties?.[segment] ?? node?.additionalProperties);
    node = typeof below === 'object' ? resolve(below, bundle) : undefined;
  }
  return node;
}

/** A value as it is shown in a message: short, and strings in quotes. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    return `'${value.length > 60 ? `${value.slice(0, 57)}…` : value}'`;
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  }
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    return keys.length === 0 ? 'an empty object' : `an object with ${keys.slice(0, 3).join(', ')}`;
  }
  return JSON.stringify(value) ?? 'nothing';
}

function article(type: string): string {
  const words: Readonly<Record<string, string>> = {
    array: 'a list',
    boolean: 'true or false',
    integer: 'a whole number',
    number: 'a number',
    object: 'an object',
    string: 'a string',
  };
  return words[type] ?? type;
}
