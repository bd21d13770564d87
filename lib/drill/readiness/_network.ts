import type { Look } from './_look';
import type { ReadinessConfig } from '../runner/config';
import type { ReadinessEdges } from './edges';

/** Names resolve and addresses answer from where the check runs. */
export async function lookAtNetwork(
  look: Look,
  { resolve, urls = [] }: ReadinessConfig,
  edges: ReadinessEdges,
): Promise<void> {
  // prettier-ignore
  for (const host of resolve) {
    if (!edges.inCluster && isClusterName(host)) {
      look.found(`name ${host}`, { addresses: 'not asked for: only pods of the cluster know this name' });
      continue;
    }
    const addresses = await edges.resolve(host).catch((error: Error) => error);
    const seen = addresses instanceof Error ? addresses.message : addresses.join(', ') || 'no address';
    look.check(`dns-${host}`, !(addresses instanceof Error) && addresses.length > 0, `${host} resolves`, seen);
    look.found(`name ${host}`, { addresses: seen });
  }
  for (const url of urls) {
    if (!edges.inCluster && isClusterName(new URL(url).hostname)) {
      look.found(`address ${url}`, { answer: 'not asked for: only pods of the cluster reach it' });
      continue;
    }
    const started = edges.now();
    const status = await edges.status(url).catch((error: Error) => error);
    const seen = status instanceof Error ? `no answer: ${status.message}` : `status ${status}`;
    look.check(`reach-${url}`, status === 200, `${url} answers 200`, seen);
    look.found(`address ${url}`, { answer: `${seen}, ${Math.round(edges.now() - started)} ms` });
  }
}

function isClusterName(host: string): boolean {
  return /\.(svc|cluster\.local)\.?$/.test(host);
}
