import type { KubernetesClient } from '../runner/kubernetes';

/** The world outside a readiness check. */
export interface ReadinessEdges {
  readonly kubernetes: KubernetesClient;
  /** Addresses of a host name. Rejects where it does not resolve. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** HTTP status of an address. Rejects where there is no answer. */
  readonly status: (url: string) => Promise<number>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Whether names that exist only in the cluster's DNS can resolve here. */
  readonly inCluster: boolean;
}
