import type { KindEntry } from './_catalog';
import type { SchemaProblem } from './_explain';

const SEGMENTS = ['metadata', 'namespace'];

/** The API server takes the namespace away where there is none, without a word: whoever reads the manifest is misled. */
export function scopeProblems(manifest: object, entry: KindEntry): readonly SchemaProblem[] {
  const namespace = (manifest as { metadata?: { namespace?: unknown } }).metadata?.namespace;
  if (entry.scope === 'Namespaced' || typeof namespace !== 'string' || namespace === '') {
    return [];
  }
  return [
    {
      path: SEGMENTS.join('.'),
      segments: SEGMENTS,
      pointer: `/${SEGMENTS.join('/')}`,
      keyword: 'scope',
      message: `a ${entry.id.split('/').at(-1)} belongs to no namespace, got '${namespace}'`,
      fix: 'remove metadata.namespace',
      advisory: true,
    },
  ];
}
