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

const FORCE = 'kustomize.toolkit.fluxcd.io/force';
const OPTIONS = 'argocd.argoproj.io/sync-options';

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
  const { annotations = {}, labels = {} } = metadata;
  const found: Recreation[] = [];
  const look = (field: Recreation['field'], key: string, pattern: RegExp, effect: string): void => {
    const value = (field === 'annotations' ? annotations : labels)[key];
    if (typeof value === 'string' && pattern.test(value)) {
      found.push({ field, key, value, effect });
    }
  };
  const forced = 'makes Flux delete it when the API server refuses a change';
  const hook = 'makes it a hook, which Argo CD deletes to make it anew';
  look('annotations', FORCE, /^\s*enabled\s*$/i, forced);
  look('labels', FORCE, /^\s*enabled\s*$/i, forced);
  look('annotations', OPTIONS, /(^|,)\s*(force|replace)\s*=\s*true\s*(,|$)/i, 'makes Argo CD replace or delete it');
  look('annotations', 'argocd.argoproj.io/hook', /(?:)/, hook);
  look('annotations', 'helm.sh/hook', /^(?!.*\bcrd-install\b)/, hook);
  return found;
}
