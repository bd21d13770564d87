import { FORMATS, type PublishedNode, isKnownKeyword, javascriptPattern } from './_convert';

type Fields = Record<string, unknown>;

/** Unions that say no more than that a number may stand for a text. */
const PLAIN = new Set(['type']);
const LISTS = new Set(['atomic', 'set', 'map']);

/**
 * The part of a schema that can be converted, and what was left out of it as `spec.size: not`. For schemas that were
 * written by somebody else: those of this package are converted whole or not at all.
 */
export function simplified(schema: unknown): { readonly schema: PublishedNode; readonly left: readonly string[] } {
  const left: string[] = [];
  const root = simplify(schema, '', (where, what) => left.push(where === '' ? what : `${where}: ${what}`));
  return { schema: { ...root, properties: root['properties'] ?? {} }, left };
}

function simplify(value: unknown, where: string, leave: (where: string, what: string) => void): Fields {
  const node = isNode(value) ? value : {};
  const out: Fields = {};
  for (const [keyword, given] of Object.entries(node)) {
    if (isKnownKeyword(keyword) && understood(keyword, given, node)) {
      out[keyword] = given;
    } else {
      leave(where, keyword);
    }
  }
  const below = (child: unknown, name: string): Fields => simplify(child, `${where}${name}`, leave);
  if (isNode(node['properties'])) {
    out['properties'] = Object.fromEntries(
      Object.entries(node['properties']).map(([name, child]) => [name, below(child, where === '' ? name : `.${name}`)]),
    );
  }
  if (out['items'] !== undefined) {
    out['items'] = below(out['items'], '[]');
  }
  if (isNode(out['additionalProperties'])) {
    out['additionalProperties'] = below(out['additionalProperties'], '.*');
  }
  if (Array.isArray(out['x-kubernetes-validations'])) {
    out['x-kubernetes-validations'] = out['x-kubernetes-validations'].filter(isNode).map(cel);
  }
  return out;
}

/** Whether the converter knows what to do with the value of a keyword. */
function understood(keyword: string, given: unknown, node: Fields): boolean {
  switch (keyword) {
    case 'anyOf':
    case 'oneOf':
      return (
        Array.isArray(given) &&
        given.every((one) => isNode(one) && Object.keys(one).every((key) => PLAIN.has(key)) && 'type' in one)
      );
    case 'format':
      return typeof given === 'string' && Object.hasOwn(FORMATS, given);
    case 'pattern':
      return typeof given === 'string' && isPattern(given);
    case 'properties':
    case 'items':
      return isNode(given);
    case 'x-kubernetes-embedded-resource':
      return node['x-kubernetes-preserve-unknown-fields'] === true;
    case 'x-kubernetes-list-type':
      return LISTS.has(String(given)) && (given !== 'map' || Array.isArray(node['x-kubernetes-list-map-keys']));
    case 'additionalProperties':
      return typeof given === 'boolean' || isNode(given);
    case 'required':
    case 'x-kubernetes-list-map-keys':
      return isList(given) && given.every((one) => typeof one === 'string');
    case 'enum':
      return isList(given);
    case 'minimum':
    case 'maximum':
      return Number.isFinite(given);
    case 'minItems':
    case 'maxItems':
    case 'minLength':
    case 'maxLength':
    case 'minProperties':
    case 'maxProperties':
      return Number.isSafeInteger(given) && (given as number) >= 0;
    case 'x-kubernetes-validations':
      return Array.isArray(given);
    case 'x-kubernetes-int-or-string':
    case 'x-kubernetes-preserve-unknown-fields':
      return typeof given === 'boolean';
    case 'type':
      return ['array', 'boolean', 'integer', 'number', 'object', 'string'].includes(String(given));
    default:
      return true;
  }
}

/** A list of JSON values with something in it, and nothing twice. */
function isList(value: unknown): value is unknown[] {
  if (!Array.isArray(value)) {
    return false;
  }
  const texts = new Set(value.map((one) => JSON.stringify(one) as string | undefined));
  return value.length > 0 && texts.size === value.length && !texts.has(undefined);
}

function cel({ rule, message, messageExpression, optionalOldSelf }: Fields): Fields {
  const fields = { rule, message, messageExpression, optionalOldSelf };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function isPattern(pattern: string): boolean {
  try {
    javascriptPattern(pattern, '');
    return true;
  } catch {
    return false;
  }
}

function isNode(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
