import {
  budget,
  cluster,
  container,
  cronJob,
  deployment,
  kustomization,
  merge,
  namespace,
  object,
  policy,
  scheduledBackup,
  service,
  store,
} from '../../../lib/policy/rules/_examples';

export type Objects = readonly Readonly<Record<string, unknown>>[];

const env = (name: string, value: string) => deployment({ containers: [container({ env: [{ name, value }] })] });
const reads = (key: string) =>
  deployment({
    containers: [container({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'made', key } } }] })],
  });
const other = object('v1', 'Secret', 'other', { data: {} });
const hpa = (minReplicas: number) =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
    spec: { minReplicas, maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  });
const scaled = deployment({}, { replicas: undefined });
const theirs = merge(
  cronJob({ concurrencyPolicy: 'Allow', failedJobsHistoryLimit: 0 }, { backoffLimit: 3, activeDeadlineSeconds: 60 }),
  { metadata: { labels: undefined } },
);
const unlisted = container({ ports: [{ name: 'http', containerPort: 8080 }] });
const clusterWide = (apiVersion: string, kind: string, fields: object) => ({
  apiVersion,
  kind,
  metadata: { name: 'x' },
  ...fields,
});
const definition = clusterWide('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
  metadata: { name: 'gates.example.net' },
  spec: {
    group: 'example.net',
    scope: 'Cluster',
    names: { kind: 'Gate', plural: 'gates' },
    versions: [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: {} } } },
    ],
  },
});
const restored = (instances: number) =>
  cluster({
    instances,
    plugins: undefined,
    bootstrap: { recovery: { source: 'origin', database: 'shop', owner: 'shop' } },
  });
const inTree = cluster({
  plugins: undefined,
  backup: { barmanObjectStore: { destinationPath: 's3://backups/shop', s3Credentials: { inheritFromIAMRole: true } } },
});
const byDefault = merge(scheduledBackup(), { spec: { method: undefined, pluginConfiguration: undefined } });
const fromBackup = cluster({
  plugins: undefined,
  bootstrap: { recovery: { backup: { name: 'nightly' }, database: 'shop', owner: 'shop' } },
});
const backup = (method: string) =>
  object('postgresql.cnpg.io/v1', 'Backup', 'nightly', { spec: { cluster: { name: 'db' }, method } });
const extended = (path: string) =>
  cluster({
    postgresql: { extensions: [{ name: 'a', image: { reference: 'a:1' }, extension_control_path: [path] }] },
  });
const homeless = (one: Readonly<Record<string, unknown>>) => merge(one, { metadata: { namespace: undefined } });
const unwritten = cluster({
  plugins: [{ name: 'barman-cloud.cloudnative-pg.io', parameters: { barmanObjectName: 'store' } }],
  resources: { requests: { cpu: '1000m' } },
});
const restoredInTree = (serverName: string) =>
  merge(inTree, {
    spec: {
      bootstrap: { recovery: { source: 'origin', database: 'shop', owner: 'shop' } },
      externalClusters: [{ name: 'origin', barmanObjectStore: { destinationPath: 's3://backups/shop/', serverName } }],
    },
  });
const served = (type: string) =>
  cluster({
    managed: {
      services: { additional: [{ selectorType: 'rw', serviceTemplate: { metadata: { name: 'lb' }, spec: { type } } }] },
    },
  });
const rolled = (replicas: number, maxUnavailable: string | undefined) =>
  deployment(
    {},
    { replicas, strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } } },
    `web-${replicas}`,
  );
const stateful = (template: string) =>
  object('apps/v1', 'StatefulSet', 'cockroach', {
    spec: {
      serviceName: 'cockroach',
      selector: { matchLabels: { app: 'cockroach' } },
      template: {
        metadata: { labels: { app: 'cockroach' } },
        spec: {
          containers: [container()],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: template },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  });
const reader = object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'reader', {
  roleRef: {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'Role',
    name: 'extension-apiserver-authentication-reader',
  },
});
const homed = (one: Readonly<Record<string, unknown>>, home: string) => merge(one, { metadata: { namespace: home } });
const unnamed = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { generateName: 'before-', namespace: 'shop' },
};
const asked = (name: string) => {
  const probe = {
    tcpSocket: undefined,
    httpGet: { path: '/health', port: 'http' },
    periodSeconds: 5,
    failureThreshold: 3,
  };
  const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name, key: 'password' } } }];
  return deployment({ containers: [container({ env, livenessProbe: probe, readinessProbe: probe })] });
};
const noQuorum = cluster({ postgresql: { synchronous: { method: 'any', number: 1 } } });
const external = (spec: object) => object('external-secrets.io/v1', 'ExternalSecret', 'made', { spec });
const operatorPeer = {
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cnpg-system' } },
  podSelector: { matchLabels: { 'app.kubernetes.io/name': 'cloudnative-pg' } },
};
/** As in the documentation of CloudNativePG. */
const sample = policy('allow-operator', {
  podSelector: { matchLabels: { 'cnpg.io/cluster': 'db' } },
  policyTypes: ['Ingress'],
  ingress: [{ from: [operatorPeer], ports: [{ port: 8000 }, { port: 5432 }] }],
});
const outWith = (ports: readonly object[]) => [
  deployment({ automountServiceAccountToken: true }),
  policy('web', { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports }] }),
];
const PEERS = ['network-policy-peer-exists'];
const SECRETS = ['secret-exists', 'secret-key-exists'];
const BUDGET = ['disruption-budget-blocks-drain', 'single-replica', 'replicas-protected'];
const DRILLS = ['drill-alone', 'drill-bounded', 'drill-history'];

/** What is right, what would be wrong beside it: the rule must tell the two apart. */
export const CORRECT: readonly (readonly [what: string, rules: readonly string[], fine: Objects, wrong: Objects])[] = [
  [
    'replicas that an autoscaler sets, and never below two',
    BUDGET,
    [scaled, hpa(2), budget({ minAvailable: 1, maxUnavailable: undefined })],
    [scaled, hpa(1), budget({ minAvailable: 1, maxUnavailable: undefined })],
  ],
  [
    'a Cluster that archives to an object store of its own, as it may until CloudNativePG 1.31',
    ['off-node-copy', 'backup-method-plugin', 'wal-archiver'],
    [inTree, byDefault],
    [cluster(), byDefault],
  ],
  [
    'a plugin that does not archive beside an object store that does',
    ['wal-archiver'],
    [merge(inTree, { spec: { plugins: [{ name: 'barman-cloud.cloudnative-pg.io' }] } })],
    [cluster({ plugins: [{ name: 'barman-cloud.cloudnative-pg.io' }] })],
  ],
  [
    'a budget with a number, where none at all lets no pod go',
    BUDGET,
    [deployment(), budget()],
    [deployment(), budget({ maxUnavailable: undefined })],
  ],
  [
    'a CronJob that is no drill, tries again and may overlap',
    DRILLS,
    [theirs],
    [cronJob({ concurrencyPolicy: 'Allow' })],
  ],
  [
    'a CronJob with deadlines, whatever else it does',
    ['cron-job-bounded'],
    [theirs],
    [merge(theirs, { spec: { startingDeadlineSeconds: undefined } })],
  ],
  [
    'an APIService, which has no namespace',
    ['namespace-set', 'namespace-exists'],
    [
      clusterWide('apiregistration.k8s.io/v1', 'APIService', { spec: { groupPriorityMinimum: 1, versionPriority: 1 } }),
      namespace(),
    ],
    [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }],
  ],
  [
    'a custom resource of the cluster, whose definition says so',
    ['namespace-set'],
    [definition, clusterWide('example.net/v1', 'Gate', {})],
    [merge(definition, { spec: { scope: 'Namespaced' } }), clusterWide('example.net/v1', 'Gate', {})],
  ],
  [
    'a probe of a number that the container does not declare',
    ['probe-port-exists'],
    [deployment({ containers: [merge(unlisted, { readinessProbe: { httpGet: { path: '/ready', port: 9000 } } })] })],
    [deployment({ containers: [merge(unlisted, { readinessProbe: { httpGet: { path: '/ready', port: 'web' } } })] })],
  ],
  [
    'a Service that sends to a number that no container declares, and the policy for it',
    ['service-port-served', 'network-policy-port-served'],
    [
      service({ ports: [{ name: 'm', port: 90, targetPort: 9000 }] }),
      deployment(),
      policy('web', {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 9000 }] }],
      }),
    ],
    [
      service(),
      deployment(),
      policy('web', {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 9000 }] }],
      }),
    ],
  ],
  [
    'a Secret that an ExternalSecret makes',
    SECRETS,
    [reads('token'), other, external({ target: { name: 'made' }, data: [{ secretKey: 'token' }] })],
    [reads('tokn'), other, external({ target: { name: 'made' }, data: [{ secretKey: 'token' }] })],
  ],
  [
    'a Secret of which an ExternalSecret takes all keys',
    SECRETS,
    [reads('any'), other, external({ dataFrom: [{ extract: { key: 'shop' } }] })],
    [reads('any'), other, external({ target: { name: 'mad' }, dataFrom: [{ extract: { key: 'shop' } }] })],
  ],
  [
    'a Secret that a SealedSecret makes',
    SECRETS,
    [
      reads('token'),
      other,
      object('bitnami.com/v1alpha1', 'SealedSecret', 'made', { spec: { encryptedData: { token: 'x' } } }),
    ],
    [
      reads('token'),
      other,
      object('bitnami.com/v1alpha1', 'SealedSecret', 'made', { spec: { encryptedData: { tok: 'x' } } }),
    ],
  ],
  [
    'a Secret that a Certificate makes',
    SECRETS,
    [reads('tls.crt'), other, object('cert-manager.io/v1', 'Certificate', 'x', { spec: { secretName: 'made' } })],
    [reads('tls.pem'), other, object('cert-manager.io/v1', 'Certificate', 'x', { spec: { secretName: 'made' } })],
  ],
  [
    'a Secret that is declared empty, and that a Certificate fills',
    SECRETS,
    [
      reads('tls.crt'),
      object('v1', 'Secret', 'made', {}),
      object('cert-manager.io/v1', 'Certificate', 'x', { spec: { secretName: 'made' } }),
    ],
    [reads('tls.crt'), object('v1', 'Secret', 'made', {})],
  ],
  [
    'a Service, a budget and a policy for the primary',
    ['service-selects-pods', 'disruption-budget-blocks-drain', 'network-policy-selects-pods', 'database-reachable'],
    [
      cluster(),
      service({ selector: { app: undefined, 'cnpg.io/cluster': 'db', 'cnpg.io/instanceRole': 'primary' } }),
      service({ selector: { app: undefined, 'cnpg.io/cluster': 'db', role: 'replica' } }, 'old'),
      budget({ selector: { matchLabels: { app: undefined, 'cnpg.io/instanceRole': 'replica' } } }),
      policy('primary', {
        podSelector: { matchExpressions: [{ key: 'cnpg.io/instanceRole', operator: 'NotIn', values: ['replica'] }] },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port: 5432 }] }],
      }),
      env('PGHOST', 'db-rw.shop.svc'),
      policy('out', {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: { matchLabels: { 'cnpg.io/instanceRole': 'primary' } } }] }],
      }),
    ],
    [cluster(), service({ selector: { app: undefined, 'cnpg.io/cluster': 'db', 'cnpg.io/instanceRole': 'leader' } })],
  ],
  [
    'an address that Flux fills in',
    ['object-store-destination'],
    [merge(store(), { spec: { configuration: { endpointURL: '${SECRET_HOST}' } } })],
    [merge(store(), { spec: { configuration: { endpointURL: 'http://${secret_host}' } } })],
  ],
  [
    'a path of an extension from the root of its image',
    ['extension-images'],
    [extended('/usr/share/postgresql/18/')],
    [extended('/usr/../..')],
  ],
  ['a ScheduledBackup whose Cluster is not here', ['backup-method-plugin'], [byDefault], [byDefault, cluster()]],
  [
    'a limit for memory alone, which is the request as well',
    ['memory-fits'],
    [cluster({ resources: { requests: { memory: undefined } } })],
    [cluster({ resources: { requests: { memory: undefined }, limits: { memory: undefined } } })],
  ],
  [
    'an object store of a namespace, for a Cluster that has none yet, and the other way round',
    ['object-store-exists'],
    [homeless(cluster()), store(), merge(cluster({}, 'other'), {}), homeless(store())],
    [homeless(cluster()), store({}, 'elsewhere')],
  ],
  [
    'defaults left out where Flux alone delivers',
    ['drift-list-items', 'canonical-quantities'],
    [unwritten, kustomization()],
    [unwritten],
  ],
  [
    'a whole number of processors, in quotes or not',
    ['canonical-quantities'],
    [cluster({ resources: { requests: { cpu: 1 } } })],
    [cluster({ resources: { requests: { cpu: '1.50' } } })],
  ],
  [
    'a Secret of the superuser where it is read',
    ['superuser-disabled'],
    [cluster()],
    [cluster({ superuserSecret: { name: 'root' } })],
  ],
  [
    'a Secret of which nothing is known, beside one that a controller makes',
    SECRETS,
    [reads('token'), external({ target: { name: 'another' } })],
    [reads('token'), external({ target: { name: 'another' } }), other],
  ],
  [
    'a restore into an archive of its own, where the object stores are in the Cluster',
    ['server-name-explicit'],
    [restoredInTree('old')],
    [restoredInTree('db')],
  ],
  [
    'a Service that the operator makes, and that stays inside',
    ['private-service'],
    [served('ClusterIP')],
    [served('LoadBalancer')],
  ],
  [
    'a quarter of three pods, which is none',
    ['rollout-keeps-capacity'],
    [rolled(3, '25%'), rolled(2, undefined)],
    [rolled(4, undefined)],
  ],
  [
    'a standby cluster, which takes no writes, and the old form of waiting for standbys',
    ['synchronous-replication'],
    [
      cluster({ postgresql: { synchronous: undefined }, replica: { enabled: true, source: 'x' } }),
      cluster({ postgresql: { synchronous: undefined }, minSyncReplicas: 1, maxSyncReplicas: 1 }, 'old'),
    ],
    [cluster({ postgresql: { synchronous: undefined }, replica: { enabled: false, source: 'x' } })],
  ],
  [
    'a claim in place of which the controller puts that of a template',
    ['volume-exists'],
    [stateful('data')],
    [stateful('other')],
  ],
  ['a Role that the API server makes', ['role-exists'], [homed(reader, 'kube-system')], [homed(reader, 'kube-public')]],
  [
    'a hook without a name of its own',
    ['stable-names'],
    [{ ...unnamed, metadata: { ...unnamed.metadata, annotations: { 'argocd.argoproj.io/hook': 'PreSync' } } }],
    [unnamed],
  ],
  [
    'pods that an object of an unknown kind may make',
    ['service-selects-pods', 'network-policy-selects-pods', 'disruption-budget-blocks-drain'],
    [deployment(), service({ selector: { app: 'queue' } }), object('kafka.example.net/v1', 'Kafka', 'queue')],
    [deployment(), service({ selector: { app: 'queue' } }), object('cert-manager.io/v1', 'Issuer', 'queue')],
  ],
  [
    'a variable that is another one, and an image of a digest',
    ['plaintext-secret', 'image-version'],
    [env('API_TOKEN', '$(OTHER)'), deployment({ containers: [container({ image: 'web:latest@sha256:00' })] }, {}, 'b')],
    [env('MINIO_SECRET_KEY', 'minio123')],
  ],
  [
    'a Secret of a name that the operator would take if it were asked to',
    ['reserved-names'],
    [cluster(), object('v1', 'Secret', 'db-superuser', {})],
    [cluster({ enableSuperuserAccess: true }), object('v1', 'Secret', 'db-superuser', {})],
  ],
  [
    'a policy for what comes in that does not say so',
    ['network-policy-direction'],
    [policy('db', { podSelector: {}, ingress: [{ ports: [{ port: 5432 }] }] })],
    [policy('db', { podSelector: {}, egress: [{ ports: [{ port: 5432 }] }] })],
  ],
  [
    'a program that has no database, and is asked for life and readiness alike',
    ['liveness-outlasts-failover'],
    [cluster(), asked('other-app')],
    [cluster(), asked('db-app')],
  ],
  [
    'a restore of a Backup that no plugin made',
    ['recovery-complete'],
    [fromBackup, backup('barmanObjectStore')],
    [fromBackup, backup('plugin')],
  ],
  [
    'a restore of a Backup of which nothing is known, where no plugin is',
    ['recovery-complete'],
    [fromBackup],
    [fromBackup, store()],
  ],
  [
    'a quorum for failovers that the old annotation asks for',
    ['failover-quorum'],
    [merge(noQuorum, { metadata: { annotations: { 'alpha.cnpg.io/failoverQuorum': 'true' } } })],
    [merge(cluster(), { metadata: { annotations: { 'alpha.cnpg.io/failoverQuorum': 'false' } } })],
  ],
  [
    'the keys that Kubernetes adds to the Secret of a token',
    SECRETS,
    [reads('token'), object('v1', 'Secret', 'made', { type: 'kubernetes.io/service-account-token' })],
    [reads('token'), object('v1', 'Secret', 'made', { type: 'Opaque' })],
  ],
  [
    'the ConfigMap of the certificate authority, which every namespace has',
    ['config-map-exists'],
    [deployment({ volumes: [{ name: 'ca', configMap: { name: 'kube-root-ca.crt' } }] })],
    [deployment({ volumes: [{ name: 'ca', configMap: { name: 'kube-ca.crt' } }] })],
  ],
  [
    'a cluster role that comes with Kubernetes',
    ['role-exists'],
    [
      clusterWide('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
      }),
    ],
    [
      clusterWide('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'auth-delegator' },
      }),
    ],
  ],
  [
    'a Service whose addresses are in an EndpointSlice',
    ['service-selects-pods'],
    [
      service({ selector: undefined }),
      object('discovery.k8s.io/v1', 'EndpointSlice', 'web-1', {
        metadata: { labels: { 'kubernetes.io/service-name': 'web' } },
        addressType: 'FQDN',
        endpoints: [],
      }),
    ],
    [service({ selector: undefined })],
  ],
  [
    'a program that says it only reads',
    ['database-host-exists', 'database-host-writes'],
    [env('DATABASE_RO_HOST', 'db-ro'), cluster(), env('DATABASE_RO_URL', 'postgresql://shop@db-ro:5432/shop')],
    [env('PGHOST', 'db-ro'), cluster()],
  ],
  [
    'a host that is put together from other variables',
    ['database-host-exists', 'database-host-writes'],
    [env('PGHOST', '$(DB_NAME)-rw'), cluster(), env('DATABASE_URL', 'postgresql://$(USER):$(PASS)@db-rw/shop')],
    [env('DATABASE_URL', 'postgresql://$(USER):$(PASS)@bd-rw/shop'), cluster()],
  ],
  [
    'a host that is another Service, the own pod, or outside',
    ['database-host-exists'],
    [env('DB_HOST', 'web'), service(), cluster(), env('PGHOST', 'localhost'), env('PGHOST', 'db.example.net')],
    [env('DB_HOST', 'db-1'), service(), cluster()],
  ],
  [
    'the Kubernetes API by one of its ports, also in a range',
    ['api-server-reachable'],
    [...outWith([{ port: 6000, endPort: 7000 }])],
    [...outWith([{ port: 6000, endPort: 6400 }])],
  ],
  [
    'a monitor of what a chart brings',
    ['monitor-selects'],
    [
      object('monitoring.coreos.com/v1', 'PodMonitor', 'x', {
        spec: { selector: { matchLabels: { app: 'x' } }, podMetricsEndpoints: [] },
      }),
    ],
    [
      object('monitoring.coreos.com/v1', 'PodMonitor', 'x', {
        spec: { selector: { matchLabels: { app: 'x' } }, podMetricsEndpoints: [] },
      }),
      deployment(),
    ],
  ],
  [
    'an object in the namespace of a GitOps engine, which brings it along',
    ['namespace-exists'],
    [namespace(), merge(object('v1', 'ConfigMap', 'x'), { metadata: { namespace: 'flux-system' } })],
    [namespace(), merge(object('v1', 'ConfigMap', 'x'), { metadata: { namespace: 'flux-sytem' } })],
  ],
  [
    'a copy that is restored to be looked at, which archives nowhere',
    ['off-node-copy'],
    [restored(1)],
    [restored(1), env('DATABASE_URL', 'postgresql://shop@db-rw/shop')],
  ],
  [
    'a restored Cluster with standbys, if it archives',
    ['off-node-copy'],
    [
      cluster(),
      object('postgresql.cnpg.io/v1', 'ScheduledBackup', 'db', {
        spec: { schedule: '0 0 2 * * *', cluster: { name: 'db' } },
      }),
    ],
    [restored(3)],
  ],
  [
    'an isolation check that is quick, with a failover that waits',
    ['isolation-check-patient'],
    [cluster({ failoverDelay: 60, probes: { liveness: { isolationCheck: { enabled: true, requestTimeout: 200 } } } })],
    [cluster({ probes: { liveness: { periodSeconds: 5, failureThreshold: 2 } } })],
  ],
  [
    "CloudNativePG's own policy for its operator",
    PEERS,
    [sample, cluster(), namespace()],
    [
      policy('x', {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cnpg-sytem' } } }] }],
      }),
      cluster(),
      namespace(),
    ],
  ],
  [
    'an operator whose namespace is here and whose Deployment comes from a chart',
    PEERS,
    [sample, cluster(), namespace(), namespace('cnpg-system')],
    [
      sample,
      cluster(),
      namespace(),
      namespace('cnpg-system'),
      merge(deployment({}, {}, 'postgres-operator'), { metadata: { namespace: 'cnpg-system' } }),
    ],
  ],
];
