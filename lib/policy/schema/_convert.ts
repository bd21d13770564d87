import type { SchemaNode } from './_engine';

/** A node of a CRD's or of Kubernetes' published schema, as read from YAML or JSON. */
// oxlint-disable-next-line typescript/no-explicit-any -- the edge where foreign schemas come in
export type PublishedNode = Readonly<Record<string, any>>;

/** Converts what is below a node. */
export type ConvertChild = (node: PublishedNode, where: string) => SchemaNode;

/** A schema under construction. */
type Draft = { -readonly [K in keyof SchemaNode]: SchemaNode[K] };

/** The pattern of `resource.Quantity`, as CRDs publish it. */
export const QUANTITY =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';
const DATE_TIME = '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$';
const BASE64 = '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';

/** Formats that are checked, as what they come to. */
export const FORMATS: Readonly<Record<string, SchemaNode>> = {
  int32: { minimum: -2147483648, maximum: 2147483647 },
  int64: {},
  double: {},
  byte: { pattern: BASE64 },
  'date-time': { pattern: DATE_TIME },
};

/** Keywords that change nothing about which manifests are right. */
const IGNORED = new Set<string>([
  'description',
  'example',
  'title',
  'x-kubernetes-map-type',
  'x-kubernetes-patch-merge-key',
  'x-kubernetes-patch-strategy',
  'x-kubernetes-unions',
  'x-kubernetes-group-version-kind',
]);
const COPIED = [
  'enum',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'required',
] as const;
const HANDLED = new Set<string>([
  ...COPIED,
  '$ref',
  'additionalProperties',
  'anyOf',
  'default',
  'format',
  'items',
  'nullable',
  'oneOf',
  'pattern',
  'properties',
  'type',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
]);

/** Whether `convertNode` knows a keyword. */
export function isKnownKeyword(keyword: string): boolean {
  return HANDLED.has(keyword) || IGNORED.has(keyword);
}

/**
 * One schema node, strict. `child` converts what is below; `where` is only for messages.
 *
 * @throws on a keyword that is not known here
 */
export function convertNode(node: PublishedNode, where: string, child: ConvertChild): SchemaNode {
  for (const keyword of Object.keys(node)) {
    if (!isKnownKeyword(keyword)) {
      throw new Error(
        `${where}: unknown schema keyword '${keyword}'; teach lib/policy/schema/_convert.ts what it means`,
      );
    }
  }
  const out: Draft = {};
  for (const keyword of COPIED) {
    if (node[keyword] !== undefined) {
      Object.assign(out, { [keyword]: node[keyword] });
    }
  }
  const union = (node['oneOf'] ?? node['anyOf']) as readonly PublishedNode[] | undefined;
  if (node['x-kubernetes-int-or-string'] === true || union !== undefined) {
    out.type = unionTypes(node, union, where);
  } else if (node['type'] !== undefined) {
    out.type = node['type'];
  }
  if (node['format'] !== undefined) {
    const bounds = FORMATS[node['format'] as string];
    if (bounds === undefined) {
      throw new Error(`${where}: unknown format '${node['format']}'`);
    }
    Object.assign(out, { ...bounds, ...out });
  }
  if (node['pattern'] !== undefined) {
    out.pattern = javascriptPattern(node['pattern'], where);
  }
  if (node['properties'] !== undefined || node['type'] === 'object') {
    objectKeywords(node, out, where, child);
  }
  if (node['items'] !== undefined) {
    out.items = child(node['items'], `${where}[]`);
  }
  const keys = listKeys(node, where);
  if (keys !== undefined) {
    out.listMapKeys = keys;
  }
  return out;
}

function objectKeywords(node: PublishedNode, out: Draft, where: string, child: ConvertChild): void {
  out.type = 'object';
  const preserve = node['x-kubernetes-preserve-unknown-fields'] === true;
  if (node['properties'] !== undefined) {
    const properties: Record<string, SchemaNode> = {};
    for (const [name, property] of Object.entries(node['properties'] as Record<string, PublishedNode>)) {
      properties[name] = child(property, `${where}.${name}`);
    }
    out.properties = properties;
    out.additionalProperties = preserve;
  }
  if (typeof node['additionalProperties'] === 'object') {
    out.additionalProperties = child(node['additionalProperties'], `${where}.*`);
  }
  if (node['x-kubernetes-embedded-resource'] === true && !preserve) {
    throw new Error(`${where}: an embedded resource that refuses unknown fields is not supported`);
  }
}

function unionTypes(node: PublishedNode, union: readonly PublishedNode[] | undefined, where: string): string[] {
  const types = (union ?? [{ type: 'integer' }, { type: 'string' }]).map((branch) => {
    if (Object.keys(branch).join() !== 'type') {
      throw new Error(`${where}: only unions of plain types are supported, got ${JSON.stringify(branch)}`);
    }
    return branch['type'] as string;
  });
  // A CRD's quantity is int-or-string with a pattern; Go reads a fraction there as well.
  return node['pattern'] === QUANTITY ? types.map((type) => (type === 'integer' ? 'number' : type)) : types;
}

function listKeys(node: PublishedNode, where: string): readonly string[] | undefined {
  const type = node['x-kubernetes-list-type'];
  if (type === undefined || type === 'atomic') {
    return undefined;
  }
  if (type === 'set') {
    return [];
  }
  if (type !== 'map' || !Array.isArray(node['x-kubernetes-list-map-keys'])) {
    throw new Error(`${where}: unknown list type '${type}'`);
  }
  return node['x-kubernetes-list-map-keys'] as string[];
}

/** Go's RE2 and JavaScript agree on all patterns in use but `(?i)`. */
export function javascriptPattern(pattern: string, where: string): string {
  const folded = pattern.replace(
    /^\^\(\?i\)(.*)$/,
    (_, rest: string) => `^${rest.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)}`,
  );
  try {
    new RegExp(folded, 'u');
  } catch (error) {
    throw new Error(`${where}: pattern '${pattern}' cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return folded;
}
