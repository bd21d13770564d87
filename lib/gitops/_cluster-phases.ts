/**
 * Phases of a CloudNativePG Cluster that it does not leave without a person. All others, failing over included, are
 * work in progress, also where an engine's own table says otherwise.
 *
 * Source: `api/v1/cluster_types.go` of CloudNativePG 1.30.
 */
export const DEAD_PHASES = [
  'Cluster is unrecoverable and needs manual intervention',
  'Invalid cluster definition',
  'Unable to create required cluster objects',
  'Cluster has incomplete or invalid image catalog',
  'Cluster cannot proceed to reconciliation due to an unknown plugin being required',
] as const;
