/** Kinds that other objects name. */
export type ReferredKind =
  | 'ConfigMap'
  | 'IngressClass'
  | 'PriorityClass'
  | 'RuntimeClass'
  | 'Secret'
  | 'Service'
  | 'ServiceAccount'
  | 'StorageClass'
  | 'VolumeAttributesClass';

/** A field that names another object. */
export interface ReferenceRow {
  /** `as written` where the neighbouring field `kind` says it. */
  readonly kind: ReferredKind | 'as written';
  /** Steps to the name, or to an object that holds it: `*` is every item or entry, `a|b` is either field. */
  readonly steps: readonly string[];
  /** Field of that object with the name. */
  readonly name: string;
  /** Keys that are read whatever the field says. */
  readonly keys: readonly string[];
}

const BASIC_AUTH = ['username', 'password'];
const AUTHORITY = ['ca.crt'];
const PAIR = ['tls.crt', 'tls.key'];

const row = (kind: ReferenceRow['kind'], path: string, keys: readonly string[] = [], name = 'name'): ReferenceRow => ({
  kind,
  steps: path.split('.'),
  name,
  keys,
});
const secret = (path: string, keys?: readonly string[], name?: string): ReferenceRow => row('Secret', path, keys, name);
const configMap = (path: string): ReferenceRow => row('ConfigMap', path);
/** A field of which both kinds may be the source. */
const either = (path: string): readonly ReferenceRow[] => [secret(`${path}.secret`), configMap(`${path}.configMap`)];

/** Variables of a container, or of anything that is given them like one. */
const variables = (at: string): readonly ReferenceRow[] => [
  secret(`${at}env.*.valueFrom.secretKeyRef`),
  configMap(`${at}env.*.valueFrom.configMapKeyRef`),
  secret(`${at}envFrom.*.secretRef`),
  configMap(`${at}envFrom.*.configMapRef`),
];

/** A pod's spec. */
const pod = (at: string): readonly ReferenceRow[] => [
  ...variables(`${at}.containers|initContainers.*.`),
  secret(`${at}.imagePullSecrets.*`),
  secret(`${at}.volumes.*.secret`, [], 'secretName'),
  configMap(`${at}.volumes.*.configMap`),
  ...either(`${at}.volumes.*.projected.sources.*`),
  secret(`${at}.volumes.*.csi.nodePublishSecretRef`),
  row('StorageClass', `${at}.volumes.*.ephemeral.volumeClaimTemplate.spec.storageClassName`),
  row('ServiceAccount', `${at}.serviceAccountName`),
  row('PriorityClass', `${at}.priorityClassName`),
  row('RuntimeClass', `${at}.runtimeClassName`),
];

/** A claim's spec. */
const claim = (at: string): readonly ReferenceRow[] => [
  row('StorageClass', `${at}.storageClassName`),
  row('VolumeAttributesClass', `${at}.volumeAttributesClassName`),
];

/** How CloudNativePG is told about a volume. */
const storage = (at: string): readonly ReferenceRow[] => [
  row('StorageClass', `${at}.storageClass`),
  ...claim(`${at}.pvcTemplate`),
];

/** How the Prometheus operator is told to log in where it scrapes. */
const scrape = (at: string): readonly ReferenceRow[] => [
  secret(`${at}.authorization.credentials`),
  secret(`${at}.basicAuth.username|password`),
  secret(`${at}.bearerTokenSecret`),
  secret(`${at}.oauth2.clientSecret`),
  ...either(`${at}.oauth2.clientId`),
  ...either(`${at}.tlsConfig.ca|cert`),
  secret(`${at}.tlsConfig.keySecret`),
];

const template = (steps: string): readonly ReferenceRow[] => pod(`spec.${steps}template.spec`);

/** Every field that names another object, by the kind that has it. */
export const REFERENCES: Readonly<Record<string, readonly ReferenceRow[]>> = {
  'apps/v1/DaemonSet': template(''),
  'apps/v1/Deployment': template(''),
  'apps/v1/ReplicaSet': template(''),
  'apps/v1/StatefulSet': [
    ...template(''),
    ...claim('spec.volumeClaimTemplates.*.spec'),
    row('Service', 'spec.serviceName'),
  ],
  'barmancloud.cnpg.io/v1/ObjectStore': [
    secret('spec.configuration.endpointCA'),
    secret('spec.configuration.s3Credentials|azureCredentials|googleCredentials.*'),
    ...variables('spec.instanceSidecarConfiguration.'),
  ],
  'batch/v1/CronJob': template('jobTemplate.spec.'),
  'batch/v1/Job': template(''),
  'kustomize.toolkit.fluxcd.io/v1/Kustomization': [
    secret('spec.decryption.secretRef'),
    secret('spec.kubeConfig.secretRef'),
    configMap('spec.kubeConfig.configMapRef'),
    row('as written', 'spec.postBuild.substituteFrom.*'),
  ],
  'monitoring.coreos.com/v1/PodMonitor': scrape('spec.podMetricsEndpoints.*'),
  'monitoring.coreos.com/v1/ServiceMonitor': scrape('spec.endpoints.*'),
  'networking.k8s.io/v1/Ingress': [
    secret('spec.tls.*.secretName', PAIR),
    row('IngressClass', 'spec.ingressClassName'),
    row('Service', 'spec.defaultBackend.service'),
    row('Service', 'spec.rules.*.http.paths.*.backend.service'),
  ],
  'notification.toolkit.fluxcd.io/v1beta3/Provider': [secret('spec.secretRef'), secret('spec.certSecretRef')],
  'postgresql.cnpg.io/v1/Cluster': [
    secret('spec.bootstrap.*.secret', BASIC_AUTH),
    secret('spec.superuserSecret', BASIC_AUTH),
    secret('spec.managed.roles.*.passwordSecret', BASIC_AUTH),
    secret('spec.certificates.serverCASecret|clientCASecret', AUTHORITY),
    secret('spec.certificates.serverTLSSecret|replicationTLSSecret', PAIR),
    secret('spec.externalClusters.*.password|sslCert|sslKey|sslRootCert'),
    secret('spec.bootstrap.initdb.postInitSQLRefs|postInitApplicationSQLRefs|postInitTemplateSQLRefs.secretRefs.*'),
    configMap(
      'spec.bootstrap.initdb.postInitSQLRefs|postInitApplicationSQLRefs|postInitTemplateSQLRefs.configMapRefs.*',
    ),
    secret('spec.monitoring.customQueriesSecret.*'),
    configMap('spec.monitoring.customQueriesConfigMap.*'),
    secret('spec.postgresql.ldap.bindSearchAuth.bindPassword'),
    secret('spec.imagePullSecrets.*'),
    ...variables('spec.'),
    ...either('spec.projectedVolumeTemplate.sources.*'),
    row('ServiceAccount', 'spec.serviceAccountName'),
    row('PriorityClass', 'spec.priorityClassName'),
    ...storage('spec.storage|walStorage'),
    ...storage('spec.tablespaces.*.storage'),
    ...claim('spec.ephemeralVolumeSource.volumeClaimTemplate.spec'),
  ],
  'postgresql.cnpg.io/v1/DatabaseRole': [secret('spec.passwordSecret', BASIC_AUTH)],
  'postgresql.cnpg.io/v1/Pooler': [
    secret('spec.pgbouncer.authQuerySecret'),
    secret('spec.pgbouncer.clientCASecret|serverCASecret', AUTHORITY),
    secret('spec.pgbouncer.clientTLSSecret|serverTLSSecret', PAIR),
    row('ServiceAccount', 'spec.serviceAccountName'),
    ...template(''),
  ],
  'source.toolkit.fluxcd.io/v1/Bucket': [secret('spec.secretRef|certSecretRef|proxySecretRef')],
  'source.toolkit.fluxcd.io/v1/GitRepository': [
    secret('spec.secretRef|proxySecretRef'),
    secret('spec.verify.secretRef'),
  ],
  'source.toolkit.fluxcd.io/v1/OCIRepository': [
    secret('spec.secretRef|certSecretRef|proxySecretRef'),
    secret('spec.verify.secretRef'),
  ],
  'v1/PersistentVolumeClaim': claim('spec'),
  'v1/Pod': pod('spec'),
  'v1/ServiceAccount': [secret('imagePullSecrets.*')],
};

/** The kinds that can name an object of one of these kinds. */
export function referrersTo(...kinds: readonly ReferredKind[]): readonly string[] {
  return Object.entries(REFERENCES)
    .filter(([, rows]) => rows.some((one) => one.kind === 'as written' || kinds.includes(one.kind)))
    .map(([id]) => id);
}
