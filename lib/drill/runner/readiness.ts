import { lookup } from 'node:dns/promises';
import { runReadiness } from '../readiness/readiness';
import { stoppable, Stopped } from './clock';
import type { ReadinessConfig } from './config';
import type { Findings, RunContext } from './context';

const HTTP_MS = 10_000;

/** Makes the readiness check from inside the cluster, until it ends or a signal comes. It reads only. */
export async function checkReadiness(run: RunContext): Promise<Findings> {
  const expected = run.config.readiness;
  if (expected === undefined) {
    throw new Error(`the configuration has no 'readiness'`);
  }
  const check = runReadiness(expected, {
    kubernetes: run.kubernetes,
    resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
    status: async (url) => {
      const response = await fetch(url, { signal: AbortSignal.timeout(HTTP_MS), redirect: 'manual' });
      await response.body?.cancel();
      return response.status;
    },
    now: () => run.clock.now(),
    inCluster: true,
  });
  try {
    return await stoppable(check, run.signal);
  } catch (error) {
    if (!(error instanceof Stopped)) {
      throw error;
    }
    return abandoned(expected, error.message);
  }
}

function abandoned({ from }: ReadinessConfig, reason: string): Findings {
  return {
    mode: from,
    verdict: 'aborted',
    reason,
    clusterUid: null,
    versions: { postgres: null, operator: null, kubernetes: null },
    imageDigests: [],
    preconditions: [],
    repetitions: [],
    inventory: [],
    checks: [],
    handover: [],
    cleanup: { ok: true, notes: [] },
  };
}
