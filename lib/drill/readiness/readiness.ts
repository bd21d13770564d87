import type { Verdict } from '../../evidence/evidence';
import type { Findings } from '../runner/context';
import type { ReadinessConfig } from '../runner/config';
import type { ReadinessEdges } from './edges';
import { Look, wasNotMade } from './_look';
import { lookAtNetwork } from './_network';
import { lookAtNodes, minorOf } from './_nodes';
import { lookAtOperators } from './_operators';
import { lookAtStorage } from './_storage';

/**
 * Compares a cluster with what the platform declares. It reads only. What it may not read is not checked and says so:
 * the verdict is then `aborted`, or `failed` where something else is wrong, never `passed`.
 */
export async function runReadiness(expected: ReadinessConfig, edges: ReadinessEdges): Promise<Findings> {
  const look = new Look();
  const { kubernetes } = edges;
  const version = await lookAtApi(look, expected, edges);
  await lookAtNodes(look, kubernetes, expected);
  const operator = await lookAtOperators(look, kubernetes, expected);
  await lookAtStorage(look, kubernetes, expected);
  await lookAtNetwork(look, expected, edges);
  // Its uid names the cluster: the namespace lives as long as the cluster does.
  const cluster = await kubernetes.find('/api/v1/namespaces/kube-system').catch(() => undefined);

  const wrong = look.checks.filter((c) => !c.ok && !wasNotMade(c));
  const unmade = look.checks.filter(wasNotMade);
  const verdict: Verdict = wrong.length > 0 ? 'failed' : unmade.length > 0 ? 'aborted' : 'passed';
  const first = wrong[0] ?? unmade[0];
  const others = wrong.length + unmade.length - 1;
  return {
    mode: expected.from,
    verdict,
    reason:
      first === undefined
        ? `all ${look.checks.length} checks are as declared, seen from ${expected.from}`
        : `${first.name}: expected ${first.expected}, observed ${first.observed}${others > 0 ? ` (and ${others} more)` : ''}`,
    clusterUid: cluster?.metadata.uid ?? null,
    versions: { postgres: null, operator, kubernetes: version },
    imageDigests: [],
    preconditions: [],
    repetitions: [],
    inventory: look.inventory,
    checks: look.checks,
    handover: [],
    cleanup: { ok: true, notes: [] },
  };
}

async function lookAtApi(
  look: Look,
  expected: ReadinessConfig,
  { kubernetes, now }: ReadinessEdges,
): Promise<string | null> {
  // prettier-ignore
  const wanted = `Kubernetes ${expected.kubernetes}`;
  const started = now();
  const version = await look.read([['kubernetes-api', wanted]], () =>
    kubernetes.read<{ gitVersion: string }>('/version'),
  );
  if (version === undefined) {
    return null;
  }
  look.check('kubernetes-api', minorOf(version.gitVersion) === expected.kubernetes, wanted, version.gitVersion);
  look.found('kubernetes api', { version: version.gitVersion, answer: `${Math.round(now() - started)} ms` });
  return version.gitVersion;
}
