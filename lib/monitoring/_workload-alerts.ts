import type { ApiService } from '../api/api-service';
import type { Platform } from '../platform/platform';
import type { Alert } from './alert';

/** Alerts on an API's Deployment, from kube-state-metrics. */
export function apiAlerts(api: ApiService): Alert[] {
  const available = `kube_deployment_status_replicas_available{namespace="${api.namespace}",deployment="${api.name}"}`;
  return [
    {
      name: 'PhoenixApiDown',
      expr: `(max(${available}) or vector(0)) < 1`,
      for: '2m',
      severity: 'critical',
      summary: `${api.name} has no ready replica`,
      description: `Readiness asks the database: see first whether ${api.database === undefined ? 'the pods start at all' : `${api.database.name} has a primary`}.`,
    },
    ...(api.replicas === 1
      ? []
      : [
          {
            name: 'PhoenixApiReplicasMissing',
            expr: `(max(${available}) or vector(0)) < ${api.replicas}`,
            for: '15m',
            severity: 'warning' as const,
            summary: `${api.name} has fewer than ${api.replicas} ready replicas`,
            description: `The service works, but a rollout is stuck or a node has no room for a replica.`,
          },
        ]),
  ];
}

/** Alerts on what others run and a failover depends on. While operator or plugin is down, nothing is promoted. */
export function operatorAlerts(platform: Platform): Alert[] {
  const available = (deployment: string) =>
    `(sum(kube_deployment_status_replicas_available{namespace="${platform.operatorNamespace}",deployment=~"${deployment}"}) or vector(0)) < 1`;
  return [
    {
      name: 'PhoenixOperatorDown',
      expr: available('cnpg-controller-manager|.*cloudnative-pg'),
      for: '5m',
      severity: 'critical',
      summary: 'CloudNativePG is not running: no database fails over',
      description: `No ready replica of the operator in namespace ${platform.operatorNamespace}. Databases run on, but a lost primary is not replaced.`,
    },
    {
      name: 'PhoenixBackupPluginDown',
      expr: available('.*barman-cloud'),
      for: '5m',
      severity: 'critical',
      summary: 'The Barman Cloud plugin is not running: no database fails over',
      description: `The operator stops before any failover while the plugin does not answer. Its Deployment is in namespace ${platform.operatorNamespace}.`,
    },
    {
      name: 'PhoenixPluginCertificateExpiring',
      expr: `min(certmanager_certificate_expiration_timestamp_seconds{namespace="${platform.operatorNamespace}",name=~"barman-cloud-.*"}) - time() < 604800`,
      for: '1h',
      severity: 'warning',
      summary: 'A certificate between operator and plugin expires within seven days',
      description: `cert-manager should have renewed it. Once it expires, the operator cannot reach the plugin and nothing fails over. PostgreSQL's own certificates are renewed by the operator.`,
    },
  ];
}
