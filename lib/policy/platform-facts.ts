import type { StorageKind } from '../platform/storage';

/** What a check may know of the cluster that the manifests are for. Everything is optional: what is missing is skipped. */
export interface PlatformFacts {
  /**
   * Kubernetes minor version, `1.28` to `1.36`.
   * @default '1.34'
   */
  readonly kubernetes?: string;

  /**
   * CloudNativePG minor version, `1.29` to `1.31`.
   * @default '1.30'
   */
  readonly cloudNativePg?: string;

  /**
   * Names of the nodes that can take pods.
   * @default - unknown: nothing is compared with the number of nodes
   */
  readonly nodes?: readonly string[];

  /**
   * StorageClass by name, and what a lost node does to its volumes: lost with their pod's node, lost with any node, or
   * left with a copy.
   * @default - unknown: any StorageClass is accepted
   */
  readonly storageClasses?: Readonly<Record<string, StorageKind>>;

  /**
   * Namespace of the CloudNativePG operator.
   * @default 'cnpg-system'
   */
  readonly operatorNamespace?: string;

  /**
   * Labels of the operator's pods.
   * @default { 'app.kubernetes.io/name': 'cloudnative-pg' }
   */
  readonly operatorPodLabels?: Readonly<Record<string, string>>;

  /**
   * GitOps engines that apply the manifests.
   * @default - those whose objects are among the manifests
   */
  readonly gitops?: readonly ('flux' | 'argocd')[];

  /**
   * Objects that exist and are in no manifest here: `Secret/shop/db-backup`, `Namespace/monitoring`,
   * `Kustomization/flux-system/cnpg-operator`. A Secret may list its keys: `Secret/shop/db-backup: [KEY, TOKEN]`.
   * @default - none
   */
  readonly external?: readonly ExternalObject[];
}

/** What manifest and Helm chart of CloudNativePG give the operator's pods. */
export const OPERATOR_POD_LABELS = { 'app.kubernetes.io/name': 'cloudnative-pg' } as const;

/** An object that somebody else owns. */
export interface ExternalObject {
  readonly kind: string;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string;
  readonly name: string;
  /**
   * Keys of a Secret or ConfigMap.
   * @default - unknown: any key is accepted
   */
  readonly keys?: readonly string[];
}
