import type { Evidence } from '../../evidence/evidence';
import { chainOf, isNewer, schemaMistakes } from '../../evidence/history';
import { isUncertain, KubernetesError, type KubernetesClient, type KubernetesObject } from './kubernetes';

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** A ConfigMap may hold 1 MiB; evidence stops well before. */
const MAX_BYTES = 900_000;

/** The ConfigMap that collects the evidence of drills, one key a run. */
export class EvidenceStore {
  public constructor(
    private readonly kubernetes: KubernetesClient,
    private readonly at: { readonly namespace: string; readonly configMap: string; readonly keep: number },
  ) {}

  /**
   * Adds a document and drops the oldest ones beyond `keep`. The document is built with the digest of the one before
   * it, again if another run was faster, so that the chain never forks.
   *
   * @throws if the document does not match its schema, or the API refuses
   */
  public async append(build: (before: readonly Evidence[]) => Evidence): Promise<Evidence> {
    for (let attempt = 1; ; attempt++) {
      const map = await this.kubernetes.find<ConfigMap>(this.path);
      const before = documentsIn(map);
      const evidence = build(before);
      const arrived = before.find((other) => other.runId === evidence.runId);
      if (arrived !== undefined) {
        return arrived;
      }
      const mistakes = schemaMistakes(evidence);
      if (mistakes.length > 0) {
        throw new Error(`the document does not match its schema: ${mistakes.join('; ')}`);
      }
      try {
        await this.write(map, evidence);
        return evidence;
      } catch (error) {
        const again = isUncertain(error) || (error instanceof KubernetesError && error.code === 409);
        if (!again || attempt === 5) {
          throw error;
        }
      }
    }
  }

  private get collection(): string {
    return `/api/v1/namespaces/${this.at.namespace}/configmaps`;
  }

  private get path(): string {
    return `${this.collection}/${this.at.configMap}`;
  }

  private async write(map: ConfigMap | undefined, evidence: Evidence): Promise<void> {
    const data = prune(map?.data ?? {}, `${evidence.runId}.json`, JSON.stringify(evidence), this.at.keep);
    if (map !== undefined) {
      await this.kubernetes.update(this.path, { ...map, data });
      return;
    }
    await this.kubernetes.create(this.collection, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: this.at.configMap,
        namespace: this.at.namespace,
        labels: { 'app.kubernetes.io/managed-by': 'phoenix-drill' },
      },
      data,
    } satisfies ConfigMap);
  }
}

/** Digest of the newest document of the same chain; null for the first. */
export function previousDigest(before: readonly Evidence[], evidence: Parameters<typeof chainOf>[0]): string | null {
  const chain = before.filter((other) => chainOf(other) === chainOf(evidence));
  return (
    chain.reduce<Evidence | undefined>(
      (newest, other) => (newest === undefined || isNewer(other, newest) ? other : newest),
      undefined,
    )?.digest ?? null
  );
}

/** What is valid in a ConfigMap; what is not is somebody else's and stays where it is. */
function documentsIn(map: ConfigMap | undefined): Evidence[] {
  return Object.values(map?.data ?? {}).flatMap((text) => {
    try {
      const value: unknown = JSON.parse(text);
      return schemaMistakes(value).length === 0 ? [value as Evidence] : [];
    } catch {
      return [];
    }
  });
}

/** The new document and the newest others that fit; run ids sort by time. */
function prune(
  data: Readonly<Record<string, string>>,
  newKey: string,
  newText: string,
  keep: number,
): Record<string, string> {
  const kept: Record<string, string> = { [newKey]: newText };
  let bytes = Buffer.byteLength(newText);
  for (const key of Object.keys(data).sort().toReversed()) {
    bytes += Buffer.byteLength(data[key]!);
    if (Object.keys(kept).length >= keep || bytes > MAX_BYTES) {
      break;
    }
    kept[key] = data[key]!;
  }
  return kept;
}
