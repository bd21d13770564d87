import type { PathSegment } from '../_path';
import { type Resource, type YamlObject, isObject, listOr } from '../resource';
import { REFERENCES, type ReferenceRow, type ReferredKind } from './_reference-table';

/** A name in one object that points to another. */
export interface Reference {
  readonly kind: ReferredKind;
  readonly name: string;
  /** Where the name is written. */
  readonly path: readonly PathSegment[];
  readonly keys: readonly ReferenceKey[];
  /** The object that holds the name, where there is one. */
  readonly holder: YamlObject | undefined;
}

/** A key that is read, and the place that says so. */
interface ReferenceKey {
  readonly key: string;
  readonly path: readonly PathSegment[];
}

/** Every name in an object that another object must have. Optional ones are left out. */
export function referencesOf(resource: Resource): readonly Reference[] {
  const out: Reference[] = [];
  const start = STARTS.get(resource.id);
  if (start !== undefined) {
    walk(resource.effective, start, [], out);
  }
  return out;
}

/** The rows of a kind as one tree, so that each field of an object is looked at once. */
interface Step {
  readonly rows: ReferenceRow[];
  readonly fields: Fields;
  /** Where every item or entry is followed. */
  any?: Step;
}

/** In the order of the rows; walked far more often than looked up. */
type Fields = { readonly name: string; readonly step: Step }[];

const newStep = (): Step => ({ rows: [], fields: [] });

const STARTS: ReadonlyMap<string, Step> = new Map(
  Object.entries(REFERENCES).map(([id, rows]) => {
    const start = newStep();
    rows.forEach((row) => plant(start, row, 0));
    return [id, start];
  }),
);

function plant(at: Step, row: ReferenceRow, depth: number): void {
  const step = row.steps[depth];
  if (step === undefined) {
    at.rows.push(row);
  } else if (step === '*') {
    plant((at.any ??= newStep()), row, depth + 1);
  } else {
    for (const name of step.split('|')) {
      let field = at.fields.find((one) => one.name === name);
      if (field === undefined) {
        at.fields.push((field = { name, step: newStep() }));
      }
      plant(field.step, row, depth + 1);
    }
  }
}

/** Follows a tree into a value; `path` is one stack for the whole walk. */
function walk(value: unknown, at: Step, path: PathSegment[], out: Reference[]): void {
  for (const row of at.rows) {
    add(value, row, path, out);
  }
  if (Array.isArray(value)) {
    for (let i = 0; at.any !== undefined && i < value.length; i++) {
      follow(value[i], at.any, i, path, out);
    }
  } else if (isObject(value)) {
    for (const { name, step } of at.fields) {
      const below: unknown = value[name];
      if (below !== undefined) {
        follow(below, step, name, path, out);
      }
    }
    if (at.any !== undefined) {
      for (const name of Object.keys(value)) {
        follow(value[name], at.any, name, path, out);
      }
    }
  }
}

function follow(value: unknown, at: Step, step: PathSegment, path: PathSegment[], out: Reference[]): void {
  path.push(step);
  walk(value, at, path, out);
  path.pop();
}

function add(value: unknown, row: ReferenceRow, path: readonly PathSegment[], out: Reference[]): void {
  const holder = isObject(value) ? value : undefined;
  const name: unknown = holder === undefined ? value : holder[row.name];
  const kind = row.kind === 'as written' ? (holder?.['kind'] as ReferredKind) : row.kind;
  if (typeof name !== 'string' || name === '' || holder?.['optional'] === true) {
    return;
  }
  const place = [...path];
  if (holder !== undefined) {
    place.push(row.name);
  }
  out.push({ kind, name, path: place, keys: keysOf(holder, row, path, place), holder });
}

function keysOf(
  holder: YamlObject | undefined,
  row: ReferenceRow,
  path: readonly PathSegment[],
  place: readonly PathSegment[],
): readonly ReferenceKey[] {
  const keys: ReferenceKey[] = row.keys.map((key) => ({ key, path: place }));
  const key: unknown = holder?.['key'];
  if (typeof key === 'string' && key !== '') {
    keys.push({ key, path: [...path, 'key'] });
  }
  listOr(holder?.['items']).forEach((item, i) => {
    if (typeof item['key'] === 'string') {
      keys.push({ key: item['key'], path: [...path, 'items', i, 'key'] });
    }
  });
  return keys;
}
