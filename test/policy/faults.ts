import { type Fault, type Fields, add, change, copyOf, is, misspelt, namespaced, none, remove, typo } from './_seed';

const POD = 'spec.template.spec';
const CONTAINER = `${POD}.containers.*`;

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
  {
    kind: 'memory in thousandths of a byte',
    seed: change('*', [`${CONTAINER}.resources.*.memory`, 'spec.resources.*.memory'], (v) =>
      v?.replace(/[KMG]i$/, 'm'),
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
  {
    kind: 'number of a port',
    elsewhere: /^(service-reachable Deployment|network-policy-port-served NetworkPolicy) /,
    seed: change('Deployment', `${CONTAINER}.ports.*.containerPort`, (v) => v + 80),
  },
  { kind: 'selector of a Service', seed: change('Service', 'spec.selector.*', typo) },
  { kind: 'selector of a workload', seed: change('Deployment', 'spec.selector.matchLabels.*', typo) },
  {
    kind: 'label of a template',
    elsewhere: /^(selector-matches-template|spread-over-nodes) Deployment state-hub-/,
    seed: change('Deployment', 'spec.template.metadata.labels.app~kubernetes~io/name', typo),
  },
  { kind: 'selector of a budget', seed: change('PodDisruptionBudget', 'spec.selector.matchLabels.*', typo) },
  { kind: 'budget that blocks drains', seed: change('PodDisruptionBudget', 'spec.maxUnavailable', is(0)) },
  { kind: 'budget without a number', seed: change('PodDisruptionBudget', 'spec.maxUnavailable', is(undefined)) },
  {
    kind: 'budget dropped',
    elsewhere: /^replicas-protected Deployment state-hub-(api|dashboard) /,
    seed: remove('PodDisruptionBudget', (name) => name.endsWith('-api')),
  },
  {
    kind: 'policy dropped',
    elsewhere:
      /^(service-reachable|database-reachable|database-flows|api-server-reachable|default-deny) (Deployment|CronJob|Cluster) state-hub/,
    seed: remove('NetworkPolicy'),
  },
  { kind: 'pods of a policy', seed: change('NetworkPolicy', 'spec.podSelector.matchLabels.*', typo) },
  {
    kind: 'peer of a policy',
    elsewhere: /^database-flows Cluster state-hub-db /,
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
    elsewhere: /^database-flows Cluster state-hub-db /,
    seed: change('NetworkPolicy', ['spec.ingress.*.ports.*.port', 'spec.egress.*.ports.*.port'], (v) =>
      typeof v === 'number' ? v + 11 : v,
    ),
  },
  { kind: 'policy open to all', seed: change('NetworkPolicy', 'spec.ingress.*.from', none) },
  {
    kind: 'policy type dropped',
    elsewhere: /^default-deny (Deployment|CronJob|Cluster) state-hub/,
    seed: change('NetworkPolicy', 'spec.policyTypes', (v) =>
      v.length > 1 ? v.slice(0, 1) : v[0] === 'Egress' ? undefined : v,
    ),
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
  { kind: 'backup on day 7', seed: change('ScheduledBackup', 'spec.schedule', is('0 0 2 * * 7')) },
  { kind: 'backup on 30 February', seed: change('ScheduledBackup', 'spec.schedule', is('0 0 2 30 2 *')) },
  {
    kind: 'sidecar without resources',
    seed: change('ObjectStore', 'spec.instanceSidecarConfiguration.resources', none),
  },
  { kind: 'backup method dropped', seed: change('ScheduledBackup', 'spec.method', none) },
  { kind: 'backup plugin', seed: change('ScheduledBackup', 'spec.pluginConfiguration.name', typo) },
  {
    kind: 'backup schedule dropped',
    elsewhere: /^off-node-copy Cluster state-hub-db /,
    seed: remove('ScheduledBackup'),
  },
  {
    kind: 'backup suspended',
    elsewhere: /^off-node-copy Cluster state-hub-db /,
    seed: change('ScheduledBackup', 'spec.suspend', is(true)),
  },
  { kind: 'Cluster of an object', seed: change('*', 'spec.cluster.name', (v) => (v === undefined ? v : typo(v))) },
  { kind: 'ObjectStore of a plugin', seed: change('Cluster', 'spec.plugins.*.parameters.barmanObjectName', typo) },
  {
    kind: 'ObjectStore dropped',
    elsewhere: /^object-store-exists Cluster state-hub-db spec\.plugins.*barmanObjectName$/,
    seed: remove('ObjectStore'),
  },
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
  {
    kind: 'Namespace dropped',
    elsewhere: /^network-policy-peer-exists NetworkPolicy \S+ spec\.\w+\[\d\]\.(from|to)\[\d\]\.namespaceSelector$/,
    seed: remove('Namespace'),
  },
  {
    kind: 'Pod Security',
    seed: change('Namespace', 'metadata.labels.pod-security~kubernetes~io/enforce', is('privileged')),
  },
  {
    kind: 'rights of a container',
    elsewhere: /^pod-security-restricted Deployment \S+ spec\.template\.spec\.containers\[\w+\]\.securityContext/,
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
  {
    kind: 'force on one object',
    seed: change('Cluster', 'metadata.annotations.kustomize~toolkit~fluxcd~io/force', is('Enabled')),
  },
  {
    kind: 'replacing what holds data',
    seed: change('ObjectStore', 'metadata.annotations.argocd~argoproj~io/sync-options', (v) => `${v},Replace=true`),
  },
  {
    kind: 'namespace of an Application',
    seed: change('Application', 'spec.destination.namespace', none),
  },
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
  {
    kind: 'protocol of a policy',
    elsewhere:
      /^(service-reachable|database-reachable|database-flows|api-server-reachable|default-deny) (Deployment|CronJob|Cluster) state-hub/,
    seed: change('NetworkPolicy', ['spec.ingress.*.ports.*.protocol', 'spec.egress.*.ports.*.protocol'], (v) =>
      v === 'TCP' ? 'UDP' : v === 'UDP' ? 'TCP' : v,
    ),
  },
  { kind: 'protocol of a Service', seed: change('Service', 'spec.ports.*.protocol', is('UDP')) },
  {
    kind: 'protocol of a container',
    elsewhere: /^(network-policy-port-served NetworkPolicy|service-port-served Service) /,
    seed: change('Deployment', `${CONTAINER}.ports.*.protocol`, is('UDP')),
  },
  {
    kind: 'certificate of the database',
    seed: change(
      'Cluster',
      ['spec.certificates'],
      is({ serverCASecret: 'state-hub-db-owner', serverTLSSecret: 'state-hub-db-tls' }),
    ),
  },
  {
    kind: 'variable of the database',
    seed: change(
      'Cluster',
      'spec.env',
      is([{ name: 'A', valueFrom: { secretKeyRef: { name: 'state-hub-db-ower', key: 'a' } } }]),
    ),
  },
  {
    kind: 'owner without keys',
    seed: change('Cluster', 'spec.bootstrap.initdb.secret.name', is('state-hub-db-backup')),
  },
  {
    kind: 'StorageClass of a tablespace',
    seed: change('Cluster', 'spec.tablespaces', is([{ name: 'old', storage: { size: '1Gi', storageClass: 'fast' } }])),
  },
  {
    kind: 'registry of a ServiceAccount',
    seed: change('ServiceAccount', 'imagePullSecrets', is([{ name: 'state-hub-registry' }])),
  },
  {
    kind: 'ConfigMap of a volume',
    seed: change('CronJob', `spec.jobTemplate.${POD}.volumes.*.configMap.name`, (v) => (v === undefined ? v : typo(v))),
  },
  {
    kind: 'Secret of a drill',
    seed: change('CronJob', `spec.jobTemplate.${POD}.volumes.*.projected.sources.*.secret.name`, (v) =>
      v === undefined ? v : typo(v),
    ),
  },
  {
    kind: 'role of a binding',
    seed: change('*', ['roleRef.name', 'subjects.*.name'], (v) => (v === undefined ? v : typo(v))),
  },
  {
    kind: 'Ingress to a Service that is not there',
    seed: add('Ingress', () => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'oops', namespace: 'state-hub' },
      spec: { defaultBackend: { service: { name: 'state-hub-ap', port: { name: 'http' } } } },
    })),
  },
  {
    kind: 'autoscaler of nothing',
    seed: add('HorizontalPodAutoscaler', () => ({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'oops', namespace: 'state-hub' },
      spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'state-hub-ap' } },
    })),
  },
  {
    kind: 'Pooler that is let in nowhere',
    seed: add('Pooler', () => ({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Pooler',
      metadata: { name: 'oops', namespace: 'state-hub' },
      spec: { cluster: { name: 'state-hub-db' }, instances: 2, type: 'rw', pgbouncer: { poolMode: 'session' } },
    })),
  },
  { kind: 'drill that overlaps', seed: change('CronJob', 'spec.concurrencyPolicy', is('Allow')) },
  { kind: 'drill without an end', seed: change('CronJob', 'spec.jobTemplate.spec.activeDeadlineSeconds', none) },
  { kind: 'drill that tries again', seed: change('CronJob', 'spec.jobTemplate.spec.backoffLimit', is(3)) },
  { kind: 'drill that leaves nothing', seed: change('CronJob', 'spec.failedJobsHistoryLimit', is(0)) },
  { kind: 'six-field drill schedule', seed: change('CronJob', 'spec.schedule', (v) => `0 ${v}`) },
  {
    kind: 'dependency in a circle',
    // Nothing waits for the drills and the monitors.
    seed: (clean) =>
      change('Kustomization', 'spec.dependsOn', (v) => [...(v ?? []), { name: 'state-hub-api' }])(clean).filter(
        ({ place }) => !/-(drills|monitoring) /.test(place),
      ),
  },
  {
    kind: 'wave that is no number',
    seed: change('*', 'metadata.annotations.argocd~argoproj~io/sync-wave', (v) => (v === undefined ? v : 'first')),
  },
  {
    kind: 'source of an Application among several',
    seed: change('Application', 'spec.sources', is([{ repoURL: 'https://git.example.net/other.git', path: 'dist' }])),
  },
  {
    kind: 'restore left armed',
    seed: change(
      'Cluster',
      'spec.bootstrap',
      is({ recovery: { source: 'origin', database: 'state_hub', owner: 'state_hub' } }),
    ),
  },
  {
    kind: 'object twice',
    elsewhere: /^one-object-once Service state-hub-api metadata\.name$/,
    seed: add('ConfigMap', (clean) => copyOf(clean, 'Service')),
  },
];
