import type { ReadinessConfig } from '../runner/config';
import type { KubernetesClient } from '../runner/kubernetes';

/** What the cluster is compared with. */
export interface ReadinessExpectation extends ReadinessConfig {
  /**
   * What the storage class must do when a node is lost.
   * @default - only recorded
   */
  readonly storageKind?: 'nodeLocal' | 'replicated';
  /**
   * Addresses that must answer 200 from where the check runs, such as the service's health path.
   * @default - none
   */
  readonly urls?: readonly string[];
}

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
