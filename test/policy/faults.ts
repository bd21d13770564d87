import { type PathSegment, valueAt } from '../../lib/policy/_path';
import type { PolicyInput } from '../../lib/policy/resource';
import { set } from './_set';

type Fields = Readonly<Record<string, any>>;
type Path = readonly PathSegment[];

/** One fault in a tree that was clean: what is there now, and the words of which a finding must use one. */
export interface Seeded {
  readonly inputs: readonly PolicyInput[];
  readonly place: string;
  /** Texts that tell the place: the object's name and the field, the value before or after. */
  readonly names: readonly string[];
}

/** A kind of mistake that people make. */
export interface Fault {
  readonly kind: string;
  seed(clean: readonly PolicyInput[]): readonly Seeded[];
}

const at = (path: string): Path =>
  path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~', '.')));
export const typo = (text: string): string =>
  text.length < 3 ? `${text}x` : text.slice(0, -2) + text.at(-1) + text.at(-2);
const kindOf = (input: PolicyInput): string => (input.manifest as Fields)['kind'];
const nameOf = (input: PolicyInput): string => (input.manifest as Fields)['metadata'].name;

/** Replaces one value, or removes it, in every object of a kind that has the path. */
export function change(kind: string, paths: string | readonly string[], to: (value: any) => unknown): Fault['seed'] {
  return (clean) =>
    clean.flatMap((input, i) =>
      kind !== '*' && kindOf(input) !== kind
        ? []
        : [paths]
            .flat()
            .flatMap((text) => expand(input.manifest, at(text)))
            .flatMap((path) => {
              const before = valueAt(input.manifest, path);
              const after = to(before);
              return (before === undefined && after === undefined) || JSON.stringify(after) === JSON.stringify(before)
                ? []
                : [seeded(clean, i, path, before, after)];
            }),
    );
}

/** Every place that a path with `*` stands for; a path without is kept, whether it is there or not. */
function expand(manifest: unknown, path: Path): Path[] {
  const star = path.indexOf('*');
  if (star < 0) {
    return valueAt(manifest, path.slice(0, -1)) === undefined ? [] : [path];
  }
  const list = valueAt(manifest, path.slice(0, star));
  const keys: PathSegment[] = Array.isArray(list) ? [...list.keys()] : Object.keys(list ?? {});
  return keys.flatMap((key) => expand(manifest, [...path.slice(0, star), key, ...path.slice(star + 1)]));
}

function seeded(clean: readonly PolicyInput[], i: number, path: Path, before: unknown, after: unknown): Seeded {
  const input = clean[i]!;
  const inputs = clean.map((one, j) => (i === j ? { ...one, manifest: set(one.manifest, path, after) } : one));
  const words = [path.at(-1), path.filter((part) => typeof part === 'string').at(-1), before, after];
  return {
    inputs,
    place: `${kindOf(input)} ${nameOf(input)} ${path.join('.')}`,
    names: words.filter((word) => ['string', 'number', 'boolean'].includes(typeof word)).map(String),
  };
}

/** Only where the object is in the namespace of the service: the others wait for nothing of it. */
function namespaced(seed: Fault['seed']): Fault['seed'] {
  return (clean) =>
    seed(
      clean.map((one) =>
        (one.manifest as Fields)['metadata'].namespace === 'state-hub' ? one : { ...one, manifest: withoutWave(one) },
      ),
    );
}

function withoutWave({ manifest }: PolicyInput): Fields {
  return set(manifest, ['metadata', 'annotations', 'argocd.argoproj.io/sync-wave'], undefined);
}

/** Takes objects of a kind away. */
function remove(kind: string, filter: (name: string) => boolean = () => true): Fault['seed'] {
  return (clean) =>
    clean.flatMap((input, i) =>
      kindOf(input) === kind && filter(nameOf(input))
        ? [
            {
              inputs: clean.filter((_, j) => j !== i),
              place: `${kind} ${nameOf(input)} removed`,
              names: [nameOf(input), ...removedWords(input)],
            },
          ]
        : [],
    );
}

/** What a finding can say of an object that is gone: the pods that it was about. */
function removedWords(input: PolicyInput): string[] {
  const { spec, metadata } = input.manifest as Fields;
  const labels = spec?.podSelector?.matchLabels ?? spec?.selector?.matchLabels ?? {};
  return [...Object.values<string>(labels), metadata.namespace ?? metadata.name];
}

/** Adds an object. */
function add(kind: string, make: (clean: readonly PolicyInput[]) => Fields): Fault['seed'] {
  return (clean) => {
    const manifest = make(clean);
    return [
      {
        inputs: [...clean, { manifest, origin: { file: 'added.yaml' } }],
        place: `${kind} added`,
        names: [manifest['metadata'].name],
      },
    ];
  };
}

/** Every path to a field of an object, at most so deep. */
function fields(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => fields(item, [...path, i]));
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, below]) => [[...path, key], ...fields(below, [...path, key])]);
}

const FREE = [
  'labels',
  'annotations',
  'matchLabels',
  'parameters',
  'data',
  'requests',
  'limits',
  'nodeSelector',
  'labelSelector',
];

/** Misspells fields, every seventh, so that some hundreds are tried without trying all. */
const misspelt: Fault['seed'] = (clean) =>
  clean.flatMap((input, i) =>
    fields(input.manifest)
      .filter((path) => !path.slice(0, -1).some((part) => FREE.includes(String(part))))
      .filter((_, n) => n % 7 === i % 7)
      .map((path) => {
        const key = String(path.at(-1));
        const wrong = typo(key) === key ? `${key}x` : typo(key);
        const manifest = set(
          set(input.manifest, [...path.slice(0, -1), wrong], valueAt(input.manifest, path)),
          path,
          undefined,
        );
        return {
          inputs: clean.map((one, j) => (i === j ? { ...one, manifest } : one)),
          place: `${kindOf(input)} ${nameOf(input)} ${path.join('.')} -> ${wrong}`,
          names: [wrong, key],
        };
      }),
  );

const POD = 'spec.template.spec';
const CONTAINER = `${POD}.containers.*`;
export const none = () => undefined;
export const is = (value: unknown) => () => value;
const copyOf = (clean: readonly PolicyInput[], kind: string): Fields =>
  structuredClone(clean.find((input) => kindOf(input) === kind)?.manifest) as Fields;

/** Single realistic faults, by kind. */
export const faults: readonly Fault[] = [
  { kind: 'misspelt field', seed: misspelt },
  { kind: 'kind that does not exist', seed: change('*', 'kind', typo) },
  { kind: 'version that does not exist', seed: change('*', 'apiVersion', (v: string) => v.replace(/v1(?!\d)/, 'v9')) },
  {
    kind: 'number in quotes',
    seed: change(
      '*',
      ['spec.replicas', 'spec.instances', `${CONTAINER}.ports.*.containerPort`, 'spec.stopDelay'],
      (v) => (v === undefined ? v : `${v}`),
    ),
  },
  { kind: 'text without quotes', seed: change('Cluster', 'spec.postgresql.parameters.*', () => 5) },
  {
    kind: 'enumeration',
    seed: change(
      '*',
      [
        'spec.policyTypes.*',
        'spec.strategy.type',
        `${CONTAINER}.imagePullPolicy`,
        `${POD}.tolerations.*.effect`,
        `${POD}.topologySpreadConstraints.*.whenUnsatisfiable`,
        'spec.affinity.podAntiAffinityType',
        'spec.postgresql.synchronous.method',
        'spec.ingress.*.ports.*.protocol',
        'spec.egress.*.ports.*.protocol',
      ],
      (v) => (v === undefined ? v : typo(v)),
    ),
  },
  {
    kind: 'required field dropped',
    seed: change(
      '*',
      [
        'spec.selector',
        `${CONTAINER}.name`,
        'spec.schedule',
        'spec.cluster',
        'spec.sourceRef',
        'spec.configuration',
        `${CONTAINER}.volumeMounts.*.mountPath`,
      ],
      none,
    ),
  },
  { kind: 'status in git', seed: change('Cluster', 'status', is({ phase: 'x' })) },
  {
    kind: 'list entry twice',
    seed: change('Deployment', [`${CONTAINER}.env`, `${POD}.volumes`, `${CONTAINER}.ports`], (v) =>
      v === undefined ? v : [...v, v[0]],
    ),
  },
  {
    kind: 'unit of a quantity',
    seed: change(
      '*',
      [`${CONTAINER}.resources.*.memory`, 'spec.storage.size', 'spec.walStorage.size', 'spec.resources.*.memory'],
      (v) => v?.replace(/i$/, 'B'),
    ),
  },
  { kind: 'quantity that is rewritten', seed: change('Cluster', 'spec.resources.*.memory', is('2048Mi')) },
  {
    kind: 'name of a Secret',
    seed: change(
      '*',
      [
        `${CONTAINER}.env.*.valueFrom.secretKeyRef.name`,
        'spec.bootstrap.initdb.secret.name',
        'spec.externalClusters.*.password.name',
        'spec.externalClusters.*.sslRootCert.name',
        'spec.configuration.s3Credentials.*.name',
        `${POD}.volumes.*.secret.secretName`,
      ],
      (v) => (v === undefined ? v : typo(v)),
    ),
  },
  {
    kind: 'key of a Secret',
    seed: change(
      '*',
      [
        `${CONTAINER}.env.*.valueFrom.secretKeyRef.key`,
        'spec.externalClusters.*.password.key',
        'spec.externalClusters.*.sslRootCert.key',
        'spec.configuration.s3Credentials.*.key',
        `${POD}.volumes.*.secret.items.*.key`,
      ],
      (v) => (v === undefined ? v : typo(v)),
    ),
  },
  { kind: 'name of a ServiceAccount', seed: change('Deployment', `${POD}.serviceAccountName`, typo) },
  { kind: 'name of a volume', seed: change('Deployment', `${CONTAINER}.volumeMounts.*.name`, typo) },
  {
    kind: 'port of a probe',
    seed: change(
      'Deployment',
      [
        `${CONTAINER}.readinessProbe.httpGet.port`,
        `${CONTAINER}.livenessProbe.tcpSocket.port`,
        `${CONTAINER}.startupProbe.tcpSocket.port`,
      ],
      typo,
    ),
  },
  { kind: 'readiness probe dropped', seed: change('Deployment', `${CONTAINER}.readinessProbe`, none) },
  {
    kind: 'liveness that follows the database',
    seed: change('Deployment', CONTAINER, (v: Fields) => ({
      ...v,
      livenessProbe: { httpGet: v['readinessProbe'].httpGet, periodSeconds: 10, failureThreshold: 3 },
    })),
  },
  {
    kind: 'target port of a Service',
    seed: change('Service', 'spec.ports.*.targetPort', (v) => (v === undefined ? v : typo(String(v)))),
  },
  { kind: 'number of a port', seed: change('Deployment', `${CONTAINER}.ports.*.containerPort`, (v) => v + 80) },
  { kind: 'selector of a Service', seed: change('Service', 'spec.selector.*', typo) },
  { kind: 'selector of a workload', seed: change('Deployment', 'spec.selector.matchLabels.*', typo) },
  {
    kind: 'label of a template',
    seed: change('Deployment', 'spec.template.metadata.labels.app~kubernetes~io/name', typo),
  },
  { kind: 'selector of a budget', seed: change('PodDisruptionBudget', 'spec.selector.matchLabels.*', typo) },
  { kind: 'budget that blocks drains', seed: change('PodDisruptionBudget', 'spec.maxUnavailable', is(0)) },
  { kind: 'budget dropped', seed: remove('PodDisruptionBudget', (name) => name.endsWith('-api')) },
  { kind: 'policy dropped', seed: remove('NetworkPolicy') },
  { kind: 'pods of a policy', seed: change('NetworkPolicy', 'spec.podSelector.matchLabels.*', typo) },
  {
    kind: 'peer of a policy',
    seed: change(
      'NetworkPolicy',
      ['spec.ingress.*.from.*.podSelector.matchLabels.*', 'spec.egress.*.to.*.podSelector.matchLabels.*'],
      typo,
    ),
  },
  {
    kind: 'namespace of a peer',
    seed: change(
      'NetworkPolicy',
      ['spec.ingress.*.from.*.namespaceSelector.matchLabels.*', 'spec.egress.*.to.*.namespaceSelector.matchLabels.*'],
      typo,
    ),
  },
  {
    kind: 'port of a policy',
    seed: change('NetworkPolicy', ['spec.ingress.*.ports.*.port', 'spec.egress.*.ports.*.port'], (v) =>
      typeof v === 'number' ? v + 11 : v,
    ),
  },
  { kind: 'policy open to all', seed: change('NetworkPolicy', 'spec.ingress.*.from', none) },
  {
    kind: 'policy type dropped',
    seed: change('NetworkPolicy', 'spec.policyTypes', (v) => (v.length > 1 ? v.slice(0, 1) : undefined)),
  },
  {
    kind: 'selector of a monitor',
    seed: change(
      '*',
      ['spec.selector.matchLabels.cnpg~io/cluster', 'spec.selector.matchLabels.app~kubernetes~io/name'],
      (v) => (v === undefined ? v : typo(v)),
    ),
  },
  {
    kind: 'port of a monitor',
    seed: change('*', ['spec.podMetricsEndpoints.*.port', 'spec.endpoints.*.port'], (v) =>
      v === undefined ? v : typo(v),
    ),
  },
  {
    kind: 'five-field backup schedule',
    seed: change('ScheduledBackup', 'spec.schedule', (v) => v.split(' ').slice(1).join(' ')),
  },
  { kind: 'backup method dropped', seed: change('ScheduledBackup', 'spec.method', none) },
  { kind: 'backup plugin', seed: change('ScheduledBackup', 'spec.pluginConfiguration.name', typo) },
  { kind: 'backup schedule dropped', seed: remove('ScheduledBackup') },
  { kind: 'backup suspended', seed: change('ScheduledBackup', 'spec.suspend', is(true)) },
  { kind: 'Cluster of an object', seed: change('*', 'spec.cluster.name', (v) => (v === undefined ? v : typo(v))) },
  { kind: 'ObjectStore of a plugin', seed: change('Cluster', 'spec.plugins.*.parameters.barmanObjectName', typo) },
  { kind: 'ObjectStore dropped', seed: remove('ObjectStore') },
  {
    kind: 'archive off',
    seed: change('Cluster', ['spec.plugins.*.isWALArchiver', 'spec.plugins.*.enabled'], is(false)),
  },
  { kind: 'plugin dropped', seed: change('Cluster', 'spec.plugins', none) },
  { kind: 'server name dropped', seed: change('Cluster', 'spec.plugins.*.parameters.serverName', none) },
  {
    kind: 'server name used twice',
    seed: add('Cluster', (clean) => {
      const copy = copyOf(clean, 'Cluster');
      copy['metadata'].name = 'state-hub-copy';
      return copy;
    }),
  },
  {
    kind: 'endpoint in clear',
    seed: change('ObjectStore', 'spec.configuration.endpointURL', (v) => v.replace('https', 'http')),
  },
  {
    kind: 'destination without scheme',
    seed: change('ObjectStore', 'spec.configuration.destinationPath', (v) => v.replace('s3://', '')),
  },
  { kind: 'credential dropped', seed: change('ObjectStore', 'spec.configuration.s3Credentials.*', none) },
  {
    kind: 'compression that the plugin lacks',
    seed: change('ObjectStore', 'spec.configuration.data.compression', is('zstd')),
  },
  {
    kind: 'retention that the plugin does not read',
    seed: change('ObjectStore', 'spec.retentionPolicy', is('30 days')),
  },
  {
    kind: 'durability weakened',
    seed: change('Cluster', 'spec.postgresql.synchronous.dataDurability', is('preferred')),
  },
  { kind: 'synchronous replication dropped', seed: change('Cluster', 'spec.postgresql.synchronous', none) },
  { kind: 'quorum off', seed: change('Cluster', 'spec.postgresql.synchronous.failoverQuorum', is(false)) },
  { kind: 'too many standbys', seed: change('Cluster', 'spec.postgresql.synchronous.number', () => 2) },
  {
    kind: 'commits weakened',
    seed: change(
      'Cluster',
      [
        'spec.postgresql.parameters.synchronous_commit',
        'spec.postgresql.parameters.fsync',
        'spec.postgresql.parameters.full_page_writes',
      ],
      is('off'),
    ),
  },
  {
    kind: 'parameter of the operator',
    seed: change(
      'Cluster',
      [
        'spec.postgresql.parameters.archive_mode',
        'spec.postgresql.parameters.listen_addresses',
        'spec.postgresql.parameters.ssl',
      ],
      is('off'),
    ),
  },
  { kind: 'fewer instances', seed: change('Cluster', 'spec.instances', is(2)) },
  { kind: 'more instances than nodes', seed: change('Cluster', 'spec.instances', is(4)) },
  { kind: 'anti-affinity weakened', seed: change('Cluster', 'spec.affinity.podAntiAffinityType', is('preferred')) },
  { kind: 'anti-affinity off', seed: change('Cluster', 'spec.affinity.enablePodAntiAffinity', is(false)) },
  {
    kind: 'StorageClass',
    seed: change('Cluster', ['spec.storage.storageClass', 'spec.walStorage.storageClass'], typo),
  },
  { kind: 'small WAL volume', seed: change('Cluster', 'spec.walStorage.size', is('2Gi')) },
  { kind: 'unbounded slots', seed: change('Cluster', 'spec.postgresql.parameters.max_slot_wal_keep_size', none) },
  { kind: 'memory of the database', seed: change('Cluster', 'spec.resources.requests.memory', is('256Mi')) },
  {
    kind: 'image of the database',
    seed: change('Cluster', 'spec.imageName', (v) => v.replace(/:[^@]+@.*/, ':latest')),
  },
  { kind: 'superuser', seed: change('Cluster', 'spec.enableSuperuserAccess', is(true)) },
  { kind: 'slow shutdown', seed: change('Cluster', 'spec.smartShutdownTimeout', is(90)) },
  { kind: 'readiness that stalls failover', seed: change('Cluster', 'spec.probes.readiness.type', is('streaming')) },
  {
    kind: 'lease',
    seed: change(
      'Cluster',
      ['spec.primaryLease.leaseDurationSeconds', 'spec.primaryLease.renewDeadlineSeconds'],
      is(2),
    ),
  },
  {
    kind: 'owner of the database',
    seed: change(
      'Cluster',
      ['spec.bootstrap.initdb.owner', 'spec.bootstrap.initdb.database', 'spec.bootstrap.initdb.import.databases'],
      none,
    ),
  },
  {
    kind: 'source of the import',
    seed: change('Cluster', 'spec.bootstrap.initdb.import.source.externalCluster', typo),
  },
  {
    kind: 'operator switched off',
    seed: change(
      'Cluster',
      ['metadata.annotations.cnpg~io/reconciliationLoop', 'metadata.annotations.cnpg~io/validation'],
      is('disabled'),
    ),
  },
  { kind: 'budgets of the database off', seed: change('Cluster', 'spec.enablePDB', is(false)) },
  {
    kind: 'in-tree backup',
    seed: change('Cluster', 'spec.backup', is({ barmanObjectStore: { destinationPath: 's3://x' } })),
  },
  { kind: 'namespace dropped', seed: change('*', 'metadata.namespace', none) },
  { kind: 'namespace', seed: change('*', 'metadata.namespace', (v) => (v === undefined ? v : typo(v))) },
  { kind: 'Namespace dropped', seed: remove('Namespace') },
  {
    kind: 'Pod Security',
    seed: change('Namespace', 'metadata.labels.pod-security~kubernetes~io/enforce', is('privileged')),
  },
  {
    kind: 'rights of a container',
    seed: change(
      'Deployment',
      [
        `${CONTAINER}.securityContext.allowPrivilegeEscalation`,
        `${CONTAINER}.securityContext.capabilities.drop`,
        `${POD}.securityContext.runAsNonRoot`,
        `${POD}.securityContext.seccompProfile`,
      ],
      none,
    ),
  },
  { kind: 'host of a pod', seed: change('Deployment', [`${POD}.hostNetwork`, `${POD}.hostPID`], is(true)) },
  { kind: 'token mounted', seed: change('Deployment', `${POD}.automountServiceAccountToken`, is(true)) },
  {
    kind: 'root file system',
    seed: change('Deployment', `${CONTAINER}.securityContext.readOnlyRootFilesystem`, is(false)),
  },
  { kind: 'service opened', seed: change('Service', 'spec.type', is('NodePort')) },
  { kind: 'load balancer', seed: change('Service', 'spec.type', is('LoadBalancer')) },
  {
    kind: 'secret in clear',
    seed: add('Secret', () => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'oops', namespace: 'state-hub' },
      data: { password: 'eA==' },
    })),
  },
  {
    kind: 'password in clear',
    seed: change('Deployment', `${CONTAINER}.env.*`, (v) =>
      v?.name === 'PGPASSWORD' ? { name: 'PGPASSWORD', value: 'x' } : v,
    ),
  },
  { kind: 'image without digest', seed: change('Deployment', `${CONTAINER}.image`, (v) => v.replace(/@.*/, '')) },
  { kind: 'resources dropped', seed: change('Deployment', `${CONTAINER}.resources`, none) },
  {
    kind: 'host of the database',
    seed: change('Deployment', `${CONTAINER}.env.0.value`, (v) => v?.replace('-rw', '-ro')),
  },
  { kind: 'single replica', seed: change('Deployment', 'spec.replicas', is(1)) },
  {
    kind: 'rollout that loses capacity',
    seed: change('Deployment', 'spec.strategy.rollingUpdate.maxUnavailable', is(1)),
  },
  { kind: 'spread dropped', seed: change('Deployment', `${POD}.topologySpreadConstraints`, none) },
  {
    kind: 'spread over other pods',
    seed: change('Deployment', `${POD}.topologySpreadConstraints.*.labelSelector.matchLabels.*`, typo),
  },
  { kind: 'short grace', seed: change('Deployment', `${POD}.terminationGracePeriodSeconds`, is(5)) },
  {
    kind: 'prune protection dropped',
    seed: change(
      '*',
      [
        'metadata.annotations.kustomize~toolkit~fluxcd~io/prune',
        'metadata.annotations.argocd~argoproj~io/sync-options',
      ],
      (v) => (typeof v === 'string' && /disabled|Prune=confirm/.test(v) ? undefined : v),
    ),
  },
  { kind: 'force', seed: change('Kustomization', 'spec.force', is(true)) },
  { kind: 'variable substitution', seed: change('Kustomization', 'spec.postBuild', is({ substitute: { a: 'b' } })) },
  { kind: 'dependency of a unit', seed: change('Kustomization', 'spec.dependsOn.*.name', typo) },
  { kind: 'project of an Application', seed: change('Application', 'spec.project', typo) },
  { kind: 'repository of an Application', seed: change('Application', 'spec.source.repoURL', typo) },
  {
    kind: 'sync wave',
    seed: namespaced(
      change('*', 'metadata.annotations.argocd~argoproj~io/sync-wave', (v) => (v === undefined ? v : '-99')),
    ),
  },
  { kind: 'object twice', seed: add('ConfigMap', (clean) => copyOf(clean, 'Service')) },
];
