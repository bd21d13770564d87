import type { PathSegment } from '../_path';
import { type YamlObject, isObject, listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { cluster, example } from './_examples';

const MONITOR = ['monitoring.podMonitorMetricRelabelings', 'monitoring.podMonitorRelabelings'];

/** What CloudNativePG takes, and says nothing good about. */
export const admissionWarnings: PolicyRule = {
  name: 'admission-warnings',
  family: 'cloudnative-pg',
  severity: 'warning',
  kinds: ['postgresql.cnpg.io/v1/Cluster', 'postgresql.cnpg.io/v1/Pooler'],
  summary: 'nothing is written that CloudNativePG takes with a warning, or for old manifests only',
  why: 'kubectl shows the warnings of a webhook once; Flux and Argo CD show them to nobody (CloudNativePG 1.30, webhook: getAdmissionWarnings).',
  remediation: 'use what replaced it',
  example: () =>
    example([cluster({ monitoring: { enablePodMonitor: false } })], 'spec.monitoring.enablePodMonitor', true),
  check(resource, _, report) {
    const spec = objectOr(resource.manifest['spec']);
    checkMonitoring(spec, report);
    if (resource.kind === 'Pooler') {
      if (objectOr(spec['pgbouncer'])['authQuerySecret'] !== undefined) {
        report.fail(
          'spec.pgbouncer.authQuerySecret',
          'it is deprecated',
          'use serverTLSSecret, or leave the integration to the operator',
        );
      }
      return;
    }
    checkCluster(spec, report);
    for (const field of ['storage', 'walStorage']) {
      checkVolume(objectOr(spec[field]), ['spec', field], report);
    }
  },
};

function checkMonitoring(spec: YamlObject, report: Report): void {
  const monitoring = objectOr(spec['monitoring']);
  if (monitoring['enablePodMonitor'] === true) {
    report.fail('spec.monitoring.enablePodMonitor', 'it is deprecated', 'write a PodMonitor of your own');
  }
  for (const path of MONITOR) {
    if (listOr(monitoring[path.slice('monitoring.'.length)]).length > 0) {
      report.fail(`spec.${path}`, 'it is deprecated', 'write a PodMonitor of your own');
    }
  }
  if (
    typeof monitoring['metricsQueriesTTL'] === 'string' &&
    /^[0.]+(ns|us|µs|ms|s|m|h)?$/.test(monitoring['metricsQueriesTTL'])
  ) {
    report.fail(
      'spec.monitoring.metricsQueriesTTL',
      'every scrape runs all queries on the database, however often it comes',
      'remove it: the default is 30 seconds',
    );
  }
}

function checkCluster(spec: YamlObject, report: Report): void {
  if (spec['nodeMaintenanceWindow'] !== undefined) {
    const { inProgress, reusePVC } = objectOr(spec['nodeMaintenanceWindow']);
    report.fail(
      'spec.nodeMaintenanceWindow',
      inProgress === true && reusePVC !== false
        ? 'it is deprecated, and takes the PodDisruptionBudget of the standbys away'
        : 'it is deprecated',
      'remove it; draining works without',
    );
  }
  const backup = objectOr(spec['backup']);
  if (backup['retentionPolicy'] !== undefined && backup['barmanObjectStore'] === undefined) {
    report.fail(
      'spec.backup.retentionPolicy',
      'it has no effect without barmanObjectStore: nothing is ever deleted',
      'set retentionPolicy of the ObjectStore',
    );
  }
  for (const field of ['minSyncReplicas', 'maxSyncReplicas']) {
    if (Number(spec[field] ?? 0) > 0) {
      report.fail(`spec.${field}`, 'it is the old form of synchronous replication', 'use postgresql.synchronous');
    }
  }
  const buffers: unknown = objectOr(objectOr(spec['postgresql'])['parameters'])['shared_buffers'];
  if (typeof buffers === 'string' && /^\d+$/.test(buffers)) {
    report.fail(
      'spec.postgresql.parameters.shared_buffers',
      `without a unit, '${buffers}' is megabytes for the webhook and pages of 8 kB for PostgreSQL`,
      "write the unit, such as '512MB'",
    );
  }
}

function checkVolume(volume: YamlObject, path: readonly PathSegment[], report: Report): void {
  const template = volume['pvcTemplate'] as unknown;
  if (!isObject(template)) {
    return;
  }
  if (volume['storageClass'] !== undefined && template['storageClassName'] !== undefined) {
    report.fail([...path, 'pvcTemplate', 'storageClassName'], 'storageClass is written too, and wins', 'write one');
  }
  const requested: unknown = objectOr(objectOr(template['resources'])['requests'])['storage'];
  if (volume['size'] !== undefined && requested !== undefined) {
    const at = [...path, 'pvcTemplate', 'resources', 'requests', 'storage'];
    report.fail(at, 'size is written too, and wins', 'write one');
  }
}
