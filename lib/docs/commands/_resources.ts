/** A resource as kubectl takes it. */
export interface Resource {
  readonly kind: string;
  readonly namespaced: boolean;
}

const NAMESPACED: Readonly<Record<string, readonly string[]>> = {
  Pod: ['pods', 'pod'],
  Service: ['services', 'service'],
  Secret: ['secrets', 'secret'],
  ConfigMap: ['configmaps', 'configmap'],
  Event: ['events'],
  PersistentVolumeClaim: ['persistentvolumeclaims', 'persistentvolumeclaim'],
  ServiceAccount: ['serviceaccounts', 'serviceaccount'],
  Deployment: ['deployments', 'deployment'],
  Job: ['jobs', 'job'],
  CronJob: ['cronjobs', 'cronjob'],
  Ingress: ['ingresses'],
  NetworkPolicy: ['networkpolicies', 'networkpolicy'],
  PodDisruptionBudget: ['poddisruptionbudgets'],
  EndpointSlice: ['endpointslices'],
  Role: ['roles', 'role'],
  RoleBinding: ['rolebindings', 'rolebinding'],
  Lease: ['leases.coordination.k8s.io'],
  Cluster: ['clusters.postgresql.cnpg.io'],
  Backup: ['backups.postgresql.cnpg.io'],
  ScheduledBackup: ['scheduledbackups.postgresql.cnpg.io'],
  FailoverQuorum: ['failoverquorums.postgresql.cnpg.io'],
  Database: ['databases.postgresql.cnpg.io'],
  DatabaseRole: ['databaseroles.postgresql.cnpg.io'],
  ObjectStore: ['objectstores.barmancloud.cnpg.io'],
  PodMonitor: ['podmonitors.monitoring.coreos.com'],
  ServiceMonitor: ['servicemonitors.monitoring.coreos.com'],
  PrometheusRule: ['prometheusrules.monitoring.coreos.com'],
  Certificate: ['certificates.cert-manager.io'],
  CertificateRequest: ['certificaterequests.cert-manager.io'],
  Application: ['applications', 'applications.argoproj.io'],
  Kustomization: ['kustomizations', 'kustomization', 'kustomizations.kustomize.toolkit.fluxcd.io'],
};

const CLUSTER_WIDE: Readonly<Record<string, readonly string[]>> = {
  Node: ['nodes', 'node'],
  CustomResourceDefinition: ['crd', 'crds'],
  Namespace: ['namespaces', 'namespace'],
  PersistentVolume: ['persistentvolumes', 'persistentvolume'],
  StorageClass: ['storageclasses', 'storageclass'],
};

/** Resources by each name that documents use for them. CRDs always with their group: their short names are not unique. */
export const RESOURCES: ReadonlyMap<string, Resource> = new Map<string, Resource>([
  ...byName(NAMESPACED, true),
  ...byName(CLUSTER_WIDE, false),
]);

function byName(table: Readonly<Record<string, readonly string[]>>, namespaced: boolean): [string, Resource][] {
  return Object.entries(table).flatMap(([kind, names]) =>
    names.map((name): [string, Resource] => [name, { kind, namespaced }]),
  );
}
