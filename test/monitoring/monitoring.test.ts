import { App, Duration } from 'cdk8s';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { PhoenixApp } from '../../lib';
import { only, platform, service } from '../_build';

/** Metric names of CloudNativePG 1.30, of the Barman Cloud plugin 0.14, of kube-state-metrics and of cert-manager. */
const METRICS = new Set([
  'cnpg_collector_up',
  'cnpg_collector_fencing_on',
  'cnpg_collector_sync_replicas',
  'cnpg_collector_pg_wal',
  'cnpg_collector_pg_wal_archive_status',
  'cnpg_pg_replication_lag',
  'cnpg_pg_replication_in_recovery',
  'cnpg_pg_replication_streaming_replicas',
  'cnpg_pg_stat_archiver_last_archived_time',
  'cnpg_pg_stat_archiver_last_failed_time',
  'cnpg_pg_database_size_bytes',
  'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp',
  'barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp',
  'kube_cronjob_created',
  'kube_cronjob_status_last_successful_time',
  'kube_deployment_status_replicas_available',
  'kube_job_created',
  'kube_job_failed',
  'kube_job_status_completion_time',
  'certmanager_certificate_expiration_timestamp_seconds',
]);

const DAYS = Duration.days(30);

const monitoring = (props: Parameters<typeof service>[2] = {}) => {
  const app = new App();
  const composite = service(app, 'shop', props);
  const manifests = app.charts.flatMap((chart) => chart.toJson());
  return { composite, manifests, rules: only(manifests, 'PrometheusRule').spec.groups[0].rules as any[] };
};

function problemsOf(expr: string): string[] {
  const problems: string[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      const text = expr.slice(node.from, node.to);
      if (node.type.isError) {
        problems.push(`does not parse at ${node.from}: ${expr}`);
      }
      if (node.name === 'VectorSelector' && !METRICS.has(/^\w*/.exec(text)?.[0] ?? '')) {
        problems.push(`unknown metric: ${text}`);
      }
    },
  });
  return problems;
}

describe('the alerts', () => {
  it('are valid PromQL over metrics that exist', () => {
    const { rules } = monitoring();
    expect(rules.length).toBeGreaterThan(15);
    expect(rules.flatMap((rule) => problemsOf(rule.expr))).toEqual([]);
  });

  it('would not pass that check with a broken expression or a metric of imagination', () => {
    expect(problemsOf('max(cnpg_collector_up{) > 1')).not.toEqual([]);
    expect(problemsOf('cnpg_collector_down > 1')).toEqual(['unknown metric: cnpg_collector_down']);
  });

  it('cover what the service lives by', () => {
    expect(monitoring().rules.map((rule) => rule.alert)).toEqual([
      'PhoenixDatabaseNoPrimary',
      'PhoenixDatabaseTwoPrimaries',
      'PhoenixDatabaseWritesBlocked',
      'PhoenixDatabaseInstanceDown',
      'PhoenixDatabaseStandbysMissing',
      'PhoenixDatabaseReplicationLag',
      'PhoenixDatabaseFenced',
      'PhoenixDatabaseWalVolumeFilling',
      'PhoenixDatabaseVolumeFilling',
      'PhoenixWalArchivingFailing',
      'PhoenixWalArchivingBehind',
      'PhoenixBackupTooOld',
      'PhoenixBackupFailed',
      'PhoenixBackupMetricsMissing',
      'PhoenixApiDown',
      'PhoenixApiReplicasMissing',
      'PhoenixOperatorDown',
      'PhoenixBackupPluginDown',
      'PhoenixPluginCertificateExpiring',
      'PhoenixDrillFailed',
      'PhoenixDrillStale',
      'PhoenixDrillNeverRun',
      'PhoenixReadinessFailed',
      'PhoenixReadinessStale',
    ]);
  });

  it('each have a severity, a summary, a description and a runbook of their own name', () => {
    for (const rule of monitoring({ runbooks: 'https://git.example/runbooks/' }).rules) {
      expect(['critical', 'warning']).toContain(rule.labels.severity);
      expect(rule.annotations.summary).toMatch(/\S/);
      expect(rule.annotations.description).toMatch(/\.$/);
      expect(rule.annotations.runbook_url).toBe(`https://git.example/runbooks/${rule.alert}.md`);
    }
  });

  it('differ in name or labels, so that none hides another', () => {
    const companions = {
      dashboard: { image: 'x/y:1', port: 80, readiness: '/' },
      docs: { image: 'x/z:1', port: 80, readiness: '/' },
    };
    const keys = monitoring({ companions }).rules.map((rule) => `${rule.alert} ${JSON.stringify(rule.labels)}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => key.startsWith('PhoenixCompanionDown'))).toHaveLength(2);
  });

  it.each<[string, Record<string, string>, boolean]>([
    ["as cert-manager's monitor ships", { namespace: 'cert-manager', exported_namespace: 'cnpg-system' }, true],
    ['where labels of targets are honoured', { namespace: 'cnpg-system' }, true],
    ['in another namespace', { namespace: 'cert-manager', exported_namespace: 'shop' }, false],
    ['in another namespace, beside cert-manager', { namespace: 'cnpg-system', exported_namespace: 'shop' }, false],
    ['in another namespace, honoured', { namespace: 'shop' }, false],
  ])('see a certificate of the plugin %s: %j %s', (_, labels, seen) => {
    const { expr } = monitoring().rules.find((rule) => rule.alert === 'PhoenixPluginCertificateExpiring');
    const series: Record<string, string> = { ...labels, name: 'barman-cloud-client' };
    const selectors = [...expr.matchAll(/\{(.*?)\}/g)].map(([, text]) =>
      [...text.matchAll(/(\w+)(=~?)"(.*?)"/g)].every(([, name, operator, value]) =>
        operator === '=' ? (series[name] ?? '') === value : new RegExp(`^(${value})$`).test(series[name] ?? ''),
      ),
    );
    expect(selectors).toHaveLength(2);
    expect(selectors.filter(Boolean)).toHaveLength(seen ? 1 : 0);
  });

  it('count a drill that passed in a Job without an owner, as a commit makes it, and each drill apart', () => {
    const exprs = new Map(monitoring().rules.map((rule) => [rule.alert as string, rule.expr as string]));
    for (const [alert, drill] of [
      ['PhoenixDrillFailed', 'shop-failover-drill'],
      ['PhoenixDrillStale', 'shop-failover-drill'],
      ['PhoenixDrillNeverRun', 'shop-failover-drill'],
      ['PhoenixReadinessFailed', 'shop-readiness-check'],
      ['PhoenixReadinessStale', 'shop-readiness-check'],
    ] as const) {
      const [, pattern = ''] = /kube_job_status_completion_time\{namespace="shop",job_name=~"([^"]+)"\}/.exec(exprs.get(alert)!) ?? []; // prettier-ignore
      const names = ['20261123041700', '29384756', 'by-hand'].map((end) => `${drill}-${end}`);
      expect(names.filter((name) => new RegExp(`^(?:${pattern})$`).test(name))).toEqual(names);
      expect(new RegExp(`^(?:${pattern})$`).test(drill === 'shop-failover-drill' ? 'shop-readiness-check-1' : 'shop-failover-drill-1')).toBe(false); // prettier-ignore
      expect(exprs.get(alert)).toContain(
        `kube_cronjob_status_last_successful_time{namespace="shop",cronjob="${drill}"}`,
      );
    }
  });

  it('are not written for a readiness check that is switched off', () => {
    const { rules } = monitoring({ drills: { readiness: false } });
    expect(rules.map((rule) => rule.alert as string).filter((name) => name.startsWith('PhoenixReadiness'))).toEqual([]);
    expect(rules.map((rule) => rule.alert)).toContain('PhoenixDrillStale');
  });

  it('know how long the evidence of a readiness check is valid', () => {
    const readiness = { evidenceExpiresAfter: Duration.days(3) };
    const stale = monitoring({ drills: { readiness } }).rules.find((rule) => rule.alert === 'PhoenixReadinessStale');
    expect(stale.expr).toMatch(/> 259200$/);
    expect(stale.annotations.summary).toBe('shop-readiness-check has not passed for 3 days');
    expect(() => monitoring({ drills: { readiness: { evidenceExpiresAfter: Duration.minutes(1) } } })).toThrow(
      "'evidenceExpiresAfter' must be a whole number of seconds, at least 3600, got 1 minute",
    );
  });

  it('know the volume sizes and the backup schedule', () => {
    const expr = (rules: any[], name: string) => rules.find((rule) => rule.alert === name).expr as string;
    const weekly = monitoring({
      backup: { destination: 's3://bucket/p', schedule: '0 0 3 * * 0', retention: DAYS },
    }).rules;
    expect(expr(weekly, 'PhoenixBackupTooOld')).toMatch(/> 626400$/);
    expect(expr(monitoring().rules, 'PhoenixBackupTooOld')).toMatch(/> 108000$/);
    const told = (schedule: string) =>
      monitoring({ backup: { destination: 's3://bucket/p', schedule, retention: DAYS } }).rules.find(
        (rule) => rule.alert === 'PhoenixBackupTooOld',
      ).annotations.description;
    expect(told('0 */10 * * * *')).toMatch(
      /^The schedule '0 \*\/10 \* \* \* \*' leaves at most 10 minutes between two\./,
    );
    expect(told('0 0 3 * * 0')).toMatch(/leaves at most 7 days between two\./);
    expect(expr(monitoring().rules, 'PhoenixDatabaseWalVolumeFilling')).toMatch(/> 6871947673$/);
  });
});

describe('monitors', () => {
  it('select the instances of the cluster, and the API only if it has metrics', () => {
    expect(only(monitoring().manifests, 'PodMonitor').spec).toEqual({
      selector: { matchLabels: { 'cnpg.io/cluster': 'shop-db', 'cnpg.io/podRole': 'instance' } },
      podMetricsEndpoints: [{ port: 'metrics', interval: '30s' }],
    });
    expect(monitoring().manifests.filter((m) => m.kind === 'ServiceMonitor')).toEqual([]);
    const api = { image: 'x/y:1', port: 8000, readiness: '/', metrics: { port: 9100, path: '/m' } };
    expect(only(monitoring({ api }).manifests, 'ServiceMonitor').spec).toEqual({
      selector: { matchLabels: { 'app.kubernetes.io/name': 'shop-api' } },
      endpoints: [{ port: 'metrics', path: '/m', interval: '30s' }],
    });
  });

  it('are not written at all where there is no Prometheus Operator', () => {
    const app = new PhoenixApp();
    service(app, 'shop', { platform: platform({ monitoringNamespace: false }) });
    expect(JSON.stringify(app.units())).not.toContain('monitoring.coreos.com');
    expect(app.units().map((unit) => unit.role)).not.toContain('monitoring');
  });

  it('fail for runbooks that are no address', () => {
    expect(() => monitoring({ runbooks: 'docs/' })).toThrow(
      "shop/monitoring/monitoring: 'runbooks' must be the http(s) address of a folder, got 'docs/'",
    );
  });
});
