import type { PathSegment } from './_path';
import type { CelRule, ExtrasNode } from './schema/_crd';
import { isObject } from './resource';

/** A CEL rule and the value it judges. */
export interface CelTask {
  readonly rule: CelRule;
  readonly segments: readonly PathSegment[];
  readonly self: unknown;
}

/**
 * The value with the defaults that the API server and the webhooks write, and the CEL rules that then apply to it.
 * What has no default is shared with the original, never copied.
 */
export function withDefaults(value: unknown, node: ExtrasNode, tasks: CelTask[], at: PathSegment[] = []): unknown {
  let out = value;
  if (Array.isArray(value)) {
    for (let i = 0; node.i !== undefined && i < value.length; i++) {
      out = withField(out, value, i, node.i, tasks, at);
    }
  } else if (isObject(value)) {
    for (const name in node.p) {
      out = withField(out, value, name, node.p[name] as ExtrasNode, tasks, at);
    }
    if (node.a !== undefined) {
      for (const name of Object.keys(value)) {
        out = withField(out, value, name, node.a, tasks, at);
      }
    }
  }
  if (node.r !== undefined) {
    for (const rule of node.r) {
      tasks.push({ rule, segments: [...at], self: out });
    }
  }
  return out;
}

/** `out`, which is `value` or already a copy of it, with the defaults of one field or item. */
function withField(
  out: unknown,
  value: unknown,
  key: PathSegment,
  node: ExtrasNode,
  tasks: CelTask[],
  at: PathSegment[],
): unknown {
  const written = (value as Record<PathSegment, unknown>)[key];
  const before = written ?? copyOf(node.d);
  if (before === undefined) {
    return out;
  }
  at.push(key);
  const after = withDefaults(before, node, tasks, at);
  at.pop();
  if (after === written) {
    return out;
  }
  const copy = out !== value ? out : Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  (copy as Record<PathSegment, unknown>)[key] = after;
  return copy;
}

function copyOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}
