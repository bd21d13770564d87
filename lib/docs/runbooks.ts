import { Construct } from 'constructs';
import type { PrivateAccess } from '../access/private-access';
import type { ApiService } from '../api/api-service';
import { refuse } from '../_refuse';
import type { FailoverDrill } from '../drill/failover-drill';
import type { ReadinessCheck } from '../drill/readiness-check';
import type { Alert } from '../monitoring/alert';
import type { BackupSchedule } from '../postgres/backup-schedule';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import { gitOpsFacts } from './gitops-facts';
import { Document } from './document';
import { type Runbook, runbookPage } from './runbook';
import { type RunbookFacts, RunbookWords } from './runbook-facts';
import { ACCESS_PROCEDURES } from './runbooks/_access-procedures';
import { BACKUP_ALERTS } from './runbooks/_backup-alerts';
import { CREDENTIAL_PROCEDURES } from './runbooks/_credential-procedures';
import { DATA_PROCEDURES } from './runbooks/_data-procedures';
import { DATABASE_ALERTS } from './runbooks/_database-alerts';
import { DRILL_ALERTS } from './runbooks/_drill-alerts';
import { DRILL_PROCEDURES } from './runbooks/_drill-procedures';
import { whichEngine } from './runbooks/_gitops';
import { NODE_PROCEDURES } from './runbooks/_node-procedures';
import { READINESS_ALERTS } from './runbooks/_readiness-alerts';
import { WORKLOAD_ALERTS } from './runbooks/_workload-alerts';

/** Makes one runbook from the facts of a service. */
export type RunbookMaker = (words: RunbookWords) => Runbook;

/** Properties for `Runbooks`. */
export interface RunbooksProps {
  readonly database: PostgresCluster;
  readonly backupSchedule: BackupSchedule;
  readonly api: ApiService;

  /**
   * Parts beside the API.
   * @default - none
   */
  readonly companions?: readonly ApiService[];

  /**
   * Alerts that need a page each: those of the monitoring.
   * @default - none
   */
  readonly alerts?: readonly Alert[];

  /**
   * Who may reach the service.
   * @default - not declared
   */
  readonly access?: PrivateAccess;

  /**
   * Drills.
   * @default - none
   */
  readonly drills?: readonly FailoverDrill[];

  /**
   * The readiness check.
   * @default - none
   */
  readonly readiness?: ReadinessCheck;

  /**
   * Pages beside the built-in ones, by name; one with the name of a built-in page replaces it.
   * @default - none
   */
  readonly pages?: Readonly<Record<string, RunbookMaker>>;

  /**
   * Folder below `dist/docs`.
   * @default - `<service>/runbooks`
   */
  readonly folder?: string;
}

const ALERTS: Readonly<Record<string, RunbookMaker>> = {
  ...DATABASE_ALERTS,
  ...BACKUP_ALERTS,
  ...DRILL_ALERTS,
  ...READINESS_ALERTS,
  ...WORKLOAD_ALERTS,
};
const PROCEDURES: Readonly<Record<string, RunbookMaker>> = {
  ...NODE_PROCEDURES,
  ...DATA_PROCEDURES,
  ...CREDENTIAL_PROCEDURES,
  ...ACCESS_PROCEDURES,
  ...DRILL_PROCEDURES,
};

/**
 * What to do at night: one page an alert, with the alert's name, and one a procedure. Every command has the names,
 * namespaces and sizes of this very service.
 */
export class Runbooks extends Construct {
  public readonly folder: string;
  /** Names of all pages, without `.md`. */
  public readonly names: readonly string[];
  private readonly props: RunbooksProps;
  private readonly makers: Readonly<Record<string, RunbookMaker>>;
  private texts = new Map<string, string>();

  /** @throws if an alert has no page */
  public constructor(scope: Construct, id: string, props: RunbooksProps) {
    super(scope, id);
    this.props = props;
    this.folder = props.folder ?? `${props.api.service}/runbooks`;
    const alerts = [...new Set((props.alerts ?? []).map((alert) => alert.name))];
    const makers: Readonly<Record<string, RunbookMaker>> = { ...ALERTS, ...PROCEDURES, ...props.pages };
    const missing = alerts.find((name) => makers[name] === undefined);
    if (missing !== undefined) {
      refuse(this, `alert '${missing}' has no runbook; add one to 'pages' with that name`);
    }
    // Pages of alerts that this service does not have would lead nowhere; those that others link to always exist.
    this.names = [
      ...new Set([
        ...Object.keys(ALERTS).filter((name) => this.applies(name)),
        ...alerts,
        ...Object.keys(PROCEDURES).filter((name) => this.applies(name)),
        ...Object.keys(props.pages ?? {}),
      ]),
    ];
    this.makers = makers;
    for (const name of ['README', ...this.names]) {
      new Document(this, name, { path: `${this.folder}/${name}.md`, produce: () => this.text(name) });
    }
  }

  /** One page. All are made together, with one look at the objects, when the first is asked for. */
  private text(name: string): string {
    if (name === 'README' || !this.texts.has(name)) {
      const words = this.words();
      const pages = this.names.map((page) => [page, this.makers[page]!(words)] as const);
      this.texts = new Map(pages.map(([page, runbook]) => [page, runbookPage(runbook)]));
      this.texts.set('README', index(words, pages));
    }
    const text = this.texts.get(name)!;
    // The objects may change before the same page is asked for again.
    this.texts.delete(name);
    return text;
  }

  private applies(name: string): boolean {
    const { companions = [], database, drills = [], readiness } = this.props;
    return (
      (name !== 'PhoenixCompanionDown' || companions.length > 0) &&
      (!/^PhoenixDrill|^run-a-failover-drill$/.test(name) || drills.length > 0) &&
      (!name.startsWith('PhoenixReadiness') || readiness !== undefined) &&
      (name !== 'PhoenixBackupMetricsMissing' || database.platform.monitoringNamespace !== false)
    );
  }

  private words(): RunbookWords {
    const { database, backupSchedule, api, companions = [], access, drills = [], readiness, alerts = [] } = this.props;
    const facts: RunbookFacts = {
      service: api.service,
      database,
      backupSchedule,
      api,
      companions,
      access,
      drills,
      readiness,
      alerts,
      gitops: gitOpsFacts(database),
    };
    return new RunbookWords(facts);
  }
}

function index(words: RunbookWords, pages: readonly (readonly [string, Runbook])[]): string {
  const list = (wanted: (name: string) => boolean) =>
    pages
      .filter(([name]) => wanted(name))
      .map(([name, { title }]) => `| [${name}](${name}.md) | ${title} |`)
      .join('\n');
  const alerts = (name: string) => name.startsWith('Phoenix');
  return `# Runbooks of ${words.facts.service}

Commands are for bash, start at the root of the repository and need kubectl with the
[cnpg plugin](https://cloudnative-pg.io/documentation/current/kubectl-plugin/). A line that ends in a comment after
\`=\` wants a value from you first; without it the next command stops. Some pages need more programs, such as sops or
PostgreSQL's own: their checks come first.

${whichEngine(words)}
## Alerts

| alert | what it says |
| --- | --- |
${list(alerts)}

## Procedures

| page | what for |
| --- | --- |
${list((name) => !alerts(name))}
`;
}
