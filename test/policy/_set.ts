import { type PathSegment, parsePath } from '../../lib/policy/_path';

/** A copy with one field changed, or removed where the value is `undefined`. */
export function set(object: unknown, path: string | readonly PathSegment[], value: unknown): Record<string, unknown> {
  const copy = structuredClone(object) as Record<string, unknown>;
  const segments = typeof path === 'string' ? parsePath(path) : path;
  let at: any = copy;
  for (const segment of segments.slice(0, -1)) {
    at[segment] ??= {};
    at = at[segment];
  }
  const last = segments.at(-1) as PathSegment;
  if (value === undefined) {
    delete at[last];
  } else {
    at[last] = value;
  }
  return copy;
}
