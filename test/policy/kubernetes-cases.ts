/**
 * What the API server refuses in the kinds that people write, beyond what its published schemas say. Each case breaks one
 * fact, names where the finding must be, and has a neighbour that is fine.
 */

type Changes = Readonly<Record<string, unknown>>;

export interface KubernetesCase {
  /** The object that is changed. */
  readonly kind: string;
  readonly what: string;
  /** Where the finding must be, items of lists by their index. */
  readonly at: string;
  readonly broken: Changes;
  readonly fine: Changes;
  /** What both start with. */
  readonly given?: Changes;
}

const POD = 'spec.template.spec';
const WEB = `${POD}.containers[0]`;
const container = (what: string, at: string, broken: unknown, fine: unknown, given: Changes = {}): KubernetesCase => ({
  kind: 'Deployment',
  what,
  at: `${WEB}.${at}`,
  broken: { [`${WEB}.${at.replace(/\[[^\]]*\].*/, '')}`]: broken },
  fine: { [`${WEB}.${at.replace(/\[[^\]]*\].*/, '')}`]: fine },
  given,
});
const field = (
  kind: string,
  what: string,
  at: string,
  broken: unknown,
  fine: unknown,
  given: Changes = {},
): KubernetesCase => ({
  kind,
  what,
  at,
  broken: { [at]: broken },
  fine: { [at]: fine },
  given,
});
const TCP = { tcpSocket: { port: 'http' } };
const HTTP = { httpGet: { path: '/ready', port: 'http' } };
const env = (what: Changes) => [{ name: 'A', ...what }];
const SECRET = { secretKeyRef: { name: 's', key: 'k' } };
const peers = (peer: Changes, ports: readonly Changes[] = [{ port: 443, protocol: 'TCP' }]) => [{ to: [peer], ports }];
const BLOCK = { ipBlock: { cidr: '10.0.0.0/8' } };
const expression = (operator: string, values?: readonly string[]) => [
  { key: 'app', operator, ...(values === undefined ? {} : { values }) },
];
const PORTS = [{ name: 'a', port: 1, targetPort: 'http' }];

export const CASES: readonly KubernetesCase[] = [
  field('ConfigMap', 'name with capitals', 'metadata.name', 'Bad_Name!', 'good-name.1'),
  field('ConfigMap', 'name of 254 characters', 'metadata.name', 'x'.repeat(254), 'x'.repeat(253)),
  field('Namespace', 'name with a dot', 'metadata.name', 'shop.eu', 'shop-eu'),
  field('Namespace', 'namespace of a Namespace', 'metadata.namespace', 'shop', undefined),
  field('Service', 'name that starts with a digit', 'metadata.name', '1web', 'web1'),
  field('Role', 'name with a slash', 'metadata.name', 'a/b', 'system:a'),
  field('ConfigMap', 'namespace with capitals', 'metadata.namespace', 'Shop', 'shop'),
  {
    kind: 'ConfigMap',
    what: 'name of a label',
    at: "metadata.labels['a b']",
    broken: { 'metadata.labels': { 'a b': 'x' } },
    fine: { 'metadata.labels': { 'example.org/a_b': 'x' } },
  },
  {
    kind: 'ConfigMap',
    what: 'value of a label',
    at: 'metadata.labels.a',
    broken: { 'metadata.labels': { a: 'x y/z' } },
    fine: { 'metadata.labels': { a: 'x-y_z' } },
  },
  {
    kind: 'ConfigMap',
    what: 'name of an annotation',
    at: "metadata.annotations['bad key!']",
    broken: { 'metadata.annotations': { 'bad key!': 'x' } },
    fine: { 'metadata.annotations': { 'Example.org/key': 'any text!' } },
  },
  {
    kind: 'ConfigMap',
    what: 'key',
    at: "data['a/b']",
    broken: { data: { 'a/b': 'x' } },
    fine: { data: { 'a_b.c': 'x' } },
  },
  field('ConfigMap', 'key twice', 'binaryData.page', '', undefined),
  {
    kind: 'Secret',
    what: 'value that is no base64',
    at: 'data.a',
    broken: { data: { a: 'not base64!' } },
    fine: { stringData: { a: 'not base64!' } },
  },
  {
    kind: 'Secret',
    what: 'keys of its type',
    at: 'data',
    given: { type: 'kubernetes.io/tls' },
    broken: { data: { 'tls.crt': '' } },
    fine: { data: { 'tls.crt': '', 'tls.key': '' } },
  },
  container('name of a container', 'name', 'Web_X', 'web-1'),
  container('container without image', 'image', undefined, 'registry.example.net/web:1'),
  {
    kind: 'Deployment',
    what: 'init container of the same name',
    at: `${POD}.containers[0].name`,
    broken: { [`${POD}.initContainers`]: [{ name: 'web', image: 'a:1' }] },
    fine: { [`${POD}.initContainers`]: [{ name: 'init', image: 'a:1' }] },
  },
  field('Deployment', 'no container', `${POD}.containers`, [], [{ name: 'web', image: 'a:1' }]),
  container(
    'port above 65535',
    'ports[0].containerPort',
    [{ name: 'http', containerPort: 65536 }],
    [{ name: 'http', containerPort: 65535 }],
  ),
  container(
    'name of a port',
    'ports[0].name',
    [{ name: 'http_a', containerPort: 1 }],
    [{ name: 'http-a', containerPort: 1 }],
  ),
  container(
    'name of a port without letter',
    'ports[0].name',
    [{ name: '80', containerPort: 1 }],
    [{ name: 'p80', containerPort: 1 }],
  ),
  container(
    'two ports of one name',
    'ports[1]',
    [
      { name: 'http', containerPort: 1 },
      { name: 'http', containerPort: 2 },
    ],
    [
      { name: 'http', containerPort: 1 },
      { name: 'more', containerPort: 2 },
    ],
  ),
  container(
    'two ways to a value',
    'env[0]',
    env({ value: 'x', valueFrom: SECRET }),
    env({ value: '', valueFrom: SECRET }),
  ),
  container('no way to a value', 'env[0].valueFrom', env({ valueFrom: {} }), env({ valueFrom: SECRET })),
  container(
    'two sources of a value',
    'env[0].valueFrom',
    env({ valueFrom: { ...SECRET, fieldRef: { fieldPath: 'metadata.name' } } }),
    env({ valueFrom: SECRET }),
  ),
  container(
    'Secret without name',
    'env[0].valueFrom.secretKeyRef.name',
    env({ valueFrom: { secretKeyRef: { key: 'k' } } }),
    env({ valueFrom: SECRET }),
  ),
  container("variable with '='", 'env[0].name', [{ name: 'A=B', value: 'x' }], [{ name: 'A_B', value: 'x' }]),
  container('probe without handler', 'readinessProbe', { periodSeconds: 5 }, { ...HTTP, periodSeconds: 5 }),
  container('probe with two handlers', 'readinessProbe', { ...HTTP, ...TCP }, HTTP),
  container('probe of port 0', 'readinessProbe.tcpSocket.port', 0, 8080, { [`${WEB}.readinessProbe`]: TCP }),
  container('period of 0', 'readinessProbe.periodSeconds', 0, 1),
  container('liveness that wants two successes', 'livenessProbe.successThreshold', 2, 1),
  container('hook without handler', 'lifecycle.preStop', {}, { exec: { command: ['true'] } }),
  container(
    'mount that leads out',
    'volumeMounts[0].subPath',
    [{ name: 'v', mountPath: '/v', subPath: '../x' }],
    [{ name: 'v', mountPath: '/v', subPath: 'x..y/z' }],
  ),
  container('memory above its limit', 'resources.requests.memory', '1Gi', '256Mi'),
  container('negative cpu', 'resources.requests.cpu', '-1', '0'),
  container('resource that is none', 'resources.requests.memroy', '1Gi', undefined),
  container('privileged, but no more', 'securityContext.allowPrivilegeEscalation', false, undefined, {
    [`${WEB}.securityContext.privileged`]: true,
  }),
  field('Deployment', 'root that is not root', `${POD}.securityContext.runAsUser`, 0, 1000, {
    [`${POD}.securityContext.runAsNonRoot`]: true,
  }),
  field(
    'Deployment',
    'profile without file',
    `${POD}.securityContext.seccompProfile.localhostProfile`,
    undefined,
    'p.json',
    {
      [`${POD}.securityContext.seccompProfile.type`]: 'Localhost',
    },
  ),
  field('Deployment', 'restart policy', `${POD}.restartPolicy`, 'Never', 'Always'),
  field('CronJob', 'restart policy', 'spec.jobTemplate.spec.template.spec.restartPolicy', undefined, 'OnFailure'),
  field('Deployment', 'no DNS', `${POD}.dnsConfig.nameservers`, undefined, ['10.96.0.10'], {
    [`${POD}.dnsPolicy`]: 'None',
  }),
  field('Deployment', 'negative grace', `${POD}.terminationGracePeriodSeconds`, -1, 0),
  {
    kind: 'Deployment',
    what: 'volume of two sources',
    at: `${POD}.volumes[0]`,
    broken: { [`${POD}.volumes`]: [{ name: 'v', emptyDir: {}, configMap: { name: 'c' } }] },
    fine: { [`${POD}.volumes`]: [{ name: 'v', emptyDir: {} }] },
  },
  {
    kind: 'Deployment',
    what: 'name of a volume',
    at: `${POD}.volumes[0].name`,
    broken: { [`${POD}.volumes`]: [{ name: 'V_1', emptyDir: {} }] },
    fine: { [`${POD}.volumes`]: [{ name: 'v-1', emptyDir: {} }] },
  },
  {
    kind: 'Deployment',
    what: 'toleration',
    at: `${POD}.tolerations[0].value`,
    broken: { [`${POD}.tolerations`]: [{ key: 'a', operator: 'Exists', value: 'b' }] },
    fine: { [`${POD}.tolerations`]: [{ key: 'a', value: 'b' }] },
  },
  field('Deployment', 'negative replicas', 'spec.replicas', -1, 0),
  field('Deployment', 'rollout without a step', 'spec.strategy.rollingUpdate.maxSurge', 0, 1),
  field('Deployment', 'Recreate step by step', 'spec.strategy.rollingUpdate', { maxSurge: 1 }, undefined, {
    'spec.strategy.type': 'Recreate',
  }),
  field('Deployment', 'ready after the end', 'spec.progressDeadlineSeconds', 30, 31, { 'spec.minReadySeconds': 30 }),
  field('Deployment', 'selector that takes other pods', 'spec.selector.matchLabels', { app: 'other' }, { app: 'web' }),
  field('Deployment', 'selector that takes all pods', 'spec.selector', {}, { matchLabels: { app: 'web' } }),
  {
    kind: 'Deployment',
    what: 'operator without values',
    at: 'spec.selector.matchExpressions[0].values',
    broken: { 'spec.selector.matchExpressions': expression('In') },
    fine: { 'spec.selector.matchExpressions': expression('In', ['web']) },
  },
  {
    kind: 'PodDisruptionBudget',
    what: 'operator with values',
    at: 'spec.selector.matchExpressions[0].values',
    broken: { 'spec.selector.matchExpressions': expression('Exists', ['web']) },
    fine: { 'spec.selector.matchExpressions': expression('Exists') },
  },
  field(
    'PodDisruptionBudget',
    'both limits',
    'spec',
    { maxUnavailable: 1, minAvailable: 1 },
    { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  ),
  field('PodDisruptionBudget', 'share', 'spec.maxUnavailable', '50', '50%'),
  field('HorizontalPodAutoscaler', 'minimum above maximum', 'spec.minReplicas', 5, 4),
  field('HorizontalPodAutoscaler', 'maximum of 0', 'spec.maxReplicas', 0, 4),
  {
    kind: 'HorizontalPodAutoscaler',
    what: 'metric without source',
    at: 'spec.metrics[0].resource',
    broken: { 'spec.metrics': [{ type: 'Resource' }] },
    fine: { 'spec.metrics': undefined },
  },
  {
    kind: 'HorizontalPodAutoscaler',
    what: 'target without value',
    at: 'spec.metrics[0].resource.target.averageUtilization',
    broken: { 'spec.metrics': [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }] },
    fine: {
      'spec.metrics': [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 9 } } },
      ],
    },
  },
  field('CronJob', 'schedule of six fields', 'spec.schedule', '0 17 4 * * 0', '17 4 * * 0'),
  field('CronJob', 'minute 99', 'spec.schedule', '99 * * * *', '59 * * * *'),
  field('CronJob', 'range that goes down', 'spec.schedule', '5-1 * * * *', '1-5/2 * * * *'),
  field('CronJob', 'shorthand that is none', 'spec.schedule', '@often', '@daily'),
  field('CronJob', 'every nothing', 'spec.schedule', '@every', '@every 1h30m'),
  field('CronJob', 'time zone', 'spec.timeZone', 'Mars/Phobos', 'Europe/Berlin'),
  field('CronJob', 'Indexed without number', 'spec.jobTemplate.spec.completions', undefined, 3, {
    'spec.jobTemplate.spec.completionMode': 'Indexed',
  }),
  field('CronJob', 'negative deadline', 'spec.startingDeadlineSeconds', -1, 0),
  field('Service', 'address', 'spec.clusterIP', '999.1.1.1', 'None'),
  field('Service', 'port 0', 'spec.ports[0].port', 0, 80),
  {
    kind: 'Service',
    what: 'several ports without names',
    at: 'spec.ports[1].name',
    broken: { 'spec.ports': [...PORTS, { port: 2, targetPort: 'http' }] },
    fine: { 'spec.ports': [...PORTS, { name: 'b', port: 2, targetPort: 'http' }] },
  },
  {
    kind: 'Service',
    what: 'two ports of one name',
    at: 'spec.ports[1]',
    broken: { 'spec.ports': [...PORTS, { name: 'a', port: 2, targetPort: 'http' }] },
    fine: { 'spec.ports': [...PORTS, { name: 'b', port: 2, targetPort: 'http' }] },
  },
  field('Service', 'headless on every node', 'spec.clusterIP', 'None', undefined, { 'spec.type': 'NodePort' }),
  field('Service', 'node port of what is inside', 'spec.ports[0].nodePort', 30080, 0),
  field('Service', 'no port at all', 'spec.ports', undefined, PORTS),
  field('Service', 'name of nothing', 'spec.externalName', undefined, 'db.example.org', {
    'spec.type': 'ExternalName',
  }),
  field(
    'Service',
    'affinity of no client',
    'spec.sessionAffinityConfig',
    { clientIP: { timeoutSeconds: 60 } },
    undefined,
  ),
  {
    kind: 'NetworkPolicy',
    what: 'range of addresses',
    at: 'spec.egress[0].to[0].ipBlock.cidr',
    broken: { 'spec.egress': peers({ ipBlock: { cidr: '10.0.0.0/33' } }) },
    fine: { 'spec.egress': peers({ ipBlock: { cidr: '10.0.0.0/32' } }) },
  },
  {
    kind: 'NetworkPolicy',
    what: 'exception outside',
    at: 'spec.egress[0].to[0].ipBlock.except[0]',
    broken: { 'spec.egress': peers({ ipBlock: { cidr: '10.0.0.0/8', except: ['192.168.0.0/16'] } }) },
    fine: { 'spec.egress': peers({ ipBlock: { cidr: 'fd00::/8', except: ['fd12:3456::/32'] } }) },
  },
  {
    kind: 'NetworkPolicy',
    what: 'exception as large as its range',
    at: 'spec.egress[0].to[0].ipBlock.except[0]',
    broken: { 'spec.egress': peers({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }) },
    fine: { 'spec.egress': peers({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/9'] } }) },
  },
  {
    kind: 'NetworkPolicy',
    what: 'addresses and pods',
    at: 'spec.egress[0].to[0].podSelector',
    broken: { 'spec.egress': peers({ ...BLOCK, podSelector: {} }) },
    fine: { 'spec.egress': peers({ podSelector: {}, namespaceSelector: {} }) },
  },
  {
    kind: 'NetworkPolicy',
    what: 'peer that is nobody',
    at: 'spec.egress[0].to[0]',
    broken: { 'spec.egress': peers({}) },
    fine: { 'spec.egress': peers({ podSelector: {} }) },
  },
  {
    kind: 'NetworkPolicy',
    what: 'range of ports that goes down',
    at: 'spec.egress[0].ports[0].endPort',
    broken: { 'spec.egress': peers(BLOCK, [{ port: 443, endPort: 442 }]) },
    fine: { 'spec.egress': peers(BLOCK, [{ port: 443, endPort: 443 }]) },
  },
  {
    kind: 'NetworkPolicy',
    what: 'range from a name',
    at: 'spec.egress[0].ports[0].endPort',
    broken: { 'spec.egress': peers(BLOCK, [{ port: 'http', endPort: 443 }]) },
    fine: { 'spec.egress': peers(BLOCK, [{ port: 80, endPort: 443 }]) },
  },
  {
    kind: 'Ingress',
    what: 'backend that is nothing',
    at: 'spec.defaultBackend',
    broken: { 'spec.defaultBackend': {} },
    fine: { 'spec.defaultBackend': undefined },
  },
  field(
    'Ingress',
    'nothing at all',
    'spec',
    {},
    { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  ),
  field('Ingress', 'address as host', 'spec.rules[0].host', '10.0.0.1', '*.example.org'),
  field('Ingress', 'path that steps back', 'spec.rules[0].http.paths[0].path', '/a/../b', '/a..b'),
  field('PersistentVolumeClaim', 'no size', 'spec.resources.requests.storage', undefined, '1Gi'),
  field('PersistentVolumeClaim', 'size of 0', 'spec.resources.requests.storage', '0Gi', '0.5Gi'),
  field('PersistentVolumeClaim', 'no access', 'spec.accessModes', [], ['ReadWriteOnce']),
  field('Role', 'no verb', 'rules[0].verbs', [], ['get']),
  field('Role', 'no group', 'rules[0].apiGroups', undefined, ['']),
  field('Role', 'path in a namespace', 'rules[0].nonResourceURLs', ['/healthz'], undefined),
  field('RoleBinding', 'group of the role', 'roleRef.apiGroup', 'rbac', 'rbac.authorization.k8s.io'),
  field('RoleBinding', 'kind of the role', 'roleRef.kind', 'Rol', 'ClusterRole'),
  field('RoleBinding', 'account without namespace', 'subjects[0].namespace', undefined, 'shop'),
  {
    kind: 'RoleBinding',
    what: 'group of a user',
    at: 'subjects[0].apiGroup',
    broken: { subjects: [{ kind: 'User', name: 'ann', apiGroup: 'users' }] },
    fine: { subjects: [{ kind: 'User', name: 'ann', apiGroup: 'rbac.authorization.k8s.io' }] },
  },
  field('ClusterRoleBinding', 'role of a namespace', 'roleRef.kind', 'Role', 'ClusterRole'),
  field('LimitRange', 'minimum above maximum', 'spec.limits[0].max.memory', '32Mi', '64Mi'),
  field('CustomResourceDefinition', 'name', 'metadata.name', 'page.example.org', 'pages.example.org'),
  field(
    'CustomResourceDefinition',
    'nothing stored',
    'spec.versions',
    [{ name: 'v1', served: true, storage: false, schema: { openAPIV3Schema: { type: 'object' } } }],
    [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  ),
  {
    kind: 'PrometheusRule',
    what: 'rule that is neither',
    at: 'spec.groups[0].rules[0]',
    broken: { 'spec.groups': [{ name: 'web', rules: [{ expr: 'up' }] }] },
    fine: { 'spec.groups': [{ name: 'web', rules: [{ record: 'a:b', expr: 'up' }] }] },
  },
];
