export {
  PrivateAccess,
  type McpServer,
  type OperatorGroup,
  type PrivateAccessProps,
  type TunnelTarget,
} from './access/private-access';
export { ApiService, type ApiMetrics, type ApiServiceProps, type EnvironmentValue } from './api/api-service';
export { PrivateNamespace, type PrivateNamespaceProps } from './base/private-namespace';
export { readRecord, recordDigest, type Approval, type RecordState } from './docs/decision-digest';
export { DecisionRecord, type DecisionRecordProps } from './docs/decision-record';
export { Document, type DocumentProps } from './docs/document';
export { sh, type Runbook } from './docs/runbook';
export type { ArgoCdFacts, FluxFacts, GitOpsFacts } from './docs/gitops-facts';
export type { RunbookFigures } from './docs/runbook-figures';
export type { RunbookFacts, RunbookWords } from './docs/runbook-facts';
export { Runbooks, type RunbookMaker, type RunbooksProps } from './docs/runbooks';
export { FailoverDrill, type DrillProbe, type FailoverDrillProps } from './drill/failover-drill';
export { ReadinessCheck, type ReadinessCheckProps } from './drill/readiness-check';
export { RunnerBundle, type RunnerBundleProps } from './drill/runner-bundle';
export type { Evidence } from './evidence/evidence';
export { isStale, readHistory, type History } from './evidence/history';
export { reportPage } from './evidence/report/page';
export { PhoenixApp, type PhoenixAppProps } from './gitops/app';
export { ArgoCd, type ArgoCdProps } from './gitops/argocd';
export { Flux, type FluxExternal, type FluxProps } from './gitops/flux';
export type { DatabaseGate } from './gitops/flux-health';
export type { FluxAlerts, FluxSource } from './gitops/flux-objects';
export type { Delivery, Manifest, ManifestMetadata, OutputFile, RenderedObject, RenderedUnit } from './gitops/rendered';
export { RequiredSecret, type RequiredSecretKey, type RequiredSecretProps } from './gitops/required-secret';
export { markCarriesScripts, markHoldsData, type ObjectTraits } from './gitops/traits';
export { Unit, type UnitProps, type UnitRole } from './gitops/unit';
export type { Alert } from './monitoring/alert';
export { Monitoring, type MonitoringProps } from './monitoring/monitoring';
export type { Peer } from './network/peer';
export type { Measured, MeasuredProps } from './platform/measured';
export type { FailureClass, Objective, Objectives } from './platform/objectives';
export type { NodeLossProof } from './platform/node-loss';
export type { Placement, Toleration } from './platform/placement';
export { requireNodeLoss } from './platform/check-node-loss';
export { requireObjectives } from './platform/check-objectives';
export type { PredictedParts } from './platform/read-input';
export {
  Platform,
  type CloudNativePgVersion,
  type KubernetesVersion,
  type NodeTaint,
  type PlatformNode,
  type PlatformNodeProps,
  type PlatformProps,
} from './platform/platform';
export { type DataLocality, type ReplicatedStorageOptions, Storage, type StorageKind } from './platform/storage';
export type { Ignore } from './policy/_suppress';
export type { Finding, ObjectRef, Origin, PolicyReport, Severity, Skipped, Suppressed } from './policy/finding';
export type { ExternalObject, PlatformFacts } from './policy/platform-facts';
export { PolicyValidation, type PolicyValidationProps } from './policy/plugin';
export { Policy } from './policy/policy';
export type { PolicyProps } from './policy/synthesis';
export { BackupSchedule, type BackupScheduleProps } from './postgres/backup-schedule';
export { Bootstrap, type ImportSource, type RecoverySource } from './postgres/bootstrap';
export type { DatabaseConnection, SecretKey } from './postgres/connection';
export { DrillDatabase, type DrillDatabaseProps } from './postgres/drill-database';
export { ObjectStore, type ObjectStoreProps } from './postgres/object-store';
export { PostgresCluster, type PostgresClusterProps, type PostgresTimings } from './postgres/postgres-cluster';
export type { PrimaryLease, PrimaryLeaseProps } from './postgres/primary-lease';
export {
  HighlyAvailableService,
  type CompanionProps,
  type HighlyAvailableServiceProps,
  type ServiceAccessProps,
  type ServiceApiProps,
  type ServiceBackupProps,
  type ServiceDatabaseProps,
  type ServiceDrillProps,
} from './service';
