import type { IConstruct } from 'constructs';
import { RequiredSecret } from '../gitops/required-secret';
import type { Manifest, OutputFile } from '../gitops/rendered';
import type { PostgresCluster } from '../postgres/postgres-cluster';

/** One object that commands may name. Cluster-wide objects have no namespace. */
export interface KnownObject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Everything that the commands of documents may refer to. */
export interface CommandWorld {
  readonly objects: readonly KnownObject[];
  readonly namespaces: ReadonlySet<string>;
  /** `key=value` of labels that pods or objects have. */
  readonly labels: ReadonlySet<string>;
  readonly containers: ReadonlySet<string>;
  readonly databases: ReadonlySet<string>;
  /** Files and folders from the root of the repository, as `dist/manifests/state-hub-base`. */
  readonly paths: ReadonlySet<string>;
}

/** What the world is made of. */
export interface CommandWorldProps {
  /** All constructs, for the Secrets that people provide. */
  readonly root: IConstruct;
  /** All objects that synthesis writes. */
  readonly manifests: readonly Manifest[];
  /** Objects of the delivery engines: Kustomizations, Applications. */
  readonly delivery: readonly Manifest[];
  /** All files that synthesis writes, below `dist`. */
  readonly files: readonly OutputFile[];
  readonly databases: readonly PostgresCluster[];
  /**
   * Objects that others own.
   * @default - none
   */
  readonly declared?: readonly KnownObject[];
  /**
   * Labels of pods that others own, as `key=value`.
   * @default - none
   */
  readonly declaredLabels?: readonly string[];
  /**
   * Output folder, from the root of the repository.
   * @default 'dist'
   */
  readonly dist?: string;
  /**
   * Folder of the SOPS files, from the root of the repository.
   * @default 'secrets'
   */
  readonly secrets?: string;
}

/** What is synthesized, what the operator makes of it, and what is declared. */
export function commandWorld(props: CommandWorldProps): CommandWorld {
  const { dist = 'dist', secrets = 'secrets' } = props;
  const required = RequiredSecret.findAll(props.root);
  const objects: KnownObject[] = [
    ...[...props.manifests, ...props.delivery].map(({ kind, metadata: { name, namespace } }) =>
      known(kind, name, namespace),
    ),
    ...required.map(({ name, namespace }) => known('Secret', name, namespace)),
    ...props.databases.flatMap(madeByOperator),
    ...(props.declared ?? []),
  ];
  const files = [
    ...props.files.map(({ path }) => `${dist}/${path}`),
    ...required.map(({ name }) => `${secrets}/${name}.sops.yaml`),
    `${secrets}/.sops.yaml`,
    `${secrets}/kustomization.yaml`,
  ];
  return {
    objects,
    namespaces: new Set([
      ...objects.flatMap(({ kind, name }) => (kind === 'Namespace' ? [name] : [])),
      ...objects.flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace])),
    ]),
    labels: new Set([
      ...props.manifests.flatMap(labelsOf),
      ...props.databases.flatMap((db) => [
        `cnpg.io/cluster=${db.name}`,
        'cnpg.io/podRole=instance',
        'cnpg.io/jobRole=full-recovery',
        ...['rw', 'ro'].map((end) => `kubernetes.io/service-name=${db.name}-${end}`),
      ]),
      ...(props.declaredLabels ?? []),
    ]),
    containers: new Set(['postgres', 'plugin-barman-cloud', ...props.manifests.flatMap(containersOf)]),
    databases: new Set(['postgres', ...props.databases.flatMap((db) => [db.database, db.drillRole])]),
    paths: new Set(files.flatMap((file) => file.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/')))),
  };
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
  ];
}

function known(kind: string, name: string, namespace?: string): KnownObject {
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
