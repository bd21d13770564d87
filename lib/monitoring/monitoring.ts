import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  PodMonitor,
  PrometheusRule,
  PrometheusRuleSpecGroupsRulesExpr as Expr,
  ServiceMonitor,
} from '../../imports/monitoring.coreos.com';
import { pathName } from '../_names';
import { refuse } from '../_refuse';
import type { ApiService } from '../api/api-service';
import { markCarriesScripts } from '../gitops/traits';
import type { BackupSchedule } from '../postgres/backup-schedule';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import { backupAlerts } from './_backup-alerts';
import { type WatchedDrill, drillAlerts, readinessAlerts } from './_drill-alerts';
import { databaseAlerts } from './_database-alerts';
import { apiAlerts, companionAlerts, operatorAlerts } from './_workload-alerts';
import type { Alert } from './alert';

/** Properties for `Monitoring`. */
export interface MonitoringProps {
  /** The database to watch. */
  readonly database: PostgresCluster;

  /** Its base backups; the alert on old backups follows from the schedule. */
  readonly backupSchedule: BackupSchedule;

  /** The API to watch. */
  readonly api: ApiService;

  /**
   * Parts beside the API, which page nobody.
   * @default - none
   */
  readonly companions?: readonly ApiService[];

  /**
   * Drills to watch.
   * @default - none
   */
  readonly drills?: readonly WatchedDrill[];

  /**
   * The readiness check to watch.
   * @default - none
   */
  readonly readiness?: WatchedDrill;

  /** Address of the folder of runbooks; each alert links `<address>/<alert>.md`. */
  readonly runbooks: string;

  /**
   * `metadata.name` of the PrometheusRule.
   * @default - the construct's path, joined by dashes
   */
  readonly name?: string;

  /**
   * Labels by which Prometheus selects monitors and rules, such as `release: kube-prometheus-stack`.
   * @default - none: Prometheus must select all
   */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * What Prometheus scrapes and when it pages. A unit of its own that nothing depends on: where the CRDs of the
 * Prometheus Operator are missing, it fails alone.
 */
export class Monitoring extends Construct {
  public readonly alerts: readonly Alert[];
  /** The PrometheusRule, the way out for what the properties do not cover. */
  public readonly apiObject: ApiObject;

  /** @throws if 'runbooks' is no http address */
  public constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { database } = props;
    const { namespace } = database;
    const { labels, companions = [] } = props;
    const runbooks = props.runbooks.replace(/\/+$/, '');
    if (!/^https?:\/\/\S+$/.test(runbooks)) {
      refuse(this, `'runbooks' must be the http(s) address of a folder, got '${props.runbooks}'`);
    }
    this.alerts = [
      ...databaseAlerts(database),
      ...backupAlerts(database, props.backupSchedule),
      ...apiAlerts(props.api),
      ...companions.flatMap(companionAlerts),
      ...operatorAlerts(database.platform),
      ...(props.drills ?? []).flatMap(drillAlerts),
      ...(props.readiness === undefined ? [] : readinessAlerts(props.readiness)),
    ];

    // The operator can make a PodMonitor itself; that is deprecated, and it dies with the first change to the Cluster.
    new ApiObject(
      this,
      'Database',
      PodMonitor.manifest({
        metadata: { name: database.name, namespace, labels },
        spec: {
          selector: { matchLabels: { ...database.podLabels, 'cnpg.io/podRole': 'instance' } },
          podMetricsEndpoints: [{ port: 'metrics', interval: '30s' }],
        },
      }),
    );
    for (const api of [props.api, ...companions]) {
      if (api.metrics !== undefined) {
        const port = Object.entries(api.ports).find(([, number]) => number === api.metrics?.port)?.[0];
        new ApiObject(
          this,
          `Api-${api.name}`,
          ServiceMonitor.manifest({
            metadata: { name: api.name, namespace: api.namespace, labels },
            spec: {
              selector: { matchLabels: { ...api.podLabels } },
              endpoints: [{ port, path: api.metrics.path, interval: '30s' }],
            },
          }),
        );
      }
    }
    this.apiObject = new ApiObject(
      this,
      'Resource',
      PrometheusRule.manifest({
        metadata: { name: props.name ?? pathName(this), namespace, labels },
        spec: {
          groups: [
            {
              name: `${namespace}/${database.name}`,
              rules: this.alerts.map((alert) => ({
                alert: alert.name,
                expr: Expr.fromString(alert.expr),
                for: alert.for,
                labels: { namespace, severity: alert.severity, subject: alert.subject },
                annotations: {
                  summary: alert.summary,
                  description: alert.description,
                  runbook_url: `${runbooks}/${alert.name}.md`,
                },
              })),
            },
          ],
        },
      }),
    );
    markCarriesScripts(this.apiObject);
  }
}
