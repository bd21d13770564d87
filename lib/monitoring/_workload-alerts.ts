import type { ApiService } from '../api/api-service';
import type { Platform } from '../platform/platform';
import type { Alert } from './alert';

/** Alerts on the API's Deployment, from kube-state-metrics. */
export function apiAlerts(api: ApiService): Alert[] {
  const subject = api.name;
  const first =
    api.database === undefined ? 'whether the pods start at all' : `whether ${api.database.name} has a primary`;
  return [
    {
      name: 'PhoenixApiDown',
      subject,
      expr: `${availableReplicas(api)} < 1`,
      for: '2m',
      severity: 'critical',
      summary: `${api.name} has no ready replica`,
      description: `Nobody can use the service. Readiness asks the database too: see first ${first}.`,
    },
    {
      name: 'PhoenixApiReplicasMissing',
      subject,
      expr: `${availableReplicas(api)} < ${api.replicas}`,
      for: '15m',
      severity: 'warning',
      summary: `${api.name} has fewer than ${api.replicas} ready replicas`,
      description: `A rollout is stuck, or a node that is left has no room for a replica.`,
    },
  ];
}

/** A companion is no reason to wake anybody: the API works without it. */
export function companionAlerts(companion: ApiService): Alert[] {
  return [
    {
      name: 'PhoenixCompanionDown',
      subject: companion.name,
      expr: `${availableReplicas(companion)} < 1`,
      for: '15m',
      severity: 'warning',
      summary: `${companion.name} has no ready replica`,
      description: `The API itself is not affected. See whether the pods start, and whether they reach the API.`,
    },
  ];
}

/** Alerts on what others run and a failover depends on. While operator or plugin is down, nothing is promoted. */
export function operatorAlerts(platform: Platform): Alert[] {
  const { operatorNamespace, operatorDeployment, pluginDeployment } = platform;
  const available = (deployment: string) =>
    `(sum(kube_deployment_status_replicas_available{namespace="${operatorNamespace}",deployment="${deployment}"}) or vector(0))`;
  return [
    {
      name: 'PhoenixOperatorDown',
      subject: 'cloudnative-pg',
      expr: `${available(operatorDeployment)} < 1`,
      for: '5m',
      severity: 'critical',
      summary: 'CloudNativePG is not running: no database fails over',
      description: `No ready replica of Deployment ${operatorDeployment} in namespace ${operatorNamespace}. Databases run on, but a lost primary is not replaced.`,
    },
    {
      name: 'PhoenixBackupPluginDown',
      subject: 'barman-cloud',
      expr: `${available(pluginDeployment)} < 1`,
      for: '5m',
      severity: 'critical',
      summary: 'The Barman Cloud plugin is not running: no database fails over',
      description: `The operator stops before any failover while the plugin does not answer. It is Deployment ${pluginDeployment} in namespace ${operatorNamespace}.`,
    },
    {
      name: 'PhoenixPluginCertificateExpiring',
      subject: 'barman-cloud',
      expr: `min(${certificates(operatorNamespace)}) - time() < 604800`,
      for: '1h',
      severity: 'warning',
      summary: 'A certificate between operator and plugin expires within seven days',
      description: `cert-manager should have renewed it. Once it expires, the operator cannot reach the plugin and nothing fails over. PostgreSQL's own certificates are renewed by the operator.`,
    },
  ];
}

/**
 * When each certificate of the plugin expires. Its namespace is `exported_namespace` as cert-manager's monitor ships,
 * because there `namespace` is cert-manager's own, and `namespace` where Prometheus honours the labels of targets.
 */
function certificates(namespace: string): string {
  const expiry = (place: string) =>
    `certmanager_certificate_expiration_timestamp_seconds{name=~"barman-cloud-.*",${place}}`;
  return `${expiry(`exported_namespace="${namespace}"`)} or ${expiry(`exported_namespace="",namespace="${namespace}"`)}`;
}

function availableReplicas(api: ApiService): string {
  return `(max(kube_deployment_status_replicas_available{namespace="${api.namespace}",deployment="${api.name}"}) or vector(0))`;
}
