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
  const replace = (key: PathSegment, below: unknown): void => {
    if (out === value) {
      out = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
    }
    (out as Record<PathSegment, unknown>)[key] = below;
  };
  const descend = (key: PathSegment, child: ExtrasNode): void => {
    const before = (value as Record<PathSegment, unknown>)[key] ?? copyOf(child.d);
    if (before === undefined) {
      return;
    }
    at.push(key);
    const after = withDefaults(before, child, tasks, at);
    at.pop();
    if (after !== (value as Record<PathSegment, unknown>)[key]) {
      replace(key, after);
    }
  };
  if (Array.isArray(value)) {
    for (let i = 0; node.i !== undefined && i < value.length; i++) {
      descend(i, node.i);
    }
  } else if (isObject(value)) {
    for (const name in node.p) {
      descend(name, node.p[name] as ExtrasNode);
    }
    for (const name of node.a === undefined ? [] : Object.keys(value)) {
      descend(name, node.a as ExtrasNode);
    }
  }
  for (const rule of node.r ?? []) {
    tasks.push({ rule, segments: [...at], self: out });
  }
  return out;
}

function copyOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}
