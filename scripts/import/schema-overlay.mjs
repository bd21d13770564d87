/**
 * What the published schemas leave out, written by hand and reviewed. Every entry must match a field of the inputs:
 * the generator fails on one that does not, so that nothing here can go stale unseen.
 */

/** The kinds of Kubernetes itself that people write into manifests. */
export const CORE_KINDS = [
  'v1/ConfigMap',
  'v1/Endpoints',
  'v1/LimitRange',
  'v1/Namespace',
  'v1/PersistentVolume',
  'v1/PersistentVolumeClaim',
  'v1/Pod',
  'v1/PodTemplate',
  'v1/ReplicationController',
  'v1/ResourceQuota',
  'v1/Secret',
  'v1/Service',
  'v1/ServiceAccount',
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/v1/CustomResourceDefinition',
  'apiregistration.k8s.io/v1/APIService',
  'apps/v1/DaemonSet',
  'apps/v1/Deployment',
  'apps/v1/ReplicaSet',
  'apps/v1/StatefulSet',
  'autoscaling/v1/HorizontalPodAutoscaler',
  'autoscaling/v2/HorizontalPodAutoscaler',
  'batch/v1/CronJob',
  'batch/v1/Job',
  'coordination.k8s.io/v1/Lease',
  'discovery.k8s.io/v1/EndpointSlice',
  'networking.k8s.io/v1/Ingress',
  'networking.k8s.io/v1/IngressClass',
  'networking.k8s.io/v1/NetworkPolicy',
  'node.k8s.io/v1/RuntimeClass',
  'policy/v1/PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1/ClusterRole',
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding',
  'rbac.authorization.k8s.io/v1/Role',
  'rbac.authorization.k8s.io/v1/RoleBinding',
  'scheduling.k8s.io/v1/PriorityClass',
  'storage.k8s.io/v1/CSIDriver',
  'storage.k8s.io/v1/StorageClass',
  'storage.k8s.io/v1/VolumeAttributesClass',
];

/** Cluster-scoped kinds among them; the definitions do not say. */
export const CLUSTER_SCOPED = new Set([
  'Namespace',
  'PersistentVolume',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'CustomResourceDefinition',
  'APIService',
  'IngressClass',
  'RuntimeClass',
  'ClusterRole',
  'ClusterRoleBinding',
  'PriorityClass',
  'CSIDriver',
  'StorageClass',
  'VolumeAttributesClass',
]);

const PORT = { minimum: 1, maximum: 65535 };
const TARGET = { pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' };
const SHARE = { pattern: '^[0-9]+%$', minimum: 0 };
const ROUND = { minimum: 0 };

/** Constraints of the Go validation that the OpenAPI document has no word for: `<definition>.<field>` to keywords. */
export const CORE_CONSTRAINTS = {
  'apps.v1.DeploymentSpec.replicas': ROUND,
  'apps.v1.RollingUpdateDeployment.maxSurge': SHARE,
  'apps.v1.RollingUpdateDeployment.maxUnavailable': SHARE,
  'apps.v1.StatefulSetSpec.replicas': ROUND,
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted': { enum: ['Retain', 'Delete'] },
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled': { enum: ['Retain', 'Delete'] },
  'autoscaling.v2.HPAScalingPolicy.type': { enum: ['Pods', 'Percent'] },
  'autoscaling.v2.HPAScalingRules.selectPolicy': { enum: ['Max', 'Min', 'Disabled'] },
  'autoscaling.v2.MetricSpec.type': { enum: ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'] },
  'autoscaling.v2.MetricTarget.type': { enum: ['Utilization', 'Value', 'AverageValue'] },
  'batch.v1.CronJobSpec.failedJobsHistoryLimit': ROUND,
  'batch.v1.CronJobSpec.startingDeadlineSeconds': ROUND,
  'batch.v1.CronJobSpec.successfulJobsHistoryLimit': ROUND,
  'batch.v1.JobSpec.activeDeadlineSeconds': { minimum: 1 },
  'batch.v1.JobSpec.backoffLimit': ROUND,
  'batch.v1.JobSpec.ttlSecondsAfterFinished': ROUND,
  'core.v1.Container.restartPolicy': { enum: ['Always', 'Never', 'OnFailure'] },
  'core.v1.ContainerPort.containerPort': PORT,
  'core.v1.ContainerPort.hostPort': PORT,
  'core.v1.ContainerPort.name': { ...TARGET, maxLength: 15 },
  'core.v1.EnvVar.name': { minLength: 1 },
  'core.v1.LimitRangeItem.type': { enum: ['Pod', 'Container', 'PersistentVolumeClaim'] },
  'core.v1.PodSpec.terminationGracePeriodSeconds': ROUND,
  'core.v1.Probe.failureThreshold': { minimum: 1 },
  'core.v1.Probe.initialDelaySeconds': ROUND,
  'core.v1.Probe.periodSeconds': { minimum: 1 },
  'core.v1.Probe.successThreshold': { minimum: 1 },
  'core.v1.Probe.timeoutSeconds': { minimum: 1 },
  'core.v1.ServicePort.name': TARGET,
  'core.v1.ServicePort.nodePort': PORT,
  'core.v1.ServicePort.port': PORT,
  'core.v1.ServicePort.targetPort': { ...TARGET, ...PORT },
  'core.v1.TopologySpreadConstraint.maxSkew': { minimum: 1 },
  'core.v1.VolumeMount.mountPath': { minLength: 1 },
  'meta.v1.LabelSelectorRequirement.operator': { enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
  'networking.v1.NetworkPolicyPort.port': { ...TARGET, ...PORT },
  'policy.v1.PodDisruptionBudgetSpec.maxUnavailable': SHARE,
  'policy.v1.PodDisruptionBudgetSpec.minAvailable': SHARE,
  'rbac.v1.Subject.kind': { enum: ['User', 'Group', 'ServiceAccount'] },
};

/** Labels obey one syntax everywhere: RFC 1123 pieces, at most 63 characters. */
export const LABEL_VALUE = {
  type: 'string',
  maxLength: 63,
  pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$',
};

/**
 * Fields of Kubernetes that the API server drops without a word unless a feature gate is on:
 * `<definition>.<field>` to the gate and the minor version in which it is on by default (0: not yet in 1.36).
 */
export const FEATURE_GATES = {
  'core.v1.Container.restartPolicyRules': ['ContainerRestartRules', 35],
  'core.v1.EnvVarSource.fileKeyRef': ['EnvFiles', 35],
  'core.v1.LifecycleHandler.sleep': ['PodLifecycleSleepAction', 30],
  'core.v1.Lifecycle.stopSignal': ['ContainerStopSignals', 36],
  'core.v1.PodSpec.hostnameOverride': ['HostnameOverride', 35],
  'core.v1.PodSpec.resources': ['PodLevelResources', 34],
  'core.v1.Volume.image': ['ImageVolume', 35],
  'apps.v1.RollingUpdateStatefulSetStrategy.maxUnavailable': ['MaxUnavailableStatefulSet', 35],
  'autoscaling.v2.HPAScalingRules.tolerance': ['HPAConfigurableTolerance', 35],
};

/** First version of a field where the snapshots are too far apart to tell: `<definition>.<field>` to the version. */
export const FIRST_VERSION = {
  'core.v1.LifecycleHandler.sleep': '1.29',
};

/**
 * What admission webhooks write before CEL rules run; without it a rule that reads the field would be refused wrongly.
 * Kind to path to value.
 */
export const WEBHOOK_DEFAULTS = {
  'postgresql.cnpg.io/v1/Cluster': { 'spec.postgresql.synchronous.dataDurability': 'required' },
};
