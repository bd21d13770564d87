import { createHash } from 'node:crypto';
import type { Evidence } from './evidence';

/** JSON with sorted keys and without white space, so that equal documents have equal bytes. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** `sha256:` and the hexadecimal digest of a text. */
export function sha256(text: string | Buffer): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Digest of an evidence document, whatever its own `digest` says. */
export function evidenceDigest(evidence: Omit<Evidence, 'digest'>): string {
  const { digest: _, ...rest } = evidence as Evidence;
  return sha256(canonicalJson(rest));
}

/** Puts the digest on a finished document. */
export function seal(evidence: Omit<Evidence, 'digest'>): Evidence {
  return { ...evidence, digest: evidenceDigest(evidence) };
}
