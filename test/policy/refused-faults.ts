import { type Fault, change, typo } from './_seed';

const none = () => undefined;
const is = (value: unknown) => () => value;

const POD = 'spec.template.spec';
const JOB_POD = 'spec.jobTemplate.spec.template.spec';
/** Both kinds of workload that State Hub has. */
const pods = (...paths: readonly string[]): string[] =>
  paths.flatMap((path) => [`${POD}.${path}`, `${JOB_POD}.${path}`]);
const containers = (...paths: readonly string[]): string[] => pods(...paths.map((path) => `containers.*.${path}`));
const inWorkload =
  (paths: readonly string[], to: (value: any) => unknown): Fault['seed'] =>
  (clean) =>
    ['Deployment', 'CronJob'].flatMap((kind) => change(kind, paths, to)(clean));
/** Only where something is written. */
const there = (to: (value: any) => unknown) => (value: any) => (value === undefined ? undefined : to(value));
const capital = there((text: string) => `${text[0]?.toUpperCase()}${text.slice(1)}`);
const PARAMETERS = 'spec.postgresql.parameters';
const TARGET = { source: 'x', database: 'a', owner: 'a' };

/** What the API server refuses, beyond unknown fields and wrong types. */
const kubernetes: readonly Fault[] = [
  { kind: 'name with a slash', seed: change('*', 'metadata.name', (v) => `${v}/x`) },
  { kind: 'namespace with a capital', seed: change('*', 'metadata.namespace', capital) },
  { kind: 'namespace of what has none', seed: change('Namespace', 'metadata.namespace', is('shop')) },
  {
    kind: 'name of a label',
    seed: change(
      '*',
      'metadata.labels',
      there((v) => ({ ...v, 'a b': 'x' })),
    ),
  },
  { kind: 'value of a label', seed: change('*', 'metadata.labels.*', () => 'a b/c') },
  { kind: 'name of an annotation', seed: change('*', 'metadata.annotations', (v) => ({ ...v, 'bad key!': 'x' })) },
  {
    kind: 'key of a ConfigMap',
    seed: change(
      'ConfigMap',
      'data',
      there((v) => ({ ...v, 'a/b': 'x' })),
    ),
  },
  { kind: 'name of a container', seed: inWorkload(containers('name'), () => 'Web_X') },
  {
    kind: 'container twice',
    seed: inWorkload(pods('initContainers'), (v) => [
      ...(v ?? []),
      { name: 'api', image: 'a:1' },
      { name: 'api', image: 'a:1' },
    ]),
  },
  { kind: 'image left out', seed: inWorkload(containers('image'), none) },
  { kind: 'name of a container port', seed: inWorkload(containers('ports.*.name'), () => 'Http_1') },
  {
    kind: 'number of a container port',
    seed: inWorkload(
      containers('ports.*.containerPort'),
      there(() => 0),
    ),
  },
  {
    kind: 'name of a port twice',
    seed: inWorkload(
      containers('ports'),
      there((v) => [...v, { ...v[0], containerPort: 1 }]),
    ),
  },
  {
    kind: 'value and its source',
    seed: inWorkload(containers('env.*'), (v) => (v?.valueFrom ? { ...v, value: 'x' } : v)),
  },
  {
    kind: 'value of two sources',
    seed: inWorkload(
      containers('env.*.valueFrom'),
      there((v) => ({ ...v, fieldRef: { fieldPath: 'metadata.name' }, secretKeyRef: { name: 'x', key: 'y' } })),
    ),
  },
  {
    kind: 'source of nothing',
    seed: inWorkload(
      containers('env.*.valueFrom'),
      there(() => ({})),
    ),
  },
  {
    kind: 'probe without handler',
    seed: inWorkload(
      containers('readinessProbe', 'livenessProbe', 'startupProbe'),
      there(({ periodSeconds }) => ({ periodSeconds })),
    ),
  },
  {
    kind: 'probe with two handlers',
    seed: inWorkload(
      containers('readinessProbe', 'livenessProbe', 'startupProbe'),
      there((v) => ({ ...v, grpc: { port: 1 } })),
    ),
  },
  {
    kind: 'period of a probe',
    seed: inWorkload(
      containers('readinessProbe.periodSeconds', 'livenessProbe.periodSeconds'),
      there(() => 0),
    ),
  },
  {
    kind: 'two successes of liveness',
    seed: inWorkload(containers('livenessProbe.successThreshold', 'startupProbe.successThreshold'), () => 2),
  },
  {
    kind: 'hook of two handlers',
    seed: inWorkload(
      containers('lifecycle.preStop'),
      there((v) => ({ ...v, httpGet: { port: 1 } })),
    ),
  },
  {
    kind: 'memory above its limit',
    seed: inWorkload(
      containers('resources.requests.memory'),
      there(() => '900Gi'),
    ),
  },
  {
    kind: 'cpu above its limit',
    elsewhere: /^resources-within-limits .*requests/,
    seed: inWorkload(containers('resources.limits.cpu'), () => '1m'),
  },
  { kind: 'negative request', seed: inWorkload(containers('resources.requests.*'), (v) => `-${v}`) },
  {
    kind: 'name of a resource',
    seed: inWorkload(
      containers('resources.requests'),
      there(({ cpu, ...v }) => ({ ...v, cpus: cpu })),
    ),
  },
  { kind: 'mount that leads out', seed: inWorkload(containers('volumeMounts.*.subPath'), () => '../x') },
  {
    kind: 'mount in one place twice',
    seed: inWorkload(
      containers('volumeMounts'),
      there((v) => [...v, v[0]]),
    ),
  },
  {
    kind: 'volume of two sources',
    seed: inWorkload(pods('volumes.*'), (v) => ({ ...v, emptyDir: {}, secret: { secretName: 'x' } })),
  },
  { kind: 'name of a volume that is none', seed: inWorkload(pods('volumes.*.name'), () => 'V_1') },
  {
    kind: 'restart policy of the other kind',
    seed: inWorkload(pods('restartPolicy'), (v) => (v === 'Never' ? 'Always' : 'Never')),
  },
  { kind: 'root that is not root', seed: inWorkload(pods('securityContext.runAsUser'), () => 0) },
  {
    kind: 'DNS of nobody',
    elsewhere: /^pod-consistent .*dnsConfig/,
    seed: inWorkload(pods('dnsPolicy'), () => 'None'),
  },
  { kind: 'grace below 0', seed: inWorkload(pods('terminationGracePeriodSeconds'), () => -1) },
  {
    kind: 'seconds of a toleration',
    seed: inWorkload(pods('tolerations.*.effect'), (v) => (v === 'NoExecute' ? 'NoSchedule' : v)),
  },
  { kind: 'value of a toleration', seed: inWorkload(pods('tolerations.*.value'), () => 'x') },
  { kind: 'skew of 0', seed: inWorkload(pods('topologySpreadConstraints.*.maxSkew'), () => 0) },
  { kind: 'replicas below 0', seed: change('Deployment', 'spec.replicas', () => -1) },
  {
    kind: 'rollout without a step',
    seed: change('Deployment', 'spec.strategy.rollingUpdate', is({ maxSurge: 0, maxUnavailable: 0 })),
  },
  { kind: 'share without %', seed: change('Deployment', 'spec.strategy.rollingUpdate.maxSurge', is('25')) },
  {
    kind: 'minute of a schedule',
    seed: change('CronJob', 'spec.schedule', (v: string) => v.replace(/^\S+/, '99')),
  },
  { kind: 'time zone', seed: change('CronJob', 'spec.timeZone', () => 'Mars/Phobos') },
  {
    kind: 'deadline below 0',
    seed: change('CronJob', ['spec.startingDeadlineSeconds', 'spec.jobTemplate.spec.backoffLimit'], () => -1),
  },
  { kind: 'address of a Service', seed: change('Service', 'spec.clusterIP', is('999.1.1.1')) },
  { kind: 'port of a Service twice', seed: change('Service', 'spec.ports', (v) => [...v, { ...v[0], port: 9999 }]) },
  {
    kind: 'ports of a Service without name',
    seed: change('Service', 'spec.ports', ([v]) => [v, { port: 9999, targetPort: v.targetPort }]),
  },
  {
    kind: 'headless node port',
    seed: change('Service', 'spec', (v) => ({ ...v, type: 'NodePort', clusterIP: 'None' })),
  },
  { kind: 'both limits of a budget', seed: change('PodDisruptionBudget', 'spec.minAvailable', is(1)) },
  {
    kind: 'range of addresses',
    seed: change(
      'NetworkPolicy',
      ['spec.egress.*.to', 'spec.ingress.*.from'],
      there((v) => [...v, { ipBlock: { cidr: '10.0.0.0/33' } }]),
    ),
  },
  {
    kind: 'exception outside its range',
    seed: change(
      'NetworkPolicy',
      'spec.egress.*.to',
      there((v) => [...v, { ipBlock: { cidr: '10.0.0.0/8', except: ['192.168.0.0/16'] } }]),
    ),
  },
  {
    kind: 'peer that is nobody',
    seed: change(
      'NetworkPolicy',
      'spec.ingress.*.from',
      there((v) => [...v, {}]),
    ),
  },
  {
    kind: 'ports that go down',
    seed: change('NetworkPolicy', ['spec.egress.*.ports.*.endPort', 'spec.ingress.*.ports.*.endPort'], () => 1),
  },
  {
    kind: 'group of a role',
    seed: change(
      '*',
      'roleRef.apiGroup',
      there(() => 'rbac'),
    ),
  },
  { kind: 'kind of a role', seed: change('*', 'roleRef.kind', there(typo)) },
  { kind: 'namespace of a subject', seed: change('*', 'subjects.*.namespace', none) },
  {
    kind: 'no verb',
    seed: change(
      '*',
      'rules.*.verbs',
      there(() => []),
    ),
  },
  { kind: 'no group of a right', seed: change('*', 'rules.*.apiGroups', none) },
  { kind: 'alert that is neither', seed: change('PrometheusRule', 'spec.groups.*.rules.*.alert', none) },
];

/** What CloudNativePG's webhooks refuse. */
const cloudNativePg: readonly Fault[] = [
  { kind: 'name of a Cluster', seed: change('Cluster', 'metadata.name', () => `d${'b'.repeat(50)}`) },
  { kind: 'segments of 3 MB', seed: change('Cluster', 'spec.bootstrap.initdb.walSegmentSize', () => 3) },
  { kind: 'second bootstrap', seed: change('Cluster', 'spec.bootstrap.recovery', is(TARGET)) },
  {
    kind: 'all databases',
    seed: change(
      'Cluster',
      'spec.bootstrap.initdb.import.databases',
      there(() => ['*']),
    ),
  },
  {
    kind: 'certificate without authority',
    seed: change('Cluster', 'spec.certificates', is({ serverTLSSecret: 'tls' })),
  },
  { kind: 'pull policy', seed: change('Cluster', 'spec.imagePullPolicy', is('Sometimes')) },
  {
    kind: 'supervised alone',
    seed: change('Cluster', 'spec', (v) => ({ ...v, instances: 1, primaryUpdateStrategy: 'supervised' })),
  },
  { kind: 'old synchronous replication', seed: change('Cluster', 'spec.maxSyncReplicas', is(3)) },
  {
    kind: 'reserved tablespace',
    seed: change('Cluster', 'spec.tablespaces', is([{ name: 'pg_x', storage: { size: '1Gi' } }])),
  },
  {
    kind: 'external cluster twice',
    seed: change(
      'Cluster',
      'spec.externalClusters',
      there((v) => [...v, v[0]]),
    ),
  },
  { kind: 'way to an external cluster', seed: change('Cluster', 'spec.externalClusters.*.connectionParameters', none) },
  {
    kind: 'toleration of the database',
    seed: change('Cluster', 'spec.affinity.tolerations', is([{ key: 'a', operator: 'Exists', value: 'b' }])),
  },
  { kind: 'anti-affinity that is none', seed: change('Cluster', 'spec.affinity.podAntiAffinityType', is('sometimes')) },
  { kind: 'replica of nobody', seed: change('Cluster', 'spec.replica', is({ enabled: true, source: 'nobody' })) },
  { kind: 'name of a parameter', seed: change('Cluster', PARAMETERS, (v) => ({ ...v, 'work-mem': '8MB' })) },
  { kind: 'WAL level', seed: change('Cluster', `${PARAMETERS}.wal_level`, is('minimal')) },
  { kind: 'hints off', seed: change('Cluster', `${PARAMETERS}.wal_log_hints`, is('off')) },
  {
    kind: 'size of a parameter',
    seed: change('Cluster', [`${PARAMETERS}.shared_buffers`, `${PARAMETERS}.max_wal_size`], is('512Mi')),
  },
  { kind: 'size without unit', seed: change('Cluster', `${PARAMETERS}.shared_buffers`, is('128')) },
  {
    kind: 'login without server',
    seed: change('Cluster', 'spec.postgresql.ldap', is({ bindAsAuth: { prefix: 'cn=' } })),
  },
  {
    kind: 'pattern of slots',
    seed: change(
      'Cluster',
      'spec.replicationSlots',
      is({ synchronizeReplicas: { enabled: true, excludePatterns: ['('] } }),
    ),
  },
  { kind: 'variable of the operator', seed: change('Cluster', 'spec.env', is([{ name: 'PGDATA', value: '/x' }])) },
  {
    kind: 'Service of the operator',
    seed: change('Cluster', 'spec.managed', is({ services: { disabledDefaultServices: ['rw'] } })),
  },
  { kind: 'reserved role', seed: change('Cluster', 'spec.managed', is({ roles: [{ name: 'streaming_replica' }] })) },
  {
    kind: 'resources of the database',
    elsewhere: /^resources-within-limits .*requests/,
    seed: change('Cluster', 'spec.resources.limits.*', () => '1m'),
  },
  { kind: 'hibernation', seed: change('Cluster', 'metadata.annotations.cnpg~io/hibernation', is('maybe')) },
  { kind: 'pod patch', seed: change('Cluster', 'metadata.annotations.cnpg~io/podPatch', is('{')) },
  {
    kind: 'second archiver',
    seed: change('Cluster', 'spec.plugins', (v) => [...v, { name: 'x.io', enabled: true, isWALArchiver: true }]),
  },
  {
    kind: 'pods in pg_hba',
    seed: change('Cluster', 'spec.postgresql.pg_hba', is(['host all all ${podselector:nobody} md5'])),
  },
  { kind: 'extension without image', seed: change('Cluster', 'spec.postgresql.extensions', is([{ name: 'vector' }])) },
  {
    kind: 'account twice',
    seed: change('Cluster', 'spec', (v) => ({
      ...v,
      serviceAccountName: 'x',
      serviceAccountTemplate: { metadata: {} },
    })),
  },
  { kind: 'extension twice', seed: change('Database', 'spec.extensions', is([{ name: 'a' }, { name: 'a' }])) },
  { kind: 'wrapper of nobody', seed: change('Database', 'spec.servers', is([{ name: 'a', fdw: 'nobody' }])) },
  {
    kind: 'online to an object store',
    seed: change('ScheduledBackup', 'spec', (v) => ({
      ...v,
      pluginConfiguration: undefined,
      method: 'barmanObjectStore',
      online: true,
    })),
  },
];

/** Faults that nobody finds before the manifests are applied. */
export const refusedFaults: readonly Fault[] = [...kubernetes, ...cloudNativePg];
