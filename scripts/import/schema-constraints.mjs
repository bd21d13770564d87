/**
 * What the API server and CloudNativePG's webhook refuse and the published schemas have no word for, as far as a schema
 * can say it; the rest are rules in lib/policy/rules/. Written by hand and reviewed. Every entry must match a field of
 * the inputs: the generator fails on one that does not, so that nothing here can go stale unseen.
 */
import { require as tsx } from 'tsx/cjs/api';

const { FORMS } = tsx('../../lib/policy/schema/_patterns.ts', import.meta.url);

/** A form that may be left empty. */
const optional = (name) => ({ ...FORMS[name], pattern: `^$|${FORMS[name].pattern}` });

const LABEL = FORMS.label;
const SUBDOMAIN = FORMS.subdomain;
const LABEL_KEY = FORMS.labelKey;
const LABEL_VALUE = FORMS.labelValue;
const PORT_NAME = FORMS.portName;
const ADDRESS = FORMS.address;
const RANGE = FORMS.range;
const INSIDE = FORMS.insidePath;
const AMOUNT = { ...FORMS.amount, minimum: 0 };
const SIZE = { ...FORMS.size, minimum: 1 };
const DATA_KEYS = { propertyNames: FORMS.dataKey };
const LABELS = { propertyNames: LABEL_KEY };

const GIVEN = { minLength: 1 };
const SOME = { minItems: 1 };
const ROUND = { minimum: 0 };
const POSITIVE = { minimum: 1 };
const PORT = { minimum: 1, maximum: 65535 };
const SHARE = { pattern: '^[0-9]+%$', minimum: 0 };
const WEIGHT = { minimum: 1, maximum: 100 };
const MODE = { minimum: 0, maximum: 0o777 };
const USER = { minimum: 0, maximum: 2 ** 31 - 1 };
const NAMED = { required: ['name'] };

/** Forms of `metadata.name` where it is no DNS subdomain: kind to name of the form. */
export const NAME_FORMS = {
  'v1/Namespace': 'label',
  'v1/Service': 'letterLabel',
  'rbac.authorization.k8s.io/v1/ClusterRole': 'pathSegment',
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': 'pathSegment',
  'rbac.authorization.k8s.io/v1/Role': 'pathSegment',
  'rbac.authorization.k8s.io/v1/RoleBinding': 'pathSegment',
};

const METADATA = {
  'meta.v1.ObjectMeta.annotations': { propertyNames: FORMS.annotationKey },
  'meta.v1.ObjectMeta.labels': LABELS,
  'meta.v1.ObjectMeta.labels.*': LABEL_VALUE,
  'meta.v1.ObjectMeta.name': SUBDOMAIN,
  'meta.v1.ObjectMeta.namespace': optional('label'),
  'meta.v1.LabelSelector.matchLabels': LABELS,
  'meta.v1.LabelSelector.matchLabels.*': LABEL_VALUE,
  'meta.v1.LabelSelectorRequirement.key': LABEL_KEY,
  'meta.v1.LabelSelectorRequirement.operator': { enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
  'meta.v1.LabelSelectorRequirement.values[]': LABEL_VALUE,
};

const PODS = {
  'core.v1.PodSpec.activeDeadlineSeconds': POSITIVE,
  'core.v1.PodSpec.containers': SOME,
  'core.v1.PodSpec.hostname': optional('label'),
  'core.v1.PodSpec.nodeSelector': LABELS,
  'core.v1.PodSpec.nodeSelector.*': LABEL_VALUE,
  'core.v1.PodSpec.priorityClassName': optional('subdomain'),
  'core.v1.PodSpec.serviceAccountName': optional('subdomain'),
  'core.v1.PodSpec.subdomain': optional('label'),
  'core.v1.PodSpec.terminationGracePeriodSeconds': ROUND,
  'core.v1.PodSecurityContext.fsGroup': USER,
  'core.v1.PodSecurityContext.runAsGroup': USER,
  'core.v1.PodSecurityContext.runAsUser': USER,
  'core.v1.PodSecurityContext.supplementalGroups[]': USER,
  'core.v1.PodDNSConfig.nameservers[]': ADDRESS,
  'core.v1.HostAlias.ip': ADDRESS,
  'core.v1.HostAlias.hostnames[]': SUBDOMAIN,
  'core.v1.NodeSelector.nodeSelectorTerms': SOME,
  'core.v1.NodeSelectorRequirement.key': LABEL_KEY,
  'core.v1.PodAffinityTerm.topologyKey': LABEL_KEY,
  'core.v1.PreferredSchedulingTerm.weight': WEIGHT,
  'core.v1.WeightedPodAffinityTerm.weight': WEIGHT,
  'core.v1.TopologySpreadConstraint.maxSkew': POSITIVE,
  'core.v1.TopologySpreadConstraint.minDomains': POSITIVE,
  'core.v1.TopologySpreadConstraint.topologyKey': LABEL_KEY,
};

const CONTAINERS = {
  'core.v1.Container': { required: ['image'] },
  'core.v1.Container.image': GIVEN,
  'core.v1.Container.name': LABEL,
  'core.v1.Container.ports': { unique: ['name'] },
  'core.v1.Container.restartPolicy': { enum: ['Always', 'Never', 'OnFailure'] },
  'core.v1.ContainerPort.containerPort': PORT,
  'core.v1.ContainerPort.hostPort': PORT,
  'core.v1.ContainerPort.name': optional('portName'),
  'core.v1.EnvFromSource': { exactlyOne: ['configMapRef', 'secretRef'] },
  'core.v1.EnvVar': { atMostOne: ['value', 'valueFrom'] },
  'core.v1.EnvVar.name': FORMS.environmentName,
  'core.v1.EnvVarSource': {
    exactlyOne: ['configMapKeyRef', 'fieldRef', 'fileKeyRef', 'resourceFieldRef', 'secretKeyRef'],
  },
  'core.v1.ConfigMapEnvSource': NAMED,
  'core.v1.ConfigMapEnvSource.name': SUBDOMAIN,
  'core.v1.SecretEnvSource': NAMED,
  'core.v1.SecretEnvSource.name': SUBDOMAIN,
  'core.v1.ConfigMapKeySelector': NAMED,
  'core.v1.ConfigMapKeySelector.key': FORMS.dataKey,
  'core.v1.ConfigMapKeySelector.name': GIVEN,
  'core.v1.SecretKeySelector': NAMED,
  'core.v1.SecretKeySelector.key': FORMS.dataKey,
  'core.v1.SecretKeySelector.name': GIVEN,
  'core.v1.ExecAction.command': SOME,
  'core.v1.GRPCAction.port': PORT,
  'core.v1.HTTPGetAction.port': { ...PORT_NAME, ...PORT },
  'core.v1.TCPSocketAction.port': { ...PORT_NAME, ...PORT },
  'core.v1.LifecycleHandler': { exactlyOne: ['exec', 'httpGet', 'sleep', 'tcpSocket'] },
  'core.v1.SleepAction.seconds': ROUND,
  'core.v1.Probe': { exactlyOne: ['exec', 'grpc', 'httpGet', 'tcpSocket'] },
  'core.v1.Probe.failureThreshold': POSITIVE,
  'core.v1.Probe.initialDelaySeconds': ROUND,
  'core.v1.Probe.periodSeconds': POSITIVE,
  'core.v1.Probe.successThreshold': POSITIVE,
  'core.v1.Probe.terminationGracePeriodSeconds': POSITIVE,
  'core.v1.Probe.timeoutSeconds': POSITIVE,
  'core.v1.ResourceRequirements.limits': { propertyNames: FORMS.containerResource },
  'core.v1.ResourceRequirements.limits.*': AMOUNT,
  'core.v1.ResourceRequirements.requests': { propertyNames: FORMS.containerResource },
  'core.v1.ResourceRequirements.requests.*': AMOUNT,
  'core.v1.SecurityContext.runAsGroup': USER,
  'core.v1.SecurityContext.runAsUser': USER,
};

const VOLUMES = {
  'core.v1.Volume': (fields) => ({ atMostOne: fields.filter((field) => field !== 'name') }),
  'core.v1.Volume.name': LABEL,
  'core.v1.VolumeMount': { atMostOne: ['subPath', 'subPathExpr'] },
  'core.v1.VolumeMount.mountPath': GIVEN,
  'core.v1.VolumeMount.name': GIVEN,
  'core.v1.VolumeMount.subPath': INSIDE,
  'core.v1.VolumeProjection': (fields) => ({ exactlyOne: fields }),
  'core.v1.ConfigMapVolumeSource': NAMED,
  'core.v1.ConfigMapVolumeSource.defaultMode': MODE,
  'core.v1.ConfigMapVolumeSource.name': GIVEN,
  'core.v1.ConfigMapProjection': NAMED,
  'core.v1.EmptyDirVolumeSource.medium': FORMS.medium,
  'core.v1.EmptyDirVolumeSource.sizeLimit': AMOUNT,
  'core.v1.KeyToPath.key': FORMS.dataKey,
  'core.v1.KeyToPath.mode': MODE,
  'core.v1.KeyToPath.path': { ...INSIDE, ...GIVEN },
  'core.v1.PersistentVolumeClaimVolumeSource.claimName': GIVEN,
  'core.v1.ProjectedVolumeSource.defaultMode': MODE,
  'core.v1.SecretVolumeSource': { required: ['secretName'] },
  'core.v1.SecretVolumeSource.defaultMode': MODE,
  'core.v1.SecretVolumeSource.secretName': GIVEN,
  'core.v1.SecretProjection': NAMED,
  'core.v1.ServiceAccountTokenProjection.expirationSeconds': { minimum: 600, maximum: 2 ** 32 },
  'core.v1.ServiceAccountTokenProjection.path': { ...INSIDE, ...GIVEN },
  'core.v1.PersistentVolumeClaimSpec': { required: ['accessModes', 'resources'] },
  'core.v1.PersistentVolumeClaimSpec.accessModes': SOME,
  'core.v1.VolumeResourceRequirements': { required: ['requests'] },
  'core.v1.VolumeResourceRequirements.limits.*': SIZE,
  'core.v1.VolumeResourceRequirements.requests': { required: ['storage'] },
  'core.v1.VolumeResourceRequirements.requests.*': SIZE,
  'core.v1.PersistentVolumeSpec': { required: ['accessModes', 'capacity'] },
  'core.v1.PersistentVolumeSpec.accessModes': SOME,
  'core.v1.PersistentVolumeSpec.capacity': { required: ['storage'] },
  'core.v1.PersistentVolumeSpec.capacity.*': SIZE,
  'storage.v1.StorageClass.reclaimPolicy': { enum: ['Delete', 'Retain'] },
};

const WORKLOADS = {
  'apps.v1.DaemonSetSpec.minReadySeconds': ROUND,
  'apps.v1.DaemonSetSpec.revisionHistoryLimit': ROUND,
  'apps.v1.DeploymentSpec.minReadySeconds': ROUND,
  'apps.v1.DeploymentSpec.progressDeadlineSeconds': ROUND,
  'apps.v1.DeploymentSpec.replicas': ROUND,
  'apps.v1.DeploymentSpec.revisionHistoryLimit': ROUND,
  'apps.v1.ReplicaSetSpec.minReadySeconds': ROUND,
  'apps.v1.ReplicaSetSpec.replicas': ROUND,
  'apps.v1.RollingUpdateDaemonSet.maxSurge': SHARE,
  'apps.v1.RollingUpdateDaemonSet.maxUnavailable': SHARE,
  'apps.v1.RollingUpdateDeployment.maxSurge': SHARE,
  'apps.v1.RollingUpdateDeployment.maxUnavailable': SHARE,
  'apps.v1.RollingUpdateStatefulSetStrategy.maxUnavailable': SHARE,
  'apps.v1.RollingUpdateStatefulSetStrategy.partition': ROUND,
  'apps.v1.StatefulSetOrdinals.start': ROUND,
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted': { enum: ['Retain', 'Delete'] },
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled': { enum: ['Retain', 'Delete'] },
  'apps.v1.StatefulSetSpec.minReadySeconds': ROUND,
  'apps.v1.StatefulSetSpec.replicas': ROUND,
  'apps.v1.StatefulSetSpec.revisionHistoryLimit': ROUND,
  'autoscaling.v2.HPAScalingPolicy.periodSeconds': { minimum: 1, maximum: 1800 },
  'autoscaling.v2.HPAScalingPolicy.type': { enum: ['Pods', 'Percent'] },
  'autoscaling.v2.HPAScalingPolicy.value': POSITIVE,
  'autoscaling.v2.HPAScalingRules.selectPolicy': { enum: ['Max', 'Min', 'Disabled'] },
  'autoscaling.v2.HPAScalingRules.stabilizationWindowSeconds': { minimum: 0, maximum: 3600 },
  'autoscaling.v2.HorizontalPodAutoscalerSpec.maxReplicas': POSITIVE,
  'autoscaling.v2.HorizontalPodAutoscalerSpec.minReplicas': ROUND,
  'autoscaling.v2.CrossVersionObjectReference.kind': GIVEN,
  'autoscaling.v2.CrossVersionObjectReference.name': FORMS.pathSegment,
  'autoscaling.v2.MetricSpec.type': { enum: ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'] },
  'autoscaling.v2.MetricTarget.averageUtilization': POSITIVE,
  'autoscaling.v2.MetricTarget.averageValue': SIZE,
  'autoscaling.v2.MetricTarget.type': { enum: ['Utilization', 'Value', 'AverageValue'] },
  'autoscaling.v2.MetricTarget.value': SIZE,
  'batch.v1.CronJobSpec.failedJobsHistoryLimit': ROUND,
  'batch.v1.CronJobSpec.startingDeadlineSeconds': ROUND,
  'batch.v1.CronJobSpec.successfulJobsHistoryLimit': ROUND,
  'batch.v1.JobSpec.activeDeadlineSeconds': POSITIVE,
  'batch.v1.JobSpec.backoffLimit': ROUND,
  'batch.v1.JobSpec.backoffLimitPerIndex': ROUND,
  'batch.v1.JobSpec.completions': ROUND,
  'batch.v1.JobSpec.maxFailedIndexes': ROUND,
  'batch.v1.JobSpec.parallelism': ROUND,
  'batch.v1.JobSpec.ttlSecondsAfterFinished': ROUND,
  'policy.v1.PodDisruptionBudgetSpec': { atMostOne: ['maxUnavailable', 'minAvailable'] },
  'policy.v1.PodDisruptionBudgetSpec.maxUnavailable': SHARE,
  'policy.v1.PodDisruptionBudgetSpec.minAvailable': SHARE,
};

const NETWORK = {
  'core.v1.ServiceSpec.clusterIP': FORMS.clusterAddress,
  'core.v1.ServiceSpec.clusterIPs[]': FORMS.clusterAddress,
  'core.v1.ServiceSpec.externalIPs[]': ADDRESS,
  'core.v1.ServiceSpec.externalName': optional('subdomain'),
  'core.v1.ServiceSpec.loadBalancerSourceRanges[]': RANGE,
  'core.v1.ServiceSpec.ports': { unique: ['name'] },
  'core.v1.ServiceSpec.selector': LABELS,
  'core.v1.ServiceSpec.selector.*': LABEL_VALUE,
  'core.v1.ServicePort.name': optional('label'),
  'core.v1.ServicePort.nodePort': { minimum: 0, maximum: 65535 },
  'core.v1.ServicePort.port': PORT,
  'core.v1.ServicePort.targetPort': { ...PORT_NAME, ...PORT },
  'core.v1.ClientIPConfig.timeoutSeconds': { minimum: 1, maximum: 86400 },
  'core.v1.EndpointAddress.ip': ADDRESS,
  'discovery.v1.Endpoint.addresses': SOME,
  'discovery.v1.EndpointSlice.addressType': { enum: ['IPv4', 'IPv6', 'FQDN'] },
  'networking.v1.HTTPIngressPath.path': FORMS.absolutePath,
  'networking.v1.HTTPIngressRuleValue.paths': SOME,
  'networking.v1.IPBlock.cidr': RANGE,
  'networking.v1.IPBlock.except[]': RANGE,
  'networking.v1.IngressBackend': { exactlyOne: ['resource', 'service'] },
  'networking.v1.IngressRule.host': FORMS.host,
  'networking.v1.IngressServiceBackend.name': FORMS.letterLabel,
  'networking.v1.IngressSpec': { atLeastOne: ['defaultBackend', 'rules'] },
  'networking.v1.IngressTLS.hosts[]': FORMS.host,
  'networking.v1.NetworkPolicyPeer': { atLeastOne: ['ipBlock', 'namespaceSelector', 'podSelector'] },
  'networking.v1.NetworkPolicyPort.endPort': PORT,
  'networking.v1.NetworkPolicyPort.port': { ...PORT_NAME, ...PORT },
  'networking.v1.ServiceBackendPort': { exactlyOne: ['name', 'number'] },
  'networking.v1.ServiceBackendPort.name': optional('portName'),
};

const OTHERS = {
  'admissionregistration.v1.MutatingWebhook.admissionReviewVersions': SOME,
  'admissionregistration.v1.MutatingWebhook.name': FORMS.webhookName,
  'admissionregistration.v1.MutatingWebhook.sideEffects': { enum: ['None', 'NoneOnDryRun'] },
  'admissionregistration.v1.MutatingWebhook.timeoutSeconds': { minimum: 1, maximum: 30 },
  'admissionregistration.v1.ServiceReference.port': PORT,
  'admissionregistration.v1.ValidatingWebhook.admissionReviewVersions': SOME,
  'admissionregistration.v1.ValidatingWebhook.name': FORMS.webhookName,
  'admissionregistration.v1.ValidatingWebhook.sideEffects': { enum: ['None', 'NoneOnDryRun'] },
  'admissionregistration.v1.ValidatingWebhook.timeoutSeconds': { minimum: 1, maximum: 30 },
  'admissionregistration.v1.WebhookClientConfig': { exactlyOne: ['service', 'url'] },
  'admissionregistration.v1.WebhookClientConfig.url': FORMS.httpsUrl,
  'apiextensions.v1.CustomResourceDefinitionNames.plural': FORMS.letterLabel,
  'apiextensions.v1.CustomResourceDefinitionSpec.scope': { enum: ['Cluster', 'Namespaced'] },
  'apiextensions.v1.CustomResourceDefinitionSpec.versions': { ...SOME, unique: ['name'] },
  'apiregistration.v1.APIServiceSpec.groupPriorityMinimum': { minimum: 1, maximum: 20000 },
  'apiregistration.v1.APIServiceSpec.versionPriority': { minimum: 1, maximum: 1000 },
  'coordination.v1.LeaseSpec.leaseDurationSeconds': POSITIVE,
  'core.v1.ConfigMap.binaryData': DATA_KEYS,
  'core.v1.ConfigMap.data': DATA_KEYS,
  'core.v1.LimitRangeItem.type': { enum: ['Pod', 'Container', 'PersistentVolumeClaim'] },
  'core.v1.ResourceQuotaSpec.hard.*': AMOUNT,
  'core.v1.Secret.data': DATA_KEYS,
  'core.v1.Secret.stringData': DATA_KEYS,
  'node.v1.RuntimeClass.handler': LABEL,
  'rbac.v1.PolicyRule.verbs': SOME,
  'rbac.v1.RoleRef.apiGroup': { enum: ['rbac.authorization.k8s.io'] },
  'rbac.v1.RoleRef.kind': { enum: ['ClusterRole', 'Role'] },
  'rbac.v1.RoleRef.name': FORMS.pathSegment,
  'rbac.v1.Subject.kind': { enum: ['User', 'Group', 'ServiceAccount'] },
  'rbac.v1.Subject.name': GIVEN,
};

/**
 * Constraints of the API server's own validation: definition, or `<definition>.<field>`, to keywords. The items of a list
 * are `field[]`, the values of a map `field.*`.
 */
export const CORE_CONSTRAINTS = {
  ...METADATA,
  ...PODS,
  ...CONTAINERS,
  ...VOLUMES,
  ...WORKLOADS,
  ...NETWORK,
  ...OTHERS,
};

const SQL_REFS = ['postInitSQLRefs', 'postInitApplicationSQLRefs', 'postInitTemplateSQLRefs'].flatMap((refs) =>
  ['configMapRefs', 'secretRefs'].flatMap((list) => [
    [`spec.bootstrap.initdb.${refs}.${list}[]`, { required: ['key', 'name'] }],
    [`spec.bootstrap.initdb.${refs}.${list}[].key`, GIVEN],
    [`spec.bootstrap.initdb.${refs}.${list}[].name`, GIVEN],
  ]),
);
const UNIQUE = { unique: ['name'] };

/** The same for kinds of operators, by their webhooks (CloudNativePG 1.30, prometheus-operator 0.93): kind to path to keywords. */
export const CRD_CONSTRAINTS = {
  'monitoring.coreos.com/v1/PrometheusRule': {
    'spec.groups[].rules[]': { exactlyOne: ['alert', 'record'] },
  },
  'postgresql.cnpg.io/v1/Backup': { 'spec.pluginConfiguration.name': GIVEN },
  'postgresql.cnpg.io/v1/Cluster': {
    'spec.affinity.podAntiAffinityType': { enum: ['preferred', 'required', ''] },
    'spec.affinity.tolerations[].effect': { enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute', ''] },
    'spec.affinity.tolerations[].operator': { enum: ['Equal', 'Exists', ''] },
    'spec.bootstrap': { atMostOne: ['initdb', 'recovery', 'pg_basebackup'] },
    ...Object.fromEntries(SQL_REFS),
    'spec.bootstrap.recovery.recoveryTarget': {
      atMostOne: ['targetImmediate', 'targetLSN', 'targetName', 'targetTime', 'targetXID'],
    },
    'spec.externalClusters': UNIQUE,
    'spec.externalClusters[]': { atLeastOne: ['barmanObjectStore', 'connectionParameters', 'plugin'] },
    'spec.imagePullPolicy': { enum: ['Always', 'Never', 'IfNotPresent', ''] },
    'spec.managed.roles': UNIQUE,
    'spec.managed.roles[].connectionLimit': { minimum: -1 },
    'spec.podSelectorRefs[].selector.matchExpressions[].operator': { enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
    'spec.postgresql.ldap': { required: ['server'], atMostOne: ['bindAsAuth', 'bindSearchAuth'] },
    'spec.postgresql.ldap.server': GIVEN,
    'spec.replica': { atMostOne: ['enabled', 'primary'] },
    'spec.superuserSecret.name': GIVEN,
  },
  'postgresql.cnpg.io/v1/Database': {
    'spec.extensions': UNIQUE,
    'spec.fdws': UNIQUE,
    'spec.fdws[].options': UNIQUE,
    'spec.fdws[].usage': UNIQUE,
    'spec.schemas': UNIQUE,
    'spec.servers': UNIQUE,
    'spec.servers[].options': UNIQUE,
    'spec.servers[].usage': UNIQUE,
  },
  'postgresql.cnpg.io/v1/Pooler': { 'spec.cluster.name': GIVEN },
  'postgresql.cnpg.io/v1/ScheduledBackup': { 'spec.pluginConfiguration.name': GIVEN },
};
