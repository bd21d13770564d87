import { admissionWarnings } from './rules/admission-warnings';
import { apiServerReachable } from './rules/api-server-reachable';
import { argocdProjectExists } from './rules/argocd-project-exists';
import { autoscalerConsistent } from './rules/autoscaler-consistent';
import { backupMethodPlugin } from './rules/backup-method-plugin';
import { backupNotInGit } from './rules/backup-not-in-git';
import { backupScheduleSixFields } from './rules/backup-schedule-six-fields';
import { canonicalQuantities } from './rules/canonical-quantities';
import { certificateSecrets } from './rules/certificate-secrets';
import { classExists } from './rules/class-exists';
import { clusterExists } from './rules/cluster-exists';
import { clusterName } from './rules/cluster-name';
import { configMapExists } from './rules/config-map-exists';
import { configMapKeyExists } from './rules/config-map-key-exists';
import { connectionParameters } from './rules/connection-parameters';
import { containersConsistent } from './rules/containers-consistent';
import { cronJobBounded } from './rules/cron-job-bounded';
import { cronJobName } from './rules/cron-job-name';
import { cronJobSchedule } from './rules/cron-job-schedule';
import { dataConsistent } from './rules/data-consistent';
import { dataNotRecreated } from './rules/data-not-recreated';
import { dataProtected } from './rules/data-protected';
import { databaseBudgetOn } from './rules/database-budget-on';
import { databaseFlows } from './rules/database-flows';
import { databaseHostExists } from './rules/database-host-exists';
import { databaseHostWrites } from './rules/database-host-writes';
import { databaseImage } from './rules/database-image';
import { databaseReachable } from './rules/database-reachable';
import { defaultDeny } from './rules/default-deny';
import { definitionConsistent } from './rules/definition-consistent';
import { disruptionBudgetBlocksDrain } from './rules/disruption-budget-blocks-drain';
import { disruptionBudgetOverlaps } from './rules/disruption-budget-overlaps';
import { dnsPeerKnown } from './rules/dns-peer-known';
import { dnsReachable } from './rules/dns-reachable';
import { driftListItems } from './rules/drift-list-items';
import { drillAlone } from './rules/drill-alone';
import { drillBounded } from './rules/drill-bounded';
import { drillHistory } from './rules/drill-history';
import { durableCommits } from './rules/durable-commits';
import { extensionImages } from './rules/extension-images';
import { externalClusterExists } from './rules/external-cluster-exists';
import { externalClusterNames } from './rules/external-cluster-names';
import { externalServerName } from './rules/external-server-name';
import { failoverQuorum } from './rules/failover-quorum';
import { fixedParameters } from './rules/fixed-parameters';
import { fluxDangerousFields } from './rules/flux-dangerous-fields';
import { fluxDependencyCycle } from './rules/flux-dependency-cycle';
import { fluxReferenceExists } from './rules/flux-reference-exists';
import { fluxRewrites } from './rules/flux-rewrites';
import { foreignServers } from './rules/foreign-servers';
import { imageCatalogExists } from './rules/image-catalog-exists';
import { imageDigest } from './rules/image-digest';
import { imageVersion } from './rules/image-version';
import { importSelection } from './rules/import-selection';
import { inTreeCredentials } from './rules/in-tree-credentials';
import { ingressPaths } from './rules/ingress-paths';
import { initdbConsistent } from './rules/initdb-consistent';
import { instancesApart } from './rules/instances-apart';
import { instancesSuffice } from './rules/instances-suffice';
import { isolationCheckPatient } from './rules/isolation-check-patient';
import { jobConsistent } from './rules/job-consistent';
import { jobNotInGit } from './rules/job-not-in-git';
import { leaseTimings } from './rules/lease-timings';
import { limitRangeOrder } from './rules/limit-range-order';
import { livenessOutlastsFailover } from './rules/liveness-outlasts-failover';
import { managedRoles } from './rules/managed-roles';
import { managedServices } from './rules/managed-services';
import { memoryFits } from './rules/memory-fits';
import { memoryUnit } from './rules/memory-unit';
import { monitorSelects } from './rules/monitor-selects';
import { namespaceExists } from './rules/namespace-exists';
import { namespaceRestricted } from './rules/namespace-restricted';
import { namespaceSet } from './rules/namespace-set';
import { networkPolicyDirection } from './rules/network-policy-direction';
import { networkPolicyPeerExists } from './rules/network-policy-peer-exists';
import { networkPolicyPortServed } from './rules/network-policy-port-served';
import { networkPolicyRanges } from './rules/network-policy-ranges';
import { networkPolicySelectsPods } from './rules/network-policy-selects-pods';
import { objectStoreCertificate } from './rules/object-store-certificate';
import { objectStoreCredentials } from './rules/object-store-credentials';
import { objectStoreDestination } from './rules/object-store-destination';
import { objectStoreExists } from './rules/object-store-exists';
import { offNodeCopy } from './rules/off-node-copy';
import { oneObjectOnce } from './rules/one-object-once';
import { openPolicy } from './rules/open-policy';
import { operatorAnnotations } from './rules/operator-annotations';
import { operatorSwitchedOff } from './rules/operator-switched-off';
import { plaintextSecret } from './rules/plaintext-secret';
import { podConsistent } from './rules/pod-consistent';
import { podRestartPolicy } from './rules/pod-restart-policy';
import { podSecurityRestricted } from './rules/pod-security-restricted';
import { podSelectorRefs } from './rules/pod-selector-refs';
import { poolerBypassed } from './rules/pooler-bypassed';
import { poolerFlows } from './rules/pooler-flows';
import { poolerSettings } from './rules/pooler-settings';
import { postgresParameters } from './rules/postgres-parameters';
import { privateService } from './rules/private-service';
import { probePortExists } from './rules/probe-port-exists';
import { readinessProbe } from './rules/readiness-probe';
import { readinessStallsFailover } from './rules/readiness-stalls-failover';
import { recoveryComplete } from './rules/recovery-complete';
import { recoveryLeftArmed } from './rules/recovery-left-armed';
import { recoverySnapshots } from './rules/recovery-snapshots';
import { recoveryTarget } from './rules/recovery-target';
import { reloadIsLabel } from './rules/reload-is-label';
import { removedFields } from './rules/removed-fields';
import { replicaCluster } from './rules/replica-cluster';
import { replicasProtected } from './rules/replicas-protected';
import { replicationSlots } from './rules/replication-slots';
import { reservedEnvironment } from './rules/reserved-environment';
import { reservedNames } from './rules/reserved-names';
import { resourcesSet } from './rules/resources-set';
import { resourcesWithinLimits } from './rules/resources-within-limits';
import { restoreStoreReadOnly } from './rules/restore-store-read-only';
import { roleBindingSubjects } from './rules/role-binding-subjects';
import { roleExists } from './rules/role-exists';
import { roleRules } from './rules/role-rules';
import { roleWildcards } from './rules/role-wildcards';
import { rolloutKeepsCapacity } from './rules/rollout-keeps-capacity';
import { rolloutPossible } from './rules/rollout-possible';
import { rootReadOnly } from './rules/root-read-only';
import { scaleTargetExists } from './rules/scale-target-exists';
import { secretExists } from './rules/secret-exists';
import { secretKeyExists } from './rules/secret-key-exists';
import { securityContextConsistent } from './rules/security-context-consistent';
import { selectorMatchesTemplate } from './rules/selector-matches-template';
import { selectorRequirements } from './rules/selector-requirements';
import { serverNameExplicit } from './rules/server-name-explicit';
import { serverNameUnique } from './rules/server-name-unique';
import { serviceAccountExists } from './rules/service-account-exists';
import { serviceAccountWithPlugin } from './rules/service-account-with-plugin';
import { serviceConsistent } from './rules/service-consistent';
import { serviceExists } from './rules/service-exists';
import { servicePortServed } from './rules/service-port-served';
import { serviceReachable } from './rules/service-reachable';
import { serviceSelectsPods } from './rules/service-selects-pods';
import { shutdownDelays } from './rules/shutdown-delays';
import { sidecarResources } from './rules/sidecar-resources';
import { singleCopyStorage } from './rules/single-copy-storage';
import { singleReplica } from './rules/single-replica';
import { slotWalBounded } from './rules/slot-wal-bounded';
import { spreadOverNodes } from './rules/spread-over-nodes';
import { stableNames } from './rules/stable-names';
import { storageClassKnown } from './rules/storage-class-known';
import { storageSize } from './rules/storage-size';
import { superuserDisabled } from './rules/superuser-disabled';
import { synchronousNumber } from './rules/synchronous-number';
import { synchronousReplication } from './rules/synchronous-replication';
import { tablespaceNames } from './rules/tablespace-names';
import { terminationOutlastsDrain } from './rules/termination-outlasts-drain';
import { threeInstances } from './rules/three-instances';
import { tokenNotMounted } from './rules/token-not-mounted';
import { tolerationsValid } from './rules/tolerations-valid';
import { trackingNotInherited } from './rules/tracking-not-inherited';
import { volumeExists } from './rules/volume-exists';
import { walArchiver } from './rules/wal-archiver';
import { walParallelRestore } from './rules/wal-parallel-restore';
import { walVolumeSize } from './rules/wal-volume-size';
import { waveOrder } from './rules/wave-order';
import type { PolicyRule } from './rule';

/** Every rule, in the order of their names. A rule that is not here does not run; a test compares this with the folder. */
export const rules: readonly PolicyRule[] = [
  admissionWarnings,
  apiServerReachable,
  argocdProjectExists,
  autoscalerConsistent,
  backupMethodPlugin,
  backupNotInGit,
  backupScheduleSixFields,
  canonicalQuantities,
  certificateSecrets,
  classExists,
  clusterExists,
  clusterName,
  configMapExists,
  configMapKeyExists,
  connectionParameters,
  containersConsistent,
  cronJobBounded,
  cronJobName,
  cronJobSchedule,
  dataConsistent,
  dataNotRecreated,
  dataProtected,
  databaseBudgetOn,
  databaseFlows,
  databaseHostExists,
  databaseHostWrites,
  databaseImage,
  databaseReachable,
  defaultDeny,
  definitionConsistent,
  disruptionBudgetBlocksDrain,
  disruptionBudgetOverlaps,
  dnsPeerKnown,
  dnsReachable,
  driftListItems,
  drillAlone,
  drillBounded,
  drillHistory,
  durableCommits,
  extensionImages,
  externalClusterExists,
  externalClusterNames,
  externalServerName,
  failoverQuorum,
  fixedParameters,
  fluxDangerousFields,
  fluxDependencyCycle,
  fluxReferenceExists,
  fluxRewrites,
  foreignServers,
  imageCatalogExists,
  imageDigest,
  imageVersion,
  importSelection,
  inTreeCredentials,
  ingressPaths,
  initdbConsistent,
  instancesApart,
  instancesSuffice,
  isolationCheckPatient,
  jobConsistent,
  jobNotInGit,
  leaseTimings,
  limitRangeOrder,
  livenessOutlastsFailover,
  managedRoles,
  managedServices,
  memoryFits,
  memoryUnit,
  monitorSelects,
  namespaceExists,
  namespaceRestricted,
  namespaceSet,
  networkPolicyDirection,
  networkPolicyPeerExists,
  networkPolicyPortServed,
  networkPolicyRanges,
  networkPolicySelectsPods,
  objectStoreCertificate,
  objectStoreCredentials,
  objectStoreDestination,
  objectStoreExists,
  offNodeCopy,
  oneObjectOnce,
  openPolicy,
  operatorAnnotations,
  operatorSwitchedOff,
  plaintextSecret,
  podConsistent,
  podRestartPolicy,
  podSecurityRestricted,
  podSelectorRefs,
  poolerBypassed,
  poolerFlows,
  poolerSettings,
  postgresParameters,
  privateService,
  probePortExists,
  readinessProbe,
  readinessStallsFailover,
  recoveryComplete,
  recoveryLeftArmed,
  recoverySnapshots,
  recoveryTarget,
  reloadIsLabel,
  removedFields,
  replicaCluster,
  replicasProtected,
  replicationSlots,
  reservedEnvironment,
  reservedNames,
  resourcesSet,
  resourcesWithinLimits,
  restoreStoreReadOnly,
  roleBindingSubjects,
  roleExists,
  roleRules,
  roleWildcards,
  rolloutKeepsCapacity,
  rolloutPossible,
  rootReadOnly,
  scaleTargetExists,
  secretExists,
  secretKeyExists,
  securityContextConsistent,
  selectorMatchesTemplate,
  selectorRequirements,
  serverNameExplicit,
  serverNameUnique,
  serviceAccountExists,
  serviceAccountWithPlugin,
  serviceConsistent,
  serviceExists,
  servicePortServed,
  serviceReachable,
  serviceSelectsPods,
  shutdownDelays,
  sidecarResources,
  singleCopyStorage,
  singleReplica,
  slotWalBounded,
  spreadOverNodes,
  stableNames,
  storageClassKnown,
  storageSize,
  superuserDisabled,
  synchronousNumber,
  synchronousReplication,
  tablespaceNames,
  terminationOutlastsDrain,
  threeInstances,
  tokenNotMounted,
  tolerationsValid,
  trackingNotInherited,
  volumeExists,
  walArchiver,
  walParallelRestore,
  walVolumeSize,
  waveOrder,
];
