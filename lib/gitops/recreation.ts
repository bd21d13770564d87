/** Metadata by which somebody told an engine to delete an object and make it anew. */
export interface Recreation {
  readonly field: 'annotations' | 'labels';
  readonly key: string;
  readonly value: string;
  /** What the engine does, to go after the annotation: `makes Flux delete it ...`. */
  readonly effect: string;
}

/** As it comes: in YAML of others a value may be no text. */
type Values = Readonly<Record<string, unknown>>;

const FORCED = 'makes Flux delete it when the API server refuses a change';
const HOOK = 'makes it a hook, which Argo CD deletes to make it anew';

/** Key, the values that count, and what they do. */
const MARKS: readonly (readonly [field: Recreation['field'], key: string, values: RegExp, effect: string])[] = [
  ['annotations', 'kustomize.toolkit.fluxcd.io/force', /^\s*enabled\s*$/i, FORCED],
  ['labels', 'kustomize.toolkit.fluxcd.io/force', /^\s*enabled\s*$/i, FORCED],
  [
    'annotations',
    'argocd.argoproj.io/sync-options',
    /(^|,)\s*(force|replace)\s*=\s*true\s*(,|$)/i,
    'makes Argo CD replace or delete it',
  ],
  ['annotations', 'argocd.argoproj.io/hook', /(?:)/, HOOK],
  ['annotations', 'helm.sh/hook', /^(?!.*\bcrd-install\b)/, HOOK],
];

/**
 * Every way in which the metadata of an object makes Flux or Argo CD replace it.
 *
 * Flux takes its annotations as labels too, in any case (fluxcd/pkg, `ssa/utils`). Argo CD also honours Helm's hooks,
 * and deletes a hook before each sync to make it anew (gitops-engine, `pkg/sync/hook`).
 */
export function recreationsOf(metadata: {
  readonly annotations?: Values | undefined;
  readonly labels?: Values | undefined;
}): readonly Recreation[] {
  const found: Recreation[] = [];
  for (const [field, key, values, effect] of MARKS) {
    const value = metadata[field]?.[key];
    if (typeof value === 'string' && values.test(value)) {
      found.push({ field, key, value, effect });
    }
  }
  return found;
}
