import { clusterPaths, type Cluster, type FailoverQuorum, type Pod } from './cluster';
import type { FailoverConfig } from './config';
import type { RunContext } from './context';
import type { Load } from './load';
import { isReady } from './preconditions';

/** What the person needs who takes over from a drill that did not end well, most important first. */
export async function describeForOperator(
  run: RunContext,
  failover: FailoverConfig,
  load: Load,
  recovered: boolean,
): Promise<string[]> {
  const { kubernetes, config } = run;
  const paths = clusterPaths(config.namespace, failover.cluster);
  const [cluster, pods, quorum] = await Promise.all([
    kubernetes.get<Cluster>(paths.cluster).catch(() => undefined),
    kubernetes.list<Pod>(paths.pods, paths.podLabels).catch(() => []),
    kubernetes.find<FailoverQuorum>(paths.quorum).catch(() => undefined),
  ]);
  const status = cluster?.status;
  return [
    recovered
      ? 'clients are served again; the drill found something wrong'
      : `clients were not served again within ${failover.bounds.recoverySeconds} s; the load is stopped`,
    `cluster ${failover.cluster}: phase '${status?.phase ?? 'unknown'}', ${status?.phaseReason ?? 'no reason given'}`,
    `primary: current ${status?.currentPrimary ?? 'unknown'}, target ${status?.targetPrimary ?? 'unknown'}; ${status?.readyInstances ?? 0} of ${cluster?.spec.instances ?? 0} instances ready`,
    `pods: ${pods.map((p) => `${p.metadata.name} ${isReady(p) ? 'ready' : 'not ready'}`).join(', ') || 'none'}`,
    `failover quorum: ${quorum === undefined ? 'no object' : `${quorum.status?.standbyNumber ?? 0} of ${quorum.status?.standbyNames?.join(', ') ?? 'none'}`}`,
    ...lastErrors(load),
    `look: kubectl -n ${config.namespace} describe cluster ${failover.cluster}; kubectl -n ${config.namespace} logs -l ${paths.podLabels.split(',')[0]} -c postgres --tail=50`,
  ];
}

/** One line for each problem, not for each client that has it. */
function lastErrors({ lastErrors: of }: Load): string[] {
  const problems = [...new Set(of.values())];
  return problems.map((problem) => {
    const clients = [...of].filter(([, its]) => its === problem).map(([client]) => client);
    return `last error of ${clients.join(', ')}: ${problem}`;
  });
}
