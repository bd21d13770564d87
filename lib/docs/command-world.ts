import type { Manifest } from '../gitops/rendered';
import type { PostgresCluster } from '../postgres/postgres-cluster';

/** One object that commands may name. Cluster-wide objects have no namespace. */
export interface KnownObject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** What the world is made of. */
export interface CommandWorldProps {
  /** All objects that synthesis writes. */
  readonly manifests: readonly Manifest[];
  readonly databases: readonly PostgresCluster[];
  /** Objects that others own, or that delivery engines make. */
  readonly declared: readonly KnownObject[];
  /** Files from the root of the repository, as `dist/manifests/state-hub-base/kustomization.yaml`. */
  readonly files: readonly string[];
}

/**
 * Everything that the commands of documents may refer to: what is synthesized, what the operator makes of it, and what
 * is declared.
 */
export class CommandWorld {
  public readonly namespaces: ReadonlySet<string>;
  /** `key=value` of labels that pods or objects have. */
  public readonly labels: ReadonlySet<string>;
  public readonly containers: ReadonlySet<string>;
  public readonly databases: ReadonlySet<string>;
  private readonly names = new Map<string, Set<string>>();
  private readonly paths: ReadonlySet<string>;
  private readonly fileNames: ReadonlySet<string>;
  private readonly anywhere = new Map<string, Set<string>>();
  /** Answers for paths with `*`, which many pages ask for alike. */
  private readonly patterns = new Map<string, boolean>();

  public constructor(props: CommandWorldProps) {
    const objects: KnownObject[] = [
      ...props.manifests.map(({ kind, metadata: { name, namespace } }) => known(kind, name, namespace)),
      ...props.databases.flatMap(madeByOperator),
      ...props.declared,
    ];
    for (const { kind, name, namespace } of objects) {
      const key = `${kind}/${namespace ?? ''}`;
      this.names.set(key, (this.names.get(key) ?? new Set()).add(name));
      this.anywhere.set(kind, (this.anywhere.get(kind) ?? new Set()).add(name));
    }
    this.namespaces = new Set([
      ...objects.flatMap(({ kind, name }) => (kind === 'Namespace' ? [name] : [])),
      ...objects.flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace])),
    ]);
    this.labels = new Set([
      ...props.manifests.flatMap(labelsOf),
      ...props.databases.flatMap((db) => [
        `cnpg.io/cluster=${db.name}`,
        'cnpg.io/podRole=instance',
        'cnpg.io/jobRole=full-recovery',
        ...['rw', 'ro'].map((end) => `kubernetes.io/service-name=${db.name}-${end}`),
        ...Object.entries(db.platform.operatorPodLabels).map(([key, value]) => `${key}=${value}`),
      ]),
    ]);
    this.containers = new Set(['postgres', 'plugin-barman-cloud', ...props.manifests.flatMap(containersOf)]);
    this.databases = new Set(['postgres', ...props.databases.flatMap((db) => [db.database, db.drillRole])]);
    const parts = props.files.map((file) => file.split('/'));
    this.paths = new Set(parts.flatMap((names) => names.map((_, i) => names.slice(0, i + 1).join('/'))));
    this.fileNames = new Set(parts.flatMap((names) => names.slice(-1)));
  }

  /** Whether there is such an object; `name` may have gaps that `gap` marks. Without a namespace: cluster-wide. */
  public has(kind: string, name: string, namespace: string | undefined, gap = '\u0000'): boolean {
    const names = this.names.get(`${kind}/${namespace ?? ''}`);
    return names !== undefined && (name.includes(gap) ? matches(name, gap, '.*', names) : names.has(name));
  }

  /** Whether an object of this kind and name is in any namespace. */
  public hasAnywhere(kind: string, name: string): boolean {
    return this.anywhere.get(kind)?.has(name) === true;
  }

  /** Whether there is such a file or folder; `*` stands for any part of a name. */
  public hasPath(path: string): boolean {
    if (!path.includes('*')) {
      return this.paths.has(path);
    }
    const answer = this.patterns.get(path) ?? matches(path, '*', '[^/]*', this.paths);
    this.patterns.set(path, answer);
    return answer;
  }

  /** Whether some file has this name, in whatever folder. */
  public hasFileNamed(name: string): boolean {
    return this.fileNames.has(name);
  }
}

function matches(name: string, gap: string, by: string, names: ReadonlySet<string>): boolean {
  const escaped = name.split(gap).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${escaped.join(by)}$`);
  return [...names].some((candidate) => pattern.test(candidate));
}

/** What CloudNativePG makes for a Cluster (facts of version 1.30). */
function madeByOperator(db: PostgresCluster): KnownObject[] {
  const { name, namespace, instances, platform } = db;
  const serials = Array.from({ length: instances }, (_, i) => `${name}-${i + 1}`);
  return [
    ...serials.map((pod) => known('Pod', pod, namespace)),
    ...serials.flatMap((pod) => [pod, `${pod}-wal`]).map((claim) => known('PersistentVolumeClaim', claim, namespace)),
    // Not '-r', which leads to any instance: no command has a reason to use it.
    ...['rw', 'ro'].map((end) => known('Service', `${name}-${end}`, namespace)),
    ...['ca', 'server', 'replication'].map((end) => known('Secret', `${name}-${end}`, namespace)),
    ...['Lease', 'FailoverQuorum', 'ServiceAccount', 'Role', 'RoleBinding'].map((kind) => known(kind, name, namespace)),
    ...platform.nodes.map((node) => known('Node', node)),
    known('StorageClass', platform.storage.storageClass),
    known('Namespace', platform.operatorNamespace),
    ...[platform.operatorDeployment, platform.pluginDeployment].map((one) =>
      known('Deployment', one, platform.operatorNamespace),
    ),
  ];
}

export function known(kind: string, name: string, namespace?: string): KnownObject {
  return { kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly containers?: readonly { readonly name: string }[] };
}

function templateOf(manifest: Manifest): PodTemplate | undefined {
  return (manifest['spec'] as { readonly template?: PodTemplate } | undefined)?.template;
}

function labelsOf(manifest: Manifest): string[] {
  const all = { ...manifest.metadata.labels, ...templateOf(manifest)?.metadata?.labels };
  return Object.entries(all).map(([key, value]) => `${key}=${value}`);
}

function containersOf(manifest: Manifest): string[] {
  return (templateOf(manifest)?.spec?.containers ?? []).map(({ name }) => name);
}
