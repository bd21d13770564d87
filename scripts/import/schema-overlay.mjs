/**
 * Which kinds there are, and what the published schemas leave out about versions and defaults; constraints are in
 * schema-constraints.mjs. Written by hand and reviewed. Every entry must match a field of the inputs: the generator
 * fails on one that does not, so that nothing here can go stale unseen.
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

/**
 * Kinds whose checks are in a file of their own, which is loaded with the first object of them: bundle to the end of the
 * file's name to kinds. The rest of a bundle shares one file.
 */
export const FILES = {
  kubernetes: {
    pods: [
      'apps/v1/DaemonSet',
      'apps/v1/Deployment',
      'apps/v1/ReplicaSet',
      'apps/v1/StatefulSet',
      'batch/v1/CronJob',
      'batch/v1/Job',
      'v1/Pod',
      'v1/PodTemplate',
      'v1/ReplicationController',
    ],
    seldom: [
      'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration',
      'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy',
      'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding',
      'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration',
      'apiextensions.k8s.io/v1/CustomResourceDefinition',
      'apiregistration.k8s.io/v1/APIService',
      'autoscaling/v1/HorizontalPodAutoscaler',
      'autoscaling/v2/HorizontalPodAutoscaler',
      'coordination.k8s.io/v1/Lease',
      'discovery.k8s.io/v1/EndpointSlice',
      'networking.k8s.io/v1/IngressClass',
      'node.k8s.io/v1/RuntimeClass',
      'scheduling.k8s.io/v1/PriorityClass',
      'storage.k8s.io/v1/CSIDriver',
      'storage.k8s.io/v1/StorageClass',
      'storage.k8s.io/v1/VolumeAttributesClass',
      'v1/Endpoints',
      'v1/LimitRange',
      'v1/PersistentVolume',
      'v1/ResourceQuota',
    ],
  },
  'postgresql.cnpg.io': { pooler: ['postgresql.cnpg.io/v1/Pooler'] },
};
