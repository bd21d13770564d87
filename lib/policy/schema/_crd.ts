import { type PublishedNode, convertNode } from './_convert';
import type { SchemaBundle, SchemaNode } from './_engine';

/** What a custom resource's fields carry beside their schema, as a tree of the fields that carry anything. */
export interface ExtrasNode {
  /** Properties. */
  readonly p?: Readonly<Record<string, ExtrasNode>>;
  /** Items of a list. */
  readonly i?: ExtrasNode;
  /** Values of a map. */
  readonly a?: ExtrasNode;
  /** Default that the API server or a webhook writes. */
  readonly d?: unknown;
  /** CEL rules that the API server runs here. */
  readonly r?: readonly CelRule[];
}

/** One `x-kubernetes-validations` rule. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
  readonly optionalOldSelf?: boolean;
}

/** Everything that is generated for one API group. */
export interface GroupBundle {
  readonly name: string;
  readonly schema: SchemaBundle;
  readonly extras: Readonly<Record<string, ExtrasNode>>;
  readonly scopes: Readonly<Record<string, 'Cluster' | 'Namespaced'>>;
}

/** What admission webhooks add to a schema: kind to path to what is there. */
export interface WebhookFacts {
  /** Values that are written before CEL rules run. */
  readonly defaults?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Keywords; a path is `spec.affinity.tolerations[].operator`. */
  readonly constraints?: Readonly<Record<string, Readonly<Record<string, Partial<SchemaNode>>>>>;
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** A reference costs about this many characters. */
const SHARE_FROM = 80;

/**
 * The bundle of one API group: strict schemas with shared parts written once, defaults and CEL rules beside them.
 *
 * @param metadata definition of ObjectMeta and what it refers to
 * @param webhook what admission webhooks write and ask, by kind and path
 * @throws on a schema keyword that is not known, or a path that the schema lacks
 */
export function crdBundle(
  name: string,
  crds: readonly PublishedNode[],
  metadata: Readonly<Record<string, SchemaNode>>,
  webhook: WebhookFacts = {},
): GroupBundle {
  const kinds: Record<string, SchemaNode> = {};
  const scopes: Record<string, 'Cluster' | 'Namespaced'> = {};
  const extras: Record<string, ExtrasNode> = {};
  for (const crd of crds) {
    for (const version of (crd['spec'].versions as PublishedNode[]).filter((v) => v['served'] === true)) {
      const kind = `${crd['spec'].group}/${version['name']}/${crd['spec'].names.kind}`;
      const { status: _, ...properties } = version['schema'].openAPIV3Schema.properties;
      const schema = { ...version['schema'].openAPIV3Schema, properties };
      kinds[kind] = root(schema, kind);
      scopes[kind] = crd['spec'].scope;
      const tree = extrasTree(schema, kind, '');
      if (tree !== undefined) {
        extras[kind] = tree;
      }
    }
  }
  for (const kind of Object.keys(kinds)) {
    addDefaults((extras[kind] ??= {}), webhook.defaults?.[kind] ?? {}, kind);
    for (const [path, keywords] of Object.entries(webhook.constraints?.[kind] ?? {})) {
      kinds[kind] = constrained(kinds[kind] as SchemaNode, path.split('.'), keywords, kind);
    }
    if (Object.keys(extras[kind]).length === 0) {
      delete extras[kind];
    }
  }
  const shared = shareNodes(kinds);
  return { name, schema: { $defs: { ...metadata, ...shared.$defs }, kinds: shared.kinds }, extras, scopes };
}

const TEXT: SchemaNode = { type: 'string' };

function root(schema: PublishedNode, kind: string): SchemaNode {
  const child = (node: PublishedNode, where: string): SchemaNode => convertNode(node, where, child);
  const converted = child(schema, kind);
  return {
    ...converted,
    // A CRD need not list what every object has.
    properties: {
      apiVersion: TEXT,
      kind: TEXT,
      ...converted.properties,
      metadata: { $ref: '#/$defs/meta.v1.ObjectMeta' },
    },
    additionalProperties: false,
    required: [...new Set([...(converted.required ?? []), 'apiVersion', 'kind', 'metadata'])].sort(),
  };
}

function extrasTree(node: PublishedNode, kind: string, where: string): ExtrasNode | undefined {
  const tree: Draft<ExtrasNode> = {};
  if (node['default'] !== undefined) {
    tree.d = node['default'];
  }
  const rules = node['x-kubernetes-validations'] as readonly PublishedNode[] | undefined;
  if (rules !== undefined) {
    tree.r = rules.map(({ rule, message, optionalOldSelf, messageExpression, reason: _r, fieldPath: _f, ...rest }) => {
      if (Object.keys(rest).length > 0) {
        throw new Error(`${kind}${where}: unknown CEL property '${Object.keys(rest).join()}'`);
      }
      return {
        rule: String(rule).trim(),
        message: String(message ?? messageExpression ?? ''),
        ...(optionalOldSelf === true ? { optionalOldSelf } : {}),
      };
    });
  }
  for (const [name, property] of Object.entries((node['properties'] ?? {}) as Record<string, PublishedNode>)) {
    const below = extrasTree(property, kind, `${where}.${name}`);
    if (below !== undefined) {
      tree.p = { ...tree.p, [name]: below };
    }
  }
  const items = node['items'] === undefined ? undefined : extrasTree(node['items'], kind, `${where}[]`);
  if (items !== undefined) {
    tree.i = items;
  }
  const additional =
    typeof node['additionalProperties'] === 'object'
      ? extrasTree(node['additionalProperties'], kind, `${where}.*`)
      : undefined;
  if (additional !== undefined) {
    tree.a = additional;
  }
  return Object.keys(tree).length === 0 ? undefined : tree;
}

function addDefaults(tree: ExtrasNode, defaults: Readonly<Record<string, unknown>>, kind: string): void {
  for (const [path, value] of Object.entries(defaults)) {
    let node: Draft<ExtrasNode> = tree;
    for (const name of path.split('.')) {
      const below: ExtrasNode = node.p?.[name] ?? {};
      node.p = { ...node.p, [name]: below };
      node = below;
    }
    if (node.d !== undefined) {
      throw new Error(`${kind} ${path} has a default of its own; remove it from the table of webhook defaults`);
    }
    node.d = value;
  }
}

/** The node with keywords added at a path. */
function constrained(
  node: SchemaNode,
  path: readonly string[],
  keywords: Partial<SchemaNode>,
  kind: string,
): SchemaNode {
  const [step, ...rest] = path;
  if (step === undefined) {
    return withKeywords(node, keywords);
  }
  const name = step.replace('[]', '');
  const below = node.properties?.[name];
  if (below === undefined || (step !== name && below.items === undefined)) {
    throw new Error(`${kind} has no '${step}' to constrain; correct or remove it`);
  }
  const child =
    step === name
      ? constrained(below, rest, keywords, kind)
      : { ...below, items: constrained(below.items as SchemaNode, rest, keywords, kind) };
  return { ...node, properties: { ...node.properties, [name]: child } };
}

/** A node with more keywords; required fields add up. */
export function withKeywords(node: SchemaNode, keywords: Partial<SchemaNode>): SchemaNode {
  if (keywords.unique !== undefined && keywords.unique.join() === node.listMapKeys?.join()) {
    throw new Error(`a list is unique by ${keywords.unique.join()} already; remove the constraint`);
  }
  const required = [...new Set([...(node.required ?? []), ...(keywords.required ?? [])])].sort();
  return { ...node, ...keywords, ...(required.length === 0 ? {} : { required }) };
}

/** Equal subtrees become one definition; names follow the order of first use, so the bytes are the same every time. */
function shareNodes(kinds: Readonly<Record<string, SchemaNode>>): SchemaBundle {
  const counts = new Map<string, number>();
  const count = (node: SchemaNode): void => {
    const key = JSON.stringify(node);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (counts.get(key) === 1) {
      mapChildren(node, (below) => {
        count(below);
        return below;
      });
    }
  };
  Object.values(kinds).forEach(count);

  const names = new Map<string, string>();
  const $defs: Record<string, SchemaNode> = {};
  const share = (node: SchemaNode): SchemaNode => {
    const key = JSON.stringify(node);
    if (key.length < SHARE_FROM || (counts.get(key) ?? 0) < 2) {
      return mapChildren(node, share);
    }
    let name = names.get(key);
    if (name === undefined) {
      name = `s${names.size}`;
      names.set(key, name);
      $defs[name] = mapChildren(node, share);
    }
    return { $ref: `#/$defs/${name}` };
  };
  return {
    $defs,
    kinds: Object.fromEntries(Object.entries(kinds).map(([kind, node]) => [kind, mapChildren(node, share)])),
  };
}

function mapChildren(node: SchemaNode, map: (below: SchemaNode) => SchemaNode): SchemaNode {
  return {
    ...node,
    ...(node.properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(node.properties).map(([name, below]) => [name, map(below)])) }),
    ...(node.items === undefined ? {} : { items: map(node.items) }),
    ...(typeof node.additionalProperties === 'object' ? { additionalProperties: map(node.additionalProperties) } : {}),
  };
}
