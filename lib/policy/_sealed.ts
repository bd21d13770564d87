import type { PathSegment } from './_path';
import { type PolicyInput, isObject } from './resource';

/** Where values are of no interest, only their names. */
const DATA = new Set(['data', 'stringData', 'binaryData']);

/** Why nothing is said of an object with encrypted values. */
export const SEALED = 'its values are encrypted by sops';

/**
 * A manifest without what sops adds, with empty texts where it encrypted values, and the places of those: nobody can
 * judge them without the key.
 */
export function unsealed(manifest: unknown): Pick<PolicyInput, 'manifest' | 'sealed'> {
  if (!isObject(manifest) || !isObject(manifest['sops']) || manifest['sops']['mac'] === undefined) {
    return { manifest };
  }
  const { sops: _, ...rest } = manifest;
  const sealed: PathSegment[][] = [];
  return { manifest: emptied(rest, [], sealed), sealed };
}

/** Whether a place is encrypted, or something in it. */
export function touchesSealed(sealed: readonly (readonly PathSegment[])[], place: readonly PathSegment[]): boolean {
  return sealed.some((path) => place.every((segment, i) => path[i] === segment));
}

/** Whether more is encrypted than what nobody but the program reads: then rules cannot be judged. */
export function hidesFields(sealed: readonly (readonly PathSegment[])[]): boolean {
  return sealed.some(([field]) => !DATA.has(String(field)));
}

function emptied(value: unknown, at: readonly PathSegment[], sealed: PathSegment[][]): unknown {
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, below]) => [name, emptied(below, [...at, name], sealed)]),
    );
  }
  if (Array.isArray(value)) {
    return value.map((below, i) => emptied(below, [...at, i], sealed));
  }
  if (typeof value === 'string' && value.startsWith('ENC[')) {
    sealed.push([...at]);
    return '';
  }
  return value;
}
