/** Kubernetes minor versions that manifests can be judged for; the schemas know what each of them has. */
export const KUBERNETES_VERSIONS = ['1.28', '1.29', '1.30', '1.31', '1.32', '1.33', '1.34', '1.35', '1.36'] as const;

/** CloudNativePG minor versions that manifests can be judged for. */
export const CLOUD_NATIVE_PG_VERSIONS = ['1.29', '1.30', '1.31'] as const;

/** The Kubernetes version that manifests are judged for where nobody says otherwise. */
export const DEFAULT_KUBERNETES = '1.34';

/** The CloudNativePG version that manifests are judged for where nobody says otherwise; the schemas are of it. */
export const DEFAULT_CLOUD_NATIVE_PG = '1.30';

/** `1.34` is 34. */
export function minor(version: string): number {
  return Number(version.split('.')[1]);
}
