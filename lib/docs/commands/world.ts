import type { Manifest, OutputFile } from '../../gitops/rendered';
import type { RequiredSecret } from '../../gitops/required-secret';
import type { PostgresCluster } from '../../postgres/postgres-cluster';
import { Paths, wildcard } from './_paths';

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
  /** Secrets that people make. */
  readonly secrets: readonly RequiredSecret[];
  /** Objects that others own, or that delivery engines make. */
  readonly declared: readonly KnownObject[];
  /** Files from the root of the repository, as `dist/manifests/state-hub-base/kustomization.yaml`. */
  readonly files: readonly string[];
  /** Scripts and configuration that commands use. */
  readonly texts: readonly OutputFile[];
}

/**
 * Everything that the commands of documents may refer to: what is synthesized, what the operator makes of it, and what
 * is declared.
 */
export class CommandWorld {
  public readonly namespaces: ReadonlySet<string>;
  /** `key=value` of labels that pods or objects have. */
  public readonly labels: ReadonlySet<string>;
  public readonly labelKeys: ReadonlySet<string>;
  public readonly containers: ReadonlySet<string>;
  public readonly databases: ReadonlySet<string>;
  public readonly roles: ReadonlySet<string>;
  /** Servers outside that databases are copied from. */
  public readonly hosts: ReadonlySet<string>;
  /** `s3://...` of base backups, and addresses of object stores. */
  public readonly stores: ReadonlySet<string>;
  /** Paths that probes ask. */
  public readonly probes: ReadonlySet<string>;
  public readonly secrets: ReadonlyMap<string, RequiredSecret>;
  private readonly names = new Map<string, Set<string>>();
  private readonly paths: Paths;
  private readonly fileNames: ReadonlySet<string>;
  private readonly anywhere = new Map<string, Set<string>>();
  /** Every name, alone and behind its namespace, each on a line of its own: the quickest to search. */
  private readonly allNames: string;
  private readonly texts: ReadonlyMap<string, string>;
  private ends: ReadonlySet<string> | undefined;
  /** Answers about parts of names, which many pages ask for alike. */
  private readonly answers = new Map<string, boolean>();

  public constructor(props: CommandWorldProps) {
    const { databases, manifests } = props;
    const objects: KnownObject[] = [
      ...manifests.map(({ kind, metadata: { name, namespace } }) => known(kind, name, namespace)),
      ...databases.flatMap(madeByOperator),
      ...props.secrets.map(({ name, namespace }) => known('Secret', name, namespace)),
      ...props.declared,
    ];
    for (const { kind, name, namespace } of objects) {
      const key = `${kind}/${namespace ?? ''}`;
      this.names.set(key, (this.names.get(key) ?? new Set()).add(name));
      this.anywhere.set(kind, (this.anywhere.get(kind) ?? new Set()).add(name));
    }
    const names = objects.flatMap(({ name, namespace }) =>
      namespace === undefined ? [name] : [name, `${namespace}/${name}`],
    );
    this.allNames = `\n${[...new Set(names)].join('\n')}\n`;
    this.namespaces = new Set([
      ...objects.flatMap(({ kind, name }) => (kind === 'Namespace' ? [name] : [])),
      ...objects.flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace])),
    ]);
    this.labels = new Set([
      ...manifests.flatMap(labelsOf),
      ...databases.flatMap((db) => [
        `cnpg.io/cluster=${db.name}`,
        'cnpg.io/podRole=instance',
        'cnpg.io/jobRole=full-recovery',
        ...['rw', 'ro'].map((end) => `kubernetes.io/service-name=${db.name}-${end}`),
        ...Object.entries(db.platform.operatorPodLabels).map(([key, value]) => `${key}=${value}`),
      ]),
    ]);
    this.labelKeys = new Set([
      ...[...this.labels].map((label) => label.slice(0, label.indexOf('='))),
      'cnpg.io/instanceRole',
      'cnpg.io/instanceName',
    ]);
    this.containers = new Set(['postgres', 'plugin-barman-cloud', ...manifests.flatMap(containersOf)]);
    this.databases = new Set(['postgres', ...databases.flatMap((db) => [db.database, db.drillRole])]);
    this.roles = new Set(['postgres', ...databases.flatMap((db) => [db.owner, db.drillRole])]);
    this.hosts = new Set(
      databases.flatMap(({ bootstrap }) => (bootstrap.method === 'import' ? [bootstrap.source.host] : [])),
    );
    this.stores = new Set(
      databases.flatMap(({ objectStore, serverName }) => [
        `${objectStore.destination}/${serverName}/base/`,
        ...(objectStore.endpoint === undefined ? [] : [objectStore.endpoint]),
      ]),
    );
    this.probes = new Set(manifests.flatMap(probesOf));
    this.secrets = new Map(props.secrets.map((secret) => [`${secret.namespace}/${secret.name}`, secret]));
    this.paths = new Paths(props.files);
    this.fileNames = new Set(props.files.map((file) => file.slice(file.lastIndexOf('/') + 1)));
    this.texts = new Map(props.texts.map(({ path, text }) => [path.slice(path.lastIndexOf('/') + 1), text]));
  }

  /** Whether there is such an object; `name` may have gaps that `gap` marks. Without a namespace: cluster-wide. */
  public has(kind: string, name: string, namespace: string | undefined, gap = '\u0000'): boolean {
    const names = this.names.get(`${kind}/${namespace ?? ''}`);
    return names !== undefined && (name.includes(gap) ? [...names].some(wildcard(name, gap)) : names.has(name));
  }

  /** Whether an object of this kind and name is in any namespace. */
  public hasAnywhere(kind: string, name: string): boolean {
    return this.anywhere.get(kind)?.has(name) === true;
  }

  /** Whether some object's name, alone or behind its namespace, has this in it. */
  public mentions(part: string): boolean {
    return this.remembered(part);
  }

  /** Whether some object has this name, or a name that ends with it behind a dash. */
  public isNameOrEnd(word: string): boolean {
    this.ends ??= endsOf(this.allNames);
    return this.ends.has(word);
  }

  /** Whether there is such a file or folder; `*` stands for any part of a name. */
  public hasPath(path: string): boolean {
    return this.paths.has(path);
  }

  /** Whether some file has this name, in whatever folder. */
  public hasFileNamed(name: string): boolean {
    return this.fileNames.has(name);
  }

  /** The text of a script or of configuration, by the file's name. */
  public textOf(name: string): string | undefined {
    return this.texts.get(name);
  }

  private remembered(part: string): boolean {
    const known = this.answers.get(part) ?? this.allNames.includes(part);
    this.answers.set(part, known);
    return known;
  }
}

/** Every name, and what is left of it behind each of its dashes. */
function endsOf(names: string): Set<string> {
  const ends = new Set<string>();
  for (const name of names.split('\n').filter((one) => one !== '')) {
    const parts = name.split('-');
    parts.forEach((_, i) => ends.add(parts.slice(i).join('-')));
  }
  return ends;
}

/** What CloudNativePG 1.30 makes for a Cluster, and what it and its plugin 0.14 are made of. */
function madeByOperator(db: PostgresCluster): KnownObject[] {
  const { name, namespace, instances, platform } = db;
  const { operatorNamespace } = platform;
  const serials = Array.from({ length: instances }, (_, i) => `${name}-${i + 1}`);
  const certificates = ['barman-cloud-client-tls', 'barman-cloud-server-tls'];
  return [
    ...serials.map((pod) => known('Pod', pod, namespace)),
    ...serials.flatMap((pod) => [pod, `${pod}-wal`]).map((claim) => known('PersistentVolumeClaim', claim, namespace)),
    // Not '-r', which leads to any instance: no command has a reason to use it.
    ...['rw', 'ro'].map((end) => known('Service', `${name}-${end}`, namespace)),
    ...['ca', 'server', 'replication'].map((end) => known('Secret', `${name}-${end}`, namespace)),
    ...['Lease', 'FailoverQuorum', 'ServiceAccount', 'Role', 'RoleBinding'].map((kind) => known(kind, name, namespace)),
    ...platform.nodes.map((node) => known('Node', node)),
    known('StorageClass', platform.storage.storageClass),
    known('Namespace', operatorNamespace),
    ...[platform.operatorDeployment, platform.pluginDeployment].map((one) =>
      known('Deployment', one, operatorNamespace),
    ),
    ...certificates.flatMap((tls) => ['Certificate', 'Secret'].map((kind) => known(kind, tls, operatorNamespace))),
    ...['clusters.postgresql.cnpg.io', 'objectstores.barmancloud.cnpg.io'].map((crd) =>
      known('CustomResourceDefinition', crd),
    ),
  ];
}

export function known(kind: string, name: string, namespace?: string): KnownObject {
  return { kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

interface Container {
  readonly name: string;
  readonly readinessProbe?: { readonly httpGet?: { readonly path?: string } };
}

interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly containers?: readonly Container[] };
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

function probesOf(manifest: Manifest): string[] {
  return (templateOf(manifest)?.spec?.containers ?? []).flatMap(
    (container) => container.readinessProbe?.httpGet?.path ?? [],
  );
}
