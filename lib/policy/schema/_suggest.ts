import type { PathSegment } from '../_path';
import type { KindEntry } from './_catalog';
import type { SchemaBundle, SchemaNode } from './_engine';

/**
 * The one word of `known` that was certainly meant: at most a third of the letters wrong, at most `edits`, and no second
 * word as near. `undefined` where that is not certain.
 */
export function nearest(word: string, known: readonly string[], edits = 3): string | undefined {
  const folded = word.toLowerCase();
  const limit = Math.min(edits, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  let tie = false;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > limit) {
      continue;
    }
    const edited = distance(folded, candidate.toLowerCase(), bestDistance);
    if (edited < bestDistance) {
      best = candidate;
      bestDistance = edited;
      tie = false;
    } else if (edited === bestDistance && candidate !== best) {
      tie = true;
    }
  }
  return tie ? undefined : best;
}

/** Where a field of this name lives, if it lives in one place only: `spec.storage.storageClass`. */
export function homeOf(field: string, root: SchemaNode, bundle: SchemaBundle): string | undefined {
  const homes: string[] = [];
  const walk = (node: SchemaNode | undefined, path: string, depth: number): void => {
    const resolved = resolve(node, bundle);
    if (resolved === undefined || depth > 6 || homes.length > 1) {
      return;
    }
    for (const [name, below] of Object.entries(resolved.properties ?? {})) {
      const at = path === '' ? name : `${path}.${name}`;
      if (name === field) {
        homes.push(at);
      }
      walk(below, at, depth + 1);
    }
    walk(resolved.items, `${path}[]`, depth + 1);
  };
  walk(root, '', 0);
  return homes.length === 1 ? homes[0] : undefined;
}

/** Whether objects of a kind have a field; a number is a step into a list. */
export function hasField(kind: KindEntry, path: readonly PathSegment[]): boolean {
  const bundle = kind.bundle();
  let node = resolve(kind.schema(), bundle);
  for (const step of path) {
    const written = typeof step === 'number' ? node?.items : (node?.properties?.[step] ?? node?.additionalProperties);
    if (node === undefined || written === false) {
      return false;
    }
    if (written === true || written === undefined) {
      return isFree(node, typeof step === 'number' ? 'array' : 'object');
    }
    node = resolve(written, bundle);
  }
  return node !== undefined;
}

function isFree({ type }: SchemaNode, container: string): boolean {
  return type === undefined || [type].flat().includes(container);
}

/** Follows a `$ref`. */
export function resolve(node: SchemaNode | undefined, bundle: SchemaBundle): SchemaNode | undefined {
  let current = node;
  while (current?.$ref !== undefined) {
    current = bundle.$defs[current.$ref.slice('#/$defs/'.length)];
  }
  return current;
}

/** Edits between two words, a swap of neighbours counting one; gives up above `limit`. */
export function distance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min((row[j - 1] as number) + 1, (last[j] as number) + 1, (last[j - 1] as number) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, (before[j - 2] as number) + 1);
      }
      row.push(distance);
      least = Math.min(least, distance);
    }
    if (least > limit) {
      return limit + 1;
    }
    before = last;
    last = row;
  }
  return last[b.length] as number;
}
