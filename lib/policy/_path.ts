/** One step into a manifest: a field, or an index of a list. */
export type PathSegment = string | number;

/** Fields that name an item of a list, the most telling first; a list's items share one of them. */
const NAMING = ['name', 'key', 'containerPort', 'port', 'mountPath', 'topologyKey', 'configMapRef', 'type'];

/**
 * A place in field form, with the names that people know instead of indices:
 * `spec.template.spec.containers[web].env[PGHOST].value`.
 */
export function formatPath(manifest: unknown, segments: readonly PathSegment[]): string {
  let text = '';
  let value: unknown = manifest;
  for (const segment of segments) {
    const parent: unknown = value;
    value = child(value, segment);
    if (Array.isArray(parent)) {
      text += `[${itemName(parent, segment)}]`;
    } else if (typeof segment === 'string' && /^[A-Za-z_$][\w$]*$/.test(segment)) {
      text += text === '' ? segment : `.${segment}`;
    } else {
      text += `['${segment}']`;
    }
  }
  return text;
}

/** The value at a place, or `undefined`. */
export function valueAt(manifest: unknown, segments: readonly PathSegment[]): unknown {
  let value = manifest;
  for (const segment of segments) {
    value = child(value, segment);
  }
  return value;
}

/** `spec.plugins[0].name` as segments; a convenience for rules that know their path. */
export function parsePath(path: string): PathSegment[] {
  const segments: PathSegment[] = [];
  for (const match of path.matchAll(/([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]/g)) {
    const [, field, index, quoted] = match;
    segments.push(index !== undefined ? Number(index) : ((quoted ?? field) as string));
  }
  return segments;
}

/** A JSON pointer (RFC 6901), for machines. */
export function jsonPointer(segments: readonly PathSegment[]): string {
  return segments.map((s) => `/${String(s).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
}

/** A JSON pointer as segments; digits become indices only where the manifest has a list. */
export function fromJsonPointer(manifest: unknown, pointer: string): PathSegment[] {
  const segments: PathSegment[] = [];
  let value = manifest;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replace(/~1/g, '/').replace(/~0/g, '~');
    const segment = Array.isArray(value) ? Number(name) : name;
    segments.push(segment);
    value = child(value, segment);
  }
  return segments;
}

function child(value: unknown, segment: PathSegment): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, segment)
    ? (value as Record<PathSegment, unknown>)[segment]
    : undefined;
}

function itemName(list: readonly unknown[], segment: PathSegment): string {
  for (const field of NAMING) {
    const name = child(child(list, segment), field);
    if ((typeof name === 'string' && name !== '') || typeof name === 'number') {
      const same = list.filter((item) => child(item, field) === name);
      if (same.length === 1) {
        return String(name);
      }
    }
  }
  return String(segment);
}
