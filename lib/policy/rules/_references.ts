import type { PathSegment } from '../_path';
import { type Resource, type YamlObject, isObject, listOr } from '../resource';
import { REFERENCES, type ReferenceRow, type ReferredKind } from './_reference-table';

/** A name in one object that points to another. */
export interface Reference {
  readonly kind: ReferredKind;
  readonly name: string;
  /** Where the name is written. */
  readonly path: readonly PathSegment[];
  /** The keys that are read, each with the place that says so. */
  readonly keys: readonly { readonly key: string; readonly path: readonly PathSegment[] }[];
  /** The object that holds the name, where there is one. */
  readonly holder?: YamlObject;
}

const found = new WeakMap<Resource, readonly Reference[]>();

/** Every name in an object that another object must have. Optional ones are left out. */
export function referencesOf(resource: Resource): readonly Reference[] {
  let known = found.get(resource);
  if (known === undefined) {
    const out: Reference[] = [];
    for (const row of REFERENCES[resource.id] ?? []) {
      walk(resource.effective, row, 0, [], out);
    }
    found.set(resource, (known = out));
  }
  return known;
}

/** Follows the steps of a row; `path` is one stack for the whole walk. */
function walk(value: unknown, row: ReferenceRow, depth: number, path: PathSegment[], out: Reference[]): void {
  const step = row.steps[depth];
  if (step === undefined) {
    add(value, row, path, out);
    return;
  }
  const below = (key: PathSegment, child: unknown): void => {
    if (child !== undefined) {
      path.push(key);
      walk(child, row, depth + 1, path, out);
      path.pop();
    }
  };
  if (step === '*' && Array.isArray(value)) {
    value.forEach((item, i) => below(i, item));
  } else if (isObject(value)) {
    for (const key of step === '*' ? Object.keys(value) : step.split('|')) {
      below(key, value[key]);
    }
  }
}

function add(value: unknown, row: ReferenceRow, path: readonly PathSegment[], out: Reference[]): void {
  const holder = isObject(value) ? value : undefined;
  const name: unknown = holder === undefined ? value : holder[row.name];
  const kind = row.kind === 'as written' ? (holder?.['kind'] as ReferredKind) : row.kind;
  if (typeof name !== 'string' || name === '' || holder?.['optional'] === true) {
    return;
  }
  const place = holder === undefined ? [...path] : [...path, row.name];
  const key: unknown = holder?.['key'];
  out.push({
    kind,
    name,
    path: place,
    ...(holder === undefined ? {} : { holder }),
    keys: [
      ...(typeof key === 'string' && key !== '' ? [{ key, path: [...path, 'key'] }] : []),
      ...listOr(holder?.['items']).flatMap((item, i) =>
        typeof item['key'] === 'string' ? [{ key: item['key'], path: [...path, 'items', i, 'key'] }] : [],
      ),
      ...row.keys.map((one) => ({ key: one, path: place })),
    ],
  });
}
