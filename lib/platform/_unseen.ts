import type { Manifest } from '../gitops/rendered';
import { selects } from '../policy/selector';
import { HOSTNAME } from './_eligible';
import { switchedOff } from './_operator-state';
import { at, text } from './_read';
import { constraintSelects, type Namespaces, termSelects } from './_selection';
import { ownSpreads } from './_spread';
import { unseenFields } from './_unseen-fields';
import { isJudged, type Workload } from './_workload';
import type { Unseen } from './pod-set';

/** The objects around a workload. */
export interface Surroundings {
  readonly manifests: readonly Manifest[];
  readonly workloads: readonly Workload[];
  readonly namespaces: Namespaces;
}

/** What in the objects decides about pods and belongs to no workload that is judged, one sentence each. */
export function unseenAround({ manifests, workloads }: Surroundings): string[] {
  const room = 'Room is taken for granted: CPU and memory, free ports and pods of higher priority are not known here.';
  const others = [
    ...workloads.filter((workload) => !isJudged(workload)).map(({ object }) => object),
    ...manifests
      .filter(({ kind }) => ['Pod', 'Pooler'].includes(kind))
      .map(({ kind, metadata }) => `${kind}/${metadata.name}`),
  ];
  return [
    ...others.map((object) => `${object} is not judged: only Deployments and Clusters are.`),
    ...(workloads.some(isJudged) ? [room] : []),
  ];
}

/** What decides about a workload's pods and is not in the proof. */
export function unseenOf(workload: Workload, around: Surroundings): Unseen[] {
  const { isDatabase, manifest, object } = workload;
  const off = isDatabase ? switchedOff(manifest) : undefined;
  return [
    ...(off === undefined ? [] : [`${object}: ${off}.`]),
    ...zones(workload),
    ...neighbours(workload, around),
    ...unseenFields(workload),
    ...others(workload, around.manifests),
  ]
    .map((says): Unseen => ({ says }))
    .concat(isDatabase ? budgets(workload, around.manifests) : []);
}

function zones({ apart, isDatabase, manifest, object, spreads }: Workload): string[] {
  const affinity = at(manifest, 'spec.affinity');
  const own = isDatabase && at(affinity, 'podAntiAffinityType') === 'required' ? [affinity] : [];
  const keys = [...own, ...apart, ...spreads].map((rule) => text(at(rule, 'topologyKey'), HOSTNAME));
  return [...new Set(keys)]
    .filter((key) => key !== HOSTNAME)
    .map(
      (key) =>
        `${object} has a hard rule over '${key}', which the proof does not know: it may leave pods without a place, and it ` +
        `does not keep two of them off one node for the proof.`,
    );
}

/** Rules of and about other pods. */
function neighbours(workload: Workload, { namespaces, workloads }: Surroundings): string[] {
  const { apart, isDatabase, near, object, spreads } = workload;
  const others = workloads.filter((other) => other !== workload);
  const names = (found: readonly Workload[]): string => found.map((other) => other.object).join(', ');
  const selecting = apart.filter((term) => (at(term, 'labelSelector') ?? undefined) !== undefined);
  // Of a Cluster's own rules only the built-in one is read.
  const foreign = selecting.filter((term) => isDatabase || termSelects(term, workload, workload, namespaces) !== true);
  const shared = others.filter(
    (other) =>
      selecting.some((term) => termSelects(term, workload, other, namespaces) !== false) ||
      (other.namespace === workload.namespace && spreads.some((spread) => constraintSelects(spread, workload, other))),
  );
  const against = others.filter((other) =>
    other.apart.some((term) => termSelects(term, other, workload, namespaces) !== false),
  );
  const uncounted = spreads.filter(
    (spread) =>
      (at(spread, 'labelSelector') ?? undefined) !== undefined && !constraintSelects(spread, workload, workload),
  );
  return [
    ...(foreign.length > 0 ? [`${object} must keep away from other pods, which may take its place on a node.`] : []),
    ...(near.length > 0 ? [`${object} must be near other pods, and is gone where they are.`] : []),
    ...(shared.length > 0
      ? [`${object} has a hard rule about pods of ${names(shared)} too, and each is judged alone.`]
      : []),
    ...(against.length > 0
      ? [`${names(against)} must keep away from ${object}, and may take its place on a node.`]
      : []),
    ...(uncounted.length > 0 ? [`${object} is spread by the number of other pods than its own.`] : []),
    ...(ownSpreads(workload).length > 1
      ? [`${object} has several hard spreads over nodes, of which only the strictest counts.`]
      : []),
  ];
}

/** Other objects that decide how many pods there are. */
function others({ manifest, namespace, object }: Workload, manifests: readonly Manifest[]): string[] {
  const here = manifests.filter(({ metadata }) => metadata.namespace === namespace);
  const scalers = here.filter((other) => {
    const target = at(other, 'spec.scaleTargetRef');
    return at(target, 'name') === manifest.metadata.name && text(at(target, 'kind'), 'Deployment') === manifest.kind;
  });
  const chooser = manifests.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace);
  const choices = Object.keys(chooser?.metadata.annotations ?? {}).filter((name) =>
    name.startsWith('scheduler.alpha.kubernetes.io/'),
  );
  const quotas = here.filter(({ kind }) => kind === 'ResourceQuota');
  return [
    ...scalers.map(({ kind, metadata }) => `${kind}/${metadata.name} sets the number of replicas of ${object}.`),
    ...choices.map((name) => `Namespace/${namespace} has '${name}', which may choose nodes for ${object}.`),
    ...quotas.map(
      ({ metadata }) =>
        `ResourceQuota/${metadata.name} may refuse a new pod of ${object}, while those on a lost node still count.`,
    ),
  ];
}

/** A second budget beside the operator's own: the eviction API serves no pod that has two. */
function budgets({ labels, namespace, object }: Workload, manifests: readonly Manifest[]): Unseen[] {
  return manifests
    .filter(
      ({ kind, metadata, ...budget }) =>
        kind === 'PodDisruptionBudget' &&
        metadata.namespace === namespace &&
        (at(budget, 'spec.selector') ?? undefined) !== undefined &&
        selects(at(budget, 'spec.selector'), labels),
    )
    .map(({ metadata }) => ({
      says: `PodDisruptionBudget/${metadata.name} is about pods of ${object} too: with two budgets, none is evicted.`,
      claims: ['drainEnds'],
    }));
}
