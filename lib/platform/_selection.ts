import type { Manifest } from '../gitops/rendered';
import { selects } from '../policy/selector';
import { at, list } from './_read';
import type { Workload } from './_workload';

/** A label that each revision of a Deployment has for itself. */
const REVISION = 'pod-template-hash';
const NAMESPACE = 'kubernetes.io/metadata.name';

/** Labels of the namespaces that are among the objects. */
export type Namespaces = ReadonlyMap<string, Readonly<Record<string, string>>>;

export function namespacesIn(manifests: readonly Manifest[]): Namespaces {
  return new Map(
    manifests
      .filter(({ kind }) => kind === 'Namespace')
      .map(({ metadata }) => [metadata.name, metadata.labels ?? {}] as const),
  );
}

/**
 * Whether a term of pod affinity or anti-affinity of `own` selects the pods of `target`; undefined where the labels of a
 * namespace decide it that is not among the objects.
 */
export function termSelects(
  term: unknown,
  own: Workload,
  target: Workload,
  namespaces: Namespaces,
): boolean | undefined {
  return constraintSelects(term, own, target) ? inNamespace(term, own, target, namespaces) : false;
}

/** Whether the labels that a topology spread constraint or an affinity term of `own` asks for are those of `target`. */
export function constraintSelects(constraint: unknown, own: Workload, target: Workload): boolean {
  // A missing selector selects nothing, an empty one everything.
  const selector = at(constraint, 'labelSelector');
  const labels = (of: Workload): Readonly<Record<string, string>> =>
    of.isDatabase ? of.labels : { [REVISION]: of.object, ...of.labels };
  const equal = (key: unknown): boolean | undefined => {
    const value = labels(own)[String(key)];
    return value === undefined ? undefined : labels(target)[String(key)] === value;
  };
  return (
    selector !== undefined &&
    selector !== null &&
    selects(selector, target.labels) &&
    list(at(constraint, 'matchLabelKeys')).every((key) => equal(key) !== false) &&
    list(at(constraint, 'mismatchLabelKeys')).every((key) => equal(key) !== true)
  );
}

/** The names that are listed and those that the selector selects; the pod's own if neither is there. */
function inNamespace(term: unknown, own: Workload, target: Workload, namespaces: Namespaces): boolean | undefined {
  const listed = list(at(term, 'namespaces'));
  const selector = at(term, 'namespaceSelector') ?? undefined;
  if (listed.length === 0 && selector === undefined) {
    return target.namespace === own.namespace;
  }
  if (listed.includes(target.namespace)) {
    return true;
  }
  if (selector === undefined) {
    return false;
  }
  const known = namespaces.get(target.namespace ?? '');
  const decided = keysOf(selector).every((key) => key === NAMESPACE) || known !== undefined;
  return decided ? selects(selector, { ...known, [NAMESPACE]: target.namespace ?? '' }) : undefined;
}

function keysOf(selector: unknown): string[] {
  const expressions = list(at(selector, 'matchExpressions')).map((expression) => String(at(expression, 'key')));
  return [...Object.keys(at(selector, 'matchLabels') ?? {}), ...expressions];
}
