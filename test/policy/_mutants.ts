import type { PathSegment } from '../../lib/policy/_path';

/** Numbers from 0 to 1, the same in every run. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values that people and programs write by mistake. */
const VALUES: readonly unknown[] = [
  null,
  '',
  'x',
  'Always',
  '1Gi',
  '20GB',
  '500m',
  '30s',
  '25%',
  'preferred',
  'postgres',
  'absent',
  0,
  1,
  -1,
  3.5,
  8080,
  2 ** 40,
  true,
  false,
  [],
  {},
  ['a', 'a'],
  [{ name: 'a' }, { name: 'a' }],
  { name: 'a' },
];

/** A copy of a manifest with one thing changed. */
export function mutant(manifest: unknown, random: () => number): unknown {
  const copy: unknown = structuredClone(manifest);
  const paths = [...pathsOf(copy)];
  const path = pick(paths, random);
  const parent = path.slice(0, -1).reduce<any>((at, step) => at[step], copy);
  const last = path.at(-1) as PathSegment;
  switch (Math.floor(random() * 6)) {
    case 0:
      remove(parent, last);
      break;
    case 1:
      rename(parent, last, random);
      break;
    case 2:
      parent[last] = structuredClone(pick(VALUES, random));
      break;
    case 3:
      parent[last] = asOther(parent[last]);
      break;
    case 4:
      if (Array.isArray(parent)) {
        parent.push(structuredClone(parent[last as number]));
      } else {
        parent[pick(WORDS, random)] = structuredClone(pick(VALUES, random));
      }
      break;
    default: {
      const other = pick(paths, random).reduce<any>((at, step) => at[step], copy);
      parent[last] = structuredClone(other);
    }
  }
  return copy;
}

/** One of a list. */
export function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

const WORDS = ['name', 'spec', 'status', 'replicas', 'image', 'extra', 'type', 'enabled', 'kind', 'key'];

function* pathsOf(value: unknown, path: readonly PathSegment[] = []): Generator<readonly PathSegment[]> {
  if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      const at = [...path, Array.isArray(value) ? Number(key) : key];
      yield at;
      yield* pathsOf((value as Record<string, unknown>)[key], at);
    }
  }
}

function remove(parent: any, last: PathSegment): void {
  if (Array.isArray(parent)) {
    parent.splice(Number(last), 1);
  } else {
    delete parent[last];
  }
}

function rename(parent: any, last: PathSegment, random: () => number): void {
  if (!Array.isArray(parent)) {
    const name = String(last);
    const cut = Math.floor(random() * name.length);
    parent[`${name.slice(0, cut)}${name.slice(cut + 1)}x`] = parent[last];
    delete parent[last];
  }
}

function asOther(value: unknown): unknown {
  if (typeof value === 'string') {
    return /^\d+$/.test(value) ? Number(value) : `${value}-x`;
  }
  if (typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  return Array.isArray(value) ? Object.fromEntries(value.entries()) : [value];
}
