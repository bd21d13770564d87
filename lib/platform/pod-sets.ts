import type { Manifest } from '../gitops/rendered';
import { selects } from '../policy/selector';
import { failoverStall } from './_blocked';
import { eligibleNodes, HOSTNAME, nodeRules } from './_eligible';
import { at, list, number } from './_read';
import { type Namespaces, namespacesIn, termSelects } from './_selection';
import { spreadOf } from './_spread';
import { CORDON, evictedAfter, tolerationOf, UNREACHABLE } from './_tolerations';
import { type Surroundings, unseenAround, unseenOf } from './_unseen';
import { isJudged, type Workload, workloadsIn } from './_workload';
import { databaseFacts } from './read-input';
import type { NodeLossInput } from './node-loss';
import type { Platform } from './platform';
import type { PodSet, Unseen } from './pod-set';
import type { DatabaseFacts } from './prediction-input';

/**
 * The input of the node-loss proof, from objects as they are written: every Deployment and every CloudNativePG Cluster
 * with the PodDisruptionBudgets that select its pods.
 *
 * @throws if a selector names a node that the platform does not have
 */
export function nodeLossInput(platform: Platform, manifests: readonly Manifest[]): NodeLossInput {
  const workloads = workloadsIn(manifests);
  const around = { manifests, workloads, namespaces: namespacesIn(manifests) };
  return {
    nodes: platform.nodes,
    podSets: workloads
      .filter(isJudged)
      .map((workload) =>
        workload.isDatabase ? databaseSet(platform, workload, around) : deploymentSet(platform, workload, around),
      ),
    operatorNamespace: platform.operatorNamespace,
    unseen: unseenAround(around),
  };
}

function databaseSet(platform: Platform, workload: Workload, around: Surroundings): PodSet {
  const { manifest } = workload;
  const facts = databaseFacts(manifest);
  const { kind, replicas } = platform.storage;
  return {
    ...common(platform, workload),
    replicas: facts.instances,
    onePerNode: facts.requiredAntiAffinity,
    keepHealthy: undefined,
    quorum: {
      synchronousStandbys: facts.synchronousStandbys,
      required: facts.durability === 'required',
      failoverQuorum: facts.failoverQuorum,
      budgets: at(manifest, 'spec.enablePDB') !== false,
      volumes: kind === 'nodeLocal' ? 'nodeLocal' : 'replicated',
      copies: Math.min(replicas, platform.nodes.length),
      switchedOff: facts.switchedOff,
    },
    unseen: [...unseenOf(workload, around), ...stalls(facts, platform), ...storageHabits(platform, workload)],
  };
}

function deploymentSet(platform: Platform, workload: Workload, around: Surroundings): PodSet {
  const { manifest, object } = workload;
  const replicas = number(object, 'spec.replicas', at(manifest, 'spec.replicas'), 1);
  return {
    ...common(platform, workload),
    replicas,
    onePerNode: keepsApart(workload, around.namespaces) || takesHostPort(workload),
    keepHealthy: keepHealthy(workload, replicas, around.manifests),
    quorum: undefined,
    unseen: unseenOf(workload, around),
  };
}

/** What both kinds have. */
function common(
  platform: Platform,
  workload: Workload,
): Pick<PodSet, 'object' | 'nodes' | 'spread' | 'staysOnLostNode' | 'returnsToDrain'> {
  const { nodeAffinity, nodeName, nodeSelector, object, tolerations } = workload;
  const rules = nodeRules(nodeName, nodeSelector, nodeAffinity, tolerations);
  const mayStartOn = (taint: typeof CORDON): boolean =>
    rules.name !== undefined || tolerationOf(tolerations, taint) !== undefined;
  return {
    object,
    nodes: eligibleNodes(platform, object, rules),
    spread: spreadOf(platform, rules, workload),
    staysOnLostNode: evictedAfter(tolerations) === undefined || mayStartOn(UNREACHABLE),
    returnsToDrain: mayStartOn(CORDON),
  };
}

/** Required anti-affinity to its own pods. Past the scheduler, nothing is kept apart. */
function keepsApart(workload: Workload, namespaces: Namespaces): boolean {
  return (
    workload.nodeName === undefined &&
    workload.apart.some(
      (term) => at(term, 'topologyKey') === HOSTNAME && termSelects(term, workload, workload, namespaces) === true,
    )
  );
}

/** A port of the host, which one pod of a node can have. */
function takesHostPort({ manifest }: Workload): boolean {
  const pod = at(manifest, 'spec.template.spec');
  const ports = [...list(at(pod, 'containers')), ...list(at(pod, 'initContainers'))].flatMap((container) =>
    list(at(container, 'ports')),
  );
  return ports.some((port) => at(pod, 'hostNetwork') === true || at(port, 'hostPort') !== undefined);
}

/** Of several budgets for one pod the eviction API serves none: then no pod may be evicted. */
function keepHealthy(workload: Workload, replicas: number, manifests: readonly Manifest[]): number | undefined {
  const { labels, namespace, object } = workload;
  const budgets = manifests.filter(
    (manifest) =>
      manifest.kind === 'PodDisruptionBudget' &&
      manifest.metadata.namespace === namespace &&
      at(manifest, 'spec.selector') !== undefined &&
      selects(at(manifest, 'spec.selector'), labels),
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

/** What keeps a standby from being promoted that has the quorum for it. */
function stalls(facts: DatabaseFacts, { nodeMonitorGraceSeconds }: Platform): Unseen[] {
  const stall = failoverStall(facts, nodeMonitorGraceSeconds);
  return stall === undefined ? [] : [{ says: `${facts.object}: ${stall}.`, claims: ['writes', 'failover'] }];
}

/** What storage that copies volumes itself does on its own terms. */
function storageHabits({ storage }: Platform, { object }: Workload): Unseen[] {
  if (storage.kind === 'replicated') {
    return [
      {
        says:
          `${object} has volumes that stay attached to a lost node until a person says that it is off, by deleting it or by the ` +
          `taint node.kubernetes.io/out-of-service; only then the lost instance starts elsewhere.`,
        claims: [],
      },
    ];
  }
  return storage.dataLocality === 'strict-local'
    ? [
        {
          says:
            `${object} has the only copy of a volume on the node of each instance, and Longhorn by default lets no such node be ` +
            `drained ('node-drain-policy' is 'block-if-contains-last-replica'): set it to 'allow-if-replica-is-stopped'.`,
          claims: ['drainEnds'],
        },
      ]
    : [];
}
