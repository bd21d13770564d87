import { KubernetesError, type KubernetesClient, type KubernetesObject } from '../drill/runner/kubernetes';
import { readHistory, type History } from '../evidence/history';
import { CLUSTER_OPTIONS, type ClusterChoice, withCluster } from './_cluster';
import { type CommandIo, UsageMistake } from './_command';
import { readEvidenceFiles } from './_evidence-files';

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** One document as it lies in a cluster. */
export interface StoredText {
  readonly source: string;
  /** Key in its ConfigMap, which is a file name. */
  readonly name: string;
  readonly text: string;
}

/** What a verb needs to find evidence in a cluster. */
export type SourceOptions = ClusterChoice & { readonly namespace: string | undefined };

/** The options of verbs that read evidence from files or a cluster. */
export const SOURCE_OPTIONS = {
  namespace: { type: 'string', short: 'n', value: 'NAME', description: 'namespace of the drills, to read from the cluster' }, // prettier-ignore
  ...CLUSTER_OPTIONS,
} as const;

const LABELS = 'app.kubernetes.io/managed-by=phoenix-drill';

/** Evidence from files if there are any, else from the ConfigMaps of a namespace. */
export async function readEvidence(io: CommandIo, files: readonly string[], options: SourceOptions): Promise<History> {
  if (files.length > 0) {
    if (options.namespace !== undefined) {
      throw new UsageMistake('name files or --namespace, not both');
    }
    return readEvidenceFiles(io, files);
  }
  return readHistory(await storedTexts(io, options));
}

/** Every document in the evidence ConfigMaps of a namespace. @throws UsageMistake if the API refuses */
export async function storedTexts(io: CommandIo, options: SourceOptions): Promise<readonly StoredText[]> {
  const { namespace } = options;
  if (namespace === undefined) {
    throw new UsageMistake('name evidence files, or the namespace of the drills with --namespace');
  }
  checkNamespace(namespace);
  try {
    return await withCluster(io, options, (client) => textsIn(client, namespace));
  } catch (error) {
    if (error instanceof KubernetesError) {
      throw new UsageMistake(`the cluster does not show its evidence: ${error.message}`);
    }
    throw error;
  }
}

/** The same with an open client. @throws KubernetesError */
export async function textsIn(client: KubernetesClient, namespace: string): Promise<readonly StoredText[]> {
  const maps = await client.list<ConfigMap>(`/api/v1/namespaces/${namespace}/configmaps`, LABELS);
  return maps.flatMap((map) =>
    Object.entries(map.data ?? {})
      .filter(([name]) => name.endsWith('.json'))
      .map(([name, text]) => ({ source: `${namespace}/${map.metadata.name}/${name}`, name, text })),
  );
}

/** @throws UsageMistake if the text cannot be a namespace */
export function checkNamespace(namespace: string): void {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) {
    throw new UsageMistake(`--namespace must be the name of a namespace, got '${namespace}'`);
  }
}
