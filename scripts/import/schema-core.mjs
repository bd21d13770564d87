import { CORE_CONSTRAINTS, NAME_FORMS } from './schema-constraints.mjs';
import { CLUSTER_SCOPED, CORE_KINDS, FEATURE_GATES, FIRST_VERSION } from './schema-overlay.mjs';
import { require as tsx } from 'tsx/cjs/api';

const { QUANTITY, convertNode } = tsx('../../lib/policy/schema/_convert.ts', import.meta.url);
const { FORMS } = tsx('../../lib/policy/schema/_patterns.ts', import.meta.url);
const { withKeywords } = tsx('../../lib/policy/schema/_crd.ts', import.meta.url);

const QUANTITY_NAME = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const META = 'meta.v1.ObjectMeta';

/** The bundle of Kubernetes' own kinds, the ObjectMeta that custom resources share, and what is newer than 1.28. */
export function coreBundle(snapshots, enums) {
  const definitions = merged(snapshots);
  const used = new Set();
  const overlay = new Set();
  const defs = {};
  const convert = (name) => {
    const short = shortName(name);
    if (used.has(short)) {
      return { $ref: `#/$defs/${short}` };
    }
    used.add(short);
    defs[short] = definition(name, short, definitions[name], enums, overlay, convert);
    return { $ref: `#/$defs/${short}` };
  };
  convert('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');

  const kinds = {};
  const scopes = {};
  for (const kind of CORE_KINDS) {
    const name = definitionOf(definitions, kind);
    convert(name);
    kinds[kind] = root(defs[shortName(name)], metadataOf(kind, defs));
    scopes[kind] = CLUSTER_SCOPED.has(kind.split('/').at(-1)) ? 'Cluster' : 'Namespaced';
  }
  for (const key of [...Object.keys(CORE_CONSTRAINTS), ...Object.keys(FEATURE_GATES)]) {
    if (!overlay.has(key)) {
      throw new Error(`schema-overlay.mjs names '${key}', which no kind uses; correct or remove it`);
    }
  }
  const schema = { $defs: pruned(kinds, defs), kinds };
  return {
    bundle: { name: 'kubernetes', schema, extras: {}, scopes },
    metadata: metadataDefs(defs),
    since: withWays(sinceTable(snapshots, used), schema),
  };
}

/** A root says its kind and has metadata and no status; the same type nested elsewhere stays as it is. */
function root(definition, metadata) {
  const { status: _, ...properties } = definition.properties;
  return {
    ...definition,
    properties: { ...properties, metadata },
    required: [...new Set([...(definition.required ?? []), 'apiVersion', 'kind', 'metadata'])].toSorted((a, b) =>
      a < b ? -1 : 1,
    ),
  };
}

/** ObjectMeta, with the form that the kind asks of its name. */
function metadataOf(kind, defs) {
  const form = NAME_FORMS[kind];
  if (form === undefined) {
    return { $ref: `#/$defs/${META}` };
  }
  const name = `${META}.${form}`;
  defs[name] ??= {
    ...defs[META],
    properties: { ...defs[META].properties, name: { type: 'string', ...FORMS[form] } },
  };
  return { $ref: `#/$defs/${name}` };
}

function definition(name, short, node, enums, overlay, convert) {
  if (name === QUANTITY_NAME) {
    return { type: ['string', 'number'], pattern: QUANTITY };
  }
  if (name === INT_OR_STRING) {
    return { type: ['integer', 'string'] };
  }
  const isRoot = node['x-kubernetes-group-version-kind'] !== undefined;
  const constraintsOf = (key) => {
    overlay.add(key);
    const found = CORE_CONSTRAINTS[key] ?? {};
    return typeof found === 'function' ? found(Object.keys(node.properties)) : found;
  };
  const child = (property, where) => {
    const field = where.slice(short.length + 1);
    const key = `${short}.${field}`;
    const constraints = constraintsOf(key);
    // The table of enums names the list for its items.
    const values = enums[key.replace(/\[\]$/, '')];
    overlay.add(key.replace(/\[\]$/, ''));
    if (isRoot && (field === 'kind' || field === 'apiVersion' || field === 'status')) {
      return { type: field === 'status' ? 'object' : 'string' };
    }
    const none = Object.keys(constraints).length === 0;
    if (property.$ref !== undefined) {
      const target = property.$ref.slice('#/definitions/'.length);
      if (none) {
        return convert(target);
      }
      if (target === INT_OR_STRING) {
        return { type: ['integer', 'string'], ...constraints };
      }
      if (target === QUANTITY_NAME) {
        return { type: ['string', 'number'], ...constraints };
      }
      throw new Error(`'${key}' is a ${shortName(target)}: constrain that definition`);
    }
    const converted = convertNode(property, where, child);
    const closed = values === undefined || converted.type === 'array' ? converted : { ...converted, enum: values };
    return none ? closed : withKeywords(closed, constraints);
  };
  const converted = convertNode(node, short, child);
  return withKeywords(converted, constraintsOf(short));
}

/** `io.k8s.api.core.v1.PodSpec` is `core.v1.PodSpec`, as the enum table names it. */
function shortName(name) {
  return name.split('.').slice(-3).join('.');
}

function definitionOf(definitions, kind) {
  const [group, version, name] = split(kind);
  const found = Object.keys(definitions).filter((key) =>
    definitions[key]['x-kubernetes-group-version-kind']?.some(
      (gvk) => gvk.group === group && gvk.version === version && gvk.kind === name,
    ),
  );
  const own = found.find((key) => key.endsWith(`.${version}.${name}`));
  if (own === undefined) {
    throw new Error(`no definition for ${kind}`);
  }
  return own;
}

function split(kind) {
  const parts = kind.split('/');
  return parts.length === 2 ? ['', ...parts] : parts;
}

/** The newest snapshot, with what older ones still had: the target decides which fields of it exist. */
function merged(snapshots) {
  const out = {};
  for (const { definitions } of snapshots) {
    for (const [name, node] of Object.entries(definitions)) {
      out[name] = {
        ...node,
        ...(node.properties ? { properties: { ...out[name]?.properties, ...node.properties } } : {}),
      };
    }
  }
  return out;
}

/** Fields that the oldest snapshot lacks, or the newest: definition and field to the first and last one with it. */
function sinceTable(snapshots, used) {
  const table = {};
  const names = new Set(snapshots.flatMap(({ definitions }) => Object.keys(definitions)));
  for (const name of names) {
    if (!used.has(shortName(name))) {
      continue;
    }
    // Fields of a definition that is itself new are told by the field that uses it.
    const those = snapshots.filter(({ definitions }) => definitions[name] !== undefined);
    const fields = new Set(snapshots.flatMap(({ definitions }) => Object.keys(definitions[name]?.properties ?? {})));
    for (const field of fields) {
      const has = those.map(({ definitions }) => definitions[name]?.properties?.[field] !== undefined);
      const key = `${shortName(name)}.${field}`;
      if (has.every(Boolean) && FEATURE_GATES[key] === undefined) {
        continue;
      }
      const first = has.indexOf(true);
      const last = has.lastIndexOf(true);
      (table[shortName(name)] ??= {})[field] = {
        ...(first > 0 ? sinceOf(key, those[first - 1].version, those[first].version) : {}),
        ...(last < those.length - 1 ? { until: those[last].version } : {}),
        ...(FEATURE_GATES[key] ? { gate: FEATURE_GATES[key][0], onSince: FEATURE_GATES[key][1] } : {}),
      };
    }
  }
  return table;
}

/** The table, and in it every field that leads to one of its definitions: `core.v1.Container[]` for a list of them. */
function withWays(table, { $defs, kinds }) {
  const nodes = Object.entries({ ...$defs, ...kinds });
  for (let before = -1; before < Object.keys(table).length;) {
    before = Object.keys(table).length;
    for (const [name, { properties = {} }] of nodes) {
      for (const [field, node] of Object.entries(properties)) {
        const way = wayOf(node);
        if (way !== undefined && table[way.replace(/\W+$/, '')] !== undefined) {
          (table[name] ??= {})[field] ??= way;
        }
      }
    }
  }
  return table;
}

/** The definition of a field's value, or of each item or entry of it. */
function wayOf({ $ref, items, additionalProperties }) {
  const name = (ref) => ref.slice('#/$defs/'.length);
  return $ref !== undefined
    ? name($ref)
    : items?.$ref !== undefined
      ? `${name(items.$ref)}[]`
      : additionalProperties?.$ref !== undefined
        ? `${name(additionalProperties.$ref)}{}`
        : undefined;
}

/** The first version with a field: as precise as the snapshots are, or as the overlay knows it. */
function sinceOf(key, before, after) {
  const known = FIRST_VERSION[key];
  if (known === undefined) {
    return { since: after, absentIn: before };
  }
  const [low, minor, high] = [before, known, after].map((version) => Number(version.split('.')[1]));
  if (!(low < minor && minor <= high)) {
    throw new Error(
      `schema-overlay.mjs says that '${key}' came with ${known}, but the inputs say after ${before}, by ${after}`,
    );
  }
  return { since: known, absentIn: `1.${minor - 1}` };
}

/** Definitions that a root reaches; the roots themselves are written once, as kinds. */
function pruned(kinds, defs) {
  const reached = new Set();
  const walk = (value) => {
    if (typeof value !== 'object' || value === null) {
      return;
    }
    const name = typeof value.$ref === 'string' ? value.$ref.slice('#/$defs/'.length) : undefined;
    if (name !== undefined && !reached.has(name)) {
      reached.add(name);
      walk(defs[name]);
    }
    Object.values(value).forEach(walk);
  };
  walk(kinds);
  return Object.fromEntries([...reached].map((name) => [name, defs[name]]));
}

/** The definitions that ObjectMeta needs, for bundles of custom resources. */
function metadataDefs(defs) {
  return pruned({ $ref: `#/$defs/${META}` }, defs);
}
