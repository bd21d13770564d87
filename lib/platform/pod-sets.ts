import type { Manifest } from '../gitops/rendered';
import { selects } from '../policy/world';
import { eligibleNodes, HOSTNAME, type NodeRules, nodeRules, selected, tolerated } from './_eligible';
import { at, list, number, text } from './_read';
import { unseenIn } from './_unseen';
import { databaseFacts } from './read-input';
import type { NodeLossInput } from './node-loss';
import type { Platform } from './platform';
import type { PodSet, Spread } from './pod-set';

/**
 * The input of the node-loss proof, from objects as they are written: every Deployment and every CloudNativePG Cluster
 * with the PodDisruptionBudgets that select its pods.
 *
 * @throws if a selector names a node that the platform does not have
 */
export function nodeLossInput(platform: Platform, manifests: readonly Manifest[]): NodeLossInput {
  return {
    nodes: platform.nodes,
    podSets: manifests.flatMap((manifest) =>
      manifest.kind === 'Cluster' && manifest.apiVersion.startsWith('postgresql.cnpg.io/')
        ? [databaseSet(platform, manifest)]
        : manifest.kind === 'Deployment'
          ? [deploymentSet(platform, manifest, manifests)]
          : [],
    ),
    operatorNamespace: platform.operatorNamespace,
    unseen: unseenIn(manifests),
  };
}

function databaseSet(platform: Platform, manifest: Manifest): PodSet {
  const facts = databaseFacts(manifest);
  const affinity = (path: string): unknown => at(manifest, `spec.affinity.${path}`);
  const rules = nodeRules(affinity('nodeSelector'), affinity('nodeAffinity'), affinity('tolerations'));
  return {
    object: facts.object,
    replicas: facts.instances,
    nodes: eligibleNodes(platform, facts.object, rules),
    onePerNode: facts.requiredAntiAffinity,
    spread: spread(platform, rules, list(at(manifest, 'spec.topologySpreadConstraints')), {
      'cnpg.io/cluster': manifest.metadata.name,
    }),
    keepHealthy: undefined,
    quorum: {
      synchronousStandbys: facts.synchronousStandbys,
      required: facts.durability === 'required',
      failoverQuorum: facts.failoverQuorum,
      budgets: at(manifest, 'spec.enablePDB') !== false,
      volumes: platform.storage.kind,
    },
  };
}

function deploymentSet(platform: Platform, manifest: Manifest, manifests: readonly Manifest[]): PodSet {
  const object = `Deployment/${manifest.metadata.name}`;
  const pod = (path: string): unknown => at(manifest, `spec.template.spec.${path}`);
  const labels = (at(manifest, 'spec.template.metadata.labels') ?? {}) as Record<string, string>;
  const rules = nodeRules(pod('nodeSelector'), pod('affinity.nodeAffinity'), pod('tolerations'));
  const apart = list(at(pod('affinity.podAntiAffinity'), 'requiredDuringSchedulingIgnoredDuringExecution'));
  const replicas = number(object, 'spec.replicas', at(manifest, 'spec.replicas'), 1);
  return {
    object,
    replicas,
    nodes: eligibleNodes(platform, object, rules),
    onePerNode: apart.some((term) => at(term, 'topologyKey') === HOSTNAME && covers(at(term, 'labelSelector'), labels)),
    spread: spread(platform, rules, list(pod('topologySpreadConstraints')), labels),
    keepHealthy: keepHealthy(object, replicas, labels, manifest.metadata.namespace, manifests),
    quorum: undefined,
  };
}

/** Of several budgets for one pod the eviction API serves none: then no pod may be evicted. */
function keepHealthy(
  object: string,
  replicas: number,
  labels: Readonly<Record<string, string>>,
  namespace: string | undefined,
  manifests: readonly Manifest[],
): number | undefined {
  const budgets = manifests.filter(
    (manifest) =>
      manifest.kind === 'PodDisruptionBudget' &&
      manifest.metadata.namespace === namespace &&
      covers(at(manifest, 'spec.selector'), labels),
  );
  if (budgets.length !== 1) {
    return budgets.length === 0 ? undefined : replicas;
  }
  const amount = (value: unknown): number =>
    typeof value === 'string' && value.endsWith('%')
      ? Math.ceil((number(object, 'PodDisruptionBudget', value.slice(0, -1), 0) * replicas) / 100)
      : number(object, 'PodDisruptionBudget', value, 0);
  const least = at(budgets[0], 'spec.minAvailable');
  return least === undefined ? Math.max(0, replicas - amount(at(budgets[0], 'spec.maxUnavailable'))) : amount(least);
}

/** The strictest hard spread over nodes that counts these pods. */
function spread(
  platform: Platform,
  rules: NodeRules,
  constraints: readonly unknown[],
  labels: Readonly<Record<string, string>>,
): Spread | undefined {
  const hard = constraints.filter(
    (constraint) =>
      at(constraint, 'whenUnsatisfiable') !== 'ScheduleAnyway' &&
      at(constraint, 'topologyKey') === HOSTNAME &&
      covers(at(constraint, 'labelSelector'), labels),
  );
  if (hard.length === 0) {
    return undefined;
  }
  const honors = (constraint: unknown, policy: string, otherwise: string): boolean =>
    text(at(constraint, policy), otherwise) === 'Honor';
  const honorsTaints = (constraint: unknown): boolean => honors(constraint, 'nodeTaintsPolicy', 'Ignore');
  const honorsSelection = (constraint: unknown): boolean => honors(constraint, 'nodeAffinityPolicy', 'Honor');
  return {
    maxSkew: Math.min(...hard.map((constraint) => number('spread', 'maxSkew', at(constraint, 'maxSkew'), 1))),
    countsLostNodes: !hard.every(honorsTaints),
    countsForeignNodes: platform.nodeFacts.some((node) => {
      const [isSelected, isTolerated] = [selected(node, rules), tolerated(node, rules)];
      const counts = (constraint: unknown): boolean =>
        (isSelected || !honorsSelection(constraint)) && (isTolerated || !honorsTaints(constraint));
      return !(isSelected && isTolerated) && hard.some(counts);
    }),
  };
}

/** A missing selector selects nothing, an empty one everything. */
function covers(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  return selector !== undefined && selects(selector, labels);
}
