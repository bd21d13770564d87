import { sha256 } from '../../evidence/digest';
import type { Evidence } from '../../evidence/evidence';
import { schemaMistakes } from '../../evidence/history';
import { KubernetesError, type KubernetesClient, type KubernetesObject } from './kubernetes';

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** A ConfigMap may hold 1 MiB; evidence stops well before. */
const MAX_BYTES = 900_000;
const MAX_TERMINATION_BYTES = 4096;

/** The ConfigMap that collects the evidence of one drill, one key a run. */
export class EvidenceStore {
  public constructor(
    private readonly kubernetes: KubernetesClient,
    private readonly at: { readonly namespace: string; readonly configMap: string; readonly keep: number },
  ) {}

  /** Digest of the newest evidence, for the chain; null for the first. */
  public async previousDigest(): Promise<string | null> {
    const map = await this.kubernetes.find<ConfigMap>(this.path);
    const newest = Object.keys(map?.data ?? {})
      .sort()
      .at(-1);
    if (newest === undefined) {
      return null;
    }
    try {
      return (JSON.parse(map?.data?.[newest] ?? '') as Evidence).digest;
    } catch {
      return sha256(map?.data?.[newest] ?? '');
    }
  }

  /** Adds a document and drops the oldest ones beyond `keep`. Another writer in between is no obstacle. */
  public async add(evidence: Evidence): Promise<void> {
    const mistakes = schemaMistakes(evidence);
    if (mistakes.length > 0) {
      throw new Error(`evidence is not valid and was not stored: ${mistakes.join('; ')}`);
    }
    for (let attempt = 1; ; attempt++) {
      const map = await this.kubernetes.find<ConfigMap>(this.path);
      const data = prune({ ...map?.data, [`${evidence.runId}.json`]: JSON.stringify(evidence) }, this.at.keep);
      const wanted: ConfigMap = {
        ...(map ?? {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: {
            name: this.at.configMap,
            namespace: this.at.namespace,
            labels: { 'app.kubernetes.io/managed-by': 'phoenix-drill' },
          },
        }),
        data,
      };
      try {
        await (map === undefined
          ? this.kubernetes.create(this.collection, wanted)
          : this.kubernetes.update(this.path, wanted));
        return;
      } catch (error) {
        if (!(error instanceof KubernetesError && error.code === 409) || attempt === 5) {
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
}

/** What a person needs first, in at most 4,096 bytes: Kubernetes cuts the rest off without a word. */
export function terminationMessage(evidence: Evidence): string {
  const { drill, runId, verdict, reason, digest, cleanup } = evidence;
  const lines = evidence.repetitions.map((r, i) => {
    const ms = (value: number | null) => (value === null ? 'not back' : `${Math.round(value)} ms`);
    return `run ${i + 1}: writes ${ms(r.writeOutageMs)}, reads ${ms(r.readOutageMs)}, api ${ms(r.apiOutageMs)}, lost ${r.writes.lost}`;
  });
  const failed = [...evidence.preconditions, ...evidence.repetitions.flatMap((r) => r.checks), ...evidence.checks]
    .filter((c) => !c.ok)
    .map((c) => `${c.name}: expected ${c.expected}, observed ${c.observed}`);
  const text = [
    `${drill} ${verdict}: ${reason}`,
    `run ${runId}, ${digest}, cleanup ${cleanup.ok ? 'ok' : 'FAILED'}`,
    ...lines,
    ...failed,
    ...evidence.handover,
  ].join('\n');
  return cutBytes(text, MAX_TERMINATION_BYTES);
}

/** Cuts a text to a number of bytes without breaking a character. */
export function cutBytes(text: string, max: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= max) {
    return text;
  }
  let end = max - 4;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) {
    end--;
  }
  return `${bytes.subarray(0, end).toString()}...`;
}

function prune(data: Readonly<Record<string, string>>, keep: number): Record<string, string> {
  const kept: Record<string, string> = {};
  let bytes = 0;
  const newestFirst = Object.keys(data).sort().toReversed();
  for (const [i, key] of newestFirst.entries()) {
    bytes += Buffer.byteLength(data[key]!);
    if (i > 0 && (i >= keep || bytes > MAX_BYTES)) {
      break;
    }
    kept[key] = data[key]!;
  }
  return kept;
}
