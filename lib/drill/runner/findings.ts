import type { Verdict } from '../../evidence/evidence';
import type { Pod } from './cluster';
import type { FailoverConfig } from './config';
import type { Findings } from './context';
import type { FailoverResult } from './failover';
import { spread } from './verdict';

/** What a failover drill concludes from its repetitions. */
export function failoverFindings(failover: FailoverConfig, result: FailoverResult): Findings {
  const { repetitions, facts, checks, leftovers } = result;
  const bad = [...repetitions.flatMap((r) => r.checks), ...checks].find((c) => !c.ok);
  const complete = result.ended === undefined && repetitions.length === failover.repetitions;
  // Once a primary was taken away, a run that stops is a failed one.
  const verdict: Verdict = bad === undefined && complete ? 'passed' : result.triggered ? 'failed' : 'aborted';
  const writeOutage = spread(repetitions.map((r) => r.writeOutageMs));
  const { typicalSeconds, worstSeconds } = failover.prediction;
  return {
    mode: failover.mode,
    verdict,
    reason:
      bad !== undefined
        ? `${bad.name}: expected ${bad.expected}, observed ${bad.observed}`
        : verdict === 'passed'
          ? `writes were back after ${((writeOutage?.worst ?? 0) / 1000).toFixed(2)} s at worst, objective ${failover.objective.rtoSeconds} s; every acknowledged write is there`
          : (result.ended ?? 'ended before its last repetition'),
    clusterUid: facts?.cluster.metadata.uid ?? null,
    versions: {
      postgres: facts?.replication?.version ?? null,
      operator: facts?.pods[0]?.metadata.annotations?.['cnpg.io/operatorVersion'] ?? null,
      kubernetes: result.kubernetes,
    },
    imageDigests: imagesOf([...(facts?.pods ?? []), ...(facts?.apiPods ?? [])]),
    preconditions: result.preconditions,
    objective: { failureClass: failover.failureClass, ...failover.objective },
    prediction: {
      typicalSeconds,
      worstSeconds,
      held: writeOutage === null ? null : writeOutage.worst <= worstSeconds * 1000,
    },
    spread: {
      writeOutage,
      readOutage: spread(repetitions.map((r) => r.readOutageMs)),
      apiOutage: spread(repetitions.map((r) => r.apiOutageMs)),
    },
    repetitions,
    inventory: [],
    checks,
    handover: result.handover,
    cleanup: { ok: leftovers.length === 0, notes: leftovers },
  };
}

/** Images of all containers, sidecars included: those are init containers that never end. */
function imagesOf(pods: readonly Pod[]): string[] {
  const statuses = pods.flatMap(({ status }) => [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
  ]);
  return [...new Set(statuses.map(({ imageID }) => imageID ?? ''))].filter((id) => id !== '').sort();
}
