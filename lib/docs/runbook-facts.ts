import type { PrivateAccess } from '../access/private-access';
import type { ApiService } from '../api/api-service';
import type { FailoverDrill } from '../drill/failover-drill';
import type { ReadinessCheck } from '../drill/readiness-check';
import type { BackupSchedule } from '../postgres/backup-schedule';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import { cpuQuantity } from '../_quantity';
import type { RequiredSecret } from '../gitops/required-secret';
import type { Alert } from '../monitoring/alert';
import { sizeText } from './_size';
import { timeText } from './_time';
import type { GitOpsFacts } from './gitops-facts';
import { sh } from './runbook';
import { RunbookFigures } from './runbook-figures';

/** What runbooks are written from. */
export interface RunbookFacts {
  readonly service: string;
  readonly database: PostgresCluster;
  readonly backupSchedule: BackupSchedule;
  readonly api: ApiService;
  readonly companions: readonly ApiService[];
  readonly access: PrivateAccess | undefined;
  readonly drills: readonly FailoverDrill[];
  readonly readiness: ReadinessCheck | undefined;
  /** Alerts whose pages these are. */
  readonly alerts: readonly Alert[];
  readonly gitops: GitOpsFacts;
}

/** Short words for what stands in almost every command. */
export class RunbookWords {
  public readonly db: string;
  public readonly ns: string;
  /** `kubectl --namespace state-hub` */
  public readonly k: string;
  /** `kubectl cnpg --namespace state-hub`; a plugin takes its flags only after its name. */
  public readonly cnpg: string;
  /** `clusters.postgresql.cnpg.io state-hub-db`; `clusters` alone is the name of other people's CRDs too. */
  public readonly cluster: string;
  /** Namespace of operator and plugin. */
  public readonly operatorNs: string;
  /** Selector of the operator's pods: `app.kubernetes.io/name=cloudnative-pg`. */
  public readonly operatorPods: string;
  private read: RunbookFigures | undefined;

  public constructor(public readonly facts: RunbookFacts) {
    const { database } = facts;
    this.db = database.name;
    this.ns = database.namespace;
    this.k = `kubectl --namespace ${this.ns}`;
    this.cnpg = `kubectl cnpg --namespace ${this.ns}`;
    this.cluster = `clusters.postgresql.cnpg.io ${this.db}`;
    this.operatorNs = database.platform.operatorNamespace;
    const labels = Object.entries(database.platform.operatorPodLabels);
    this.operatorPods = labels.map(([key, value]) => `${key}=${value}`).join(',');
  }

  /** The prediction's figures, read from the objects as they are now. */
  public get figures(): RunbookFigures {
    this.read ??= new RunbookFigures(this.facts);
    return this.read;
  }

  /** Seconds as people read them: `4 min 35 s`. */
  public time(seconds: number): string {
    return timeText(seconds);
  }

  /** `--timeout 11m`: whole minutes, never less than the seconds. */
  public timeout(seconds: number): string {
    return `--timeout ${Math.max(1, Math.ceil(seconds / 60))}m`;
  }

  /** ` for 5 minutes`: how long an alert's condition holds before somebody is paged. Empty where there is no such alert. */
  public lasting(alert: string): string {
    const [, amount = '', unit = ''] = /^(\d+)([smh])$/.exec(this.alert(alert)?.for ?? '') ?? [];
    const word = { s: 'second', m: 'minute', h: 'hour' }[unit];
    return word === undefined ? '' : ` for ${amount} ${word}${amount === '1' ? '' : 's'}`;
  }

  /** What an alert says, with its threshold. */
  public summary(alert: string, otherwise: string): string {
    return this.alert(alert)?.summary ?? otherwise;
  }

  private alert(name: string): Alert | undefined {
    return this.facts.alerts.find((alert) => alert.name === name);
  }

  /** Does something to one instance, unless it is the primary or nobody knows who is. */
  public unlessPrimary(which: string, command: string): string[] {
    return [
      `instance= # ${which}: ${this.instances}`,
      this.setPrimary,
      `[ "\${instance:?}" != "\${primary:?}" ] && ${command}`,
    ];
  }

  /** Deletes one instance and its volumes. */
  public giveUp(which: string): string[] {
    return this.unlessPrimary(which, `${this.cnpg} destroy ${this.db} "\${instance##*-}"`);
  }

  /** Waits until an instance that was given up just now is whole again. Ready is still true when \`destroy\` returns. */
  public get waitRemade(): string[] {
    return [
      `${this.k} wait ${this.cluster} --for condition=Ready=false --timeout 2m`,
      this.waitHealthy,
      this.waitStreaming(this.facts.database.instances - 1),
    ];
  }

  /** Waits until so many standbys stream from the primary. */
  public waitStreaming(standbys: number): string {
    const count = this.sql("select count(*) from pg_stat_replication where state = 'streaming'", 'postgres', true);
    return `until [ "$(${count})" -ge ${standbys} ]; do sleep 5; done`;
  }

  /** A commit that waits for a standby as any other does, and leaves nothing behind. */
  public get tryWrite(): string {
    return this.sql("select pg_logical_emit_message(true, 'runbook', 'a write')");
  }

  /** Lists the instances, their roles and their nodes. */
  public get pods(): string {
    return `${this.k} get pods --selector cnpg.io/cluster=${this.db} --label-columns cnpg.io/instanceRole --output wide`;
  }

  /** Sets `primary` to the name of the primary's pod. */
  public get setPrimary(): string {
    return `primary=$(${this.k} get ${this.cluster} --output jsonpath='{.status.currentPrimary}')`;
  }

  /** Phase, instances and roles: the first look at a database. */
  public get look(): string {
    return sh(`${this.k} get ${this.cluster}`, this.pods, `${this.cnpg} status ${this.db}`);
  }

  /** A size of the database as people read it: `20 GiB`. */
  public size(property: 'storage' | 'walStorage' | 'memory'): string {
    return sizeText(this.facts.database, property);
  }

  /** CPU of an instance. */
  public get cpu(): string {
    return cpuQuantity(this.facts.database, 'cpu', this.facts.database.cpu);
  }

  /** Runs SQL as the superuser on the primary. */
  public sql(statement: string, database = 'postgres', bare = false): string {
    const format = bare ? ' --tuples-only --no-align' : '';
    return `${this.onPrimary()} psql --dbname ${database}${format} --command "${statement}"`;
  }

  /** Starts a command in the primary's pod. */
  public onPrimary(stdin = false): string {
    return `${this.k} exec${stdin ? ' --stdin' : ''} service/${this.db}-rw --container postgres --`;
  }

  /** Makes a WAL file complete and gives the archive time to take it. Without a commit before it, an idle server switches nothing. */
  public get archiveNow(): string[] {
    return [this.sql('select txid_current()'), this.sql('select pg_switch_wal()'), 'sleep 30'];
  }

  /** Path of the SOPS file of a Secret. */
  public secretFile(secret: RequiredSecret): string {
    return `${this.facts.gitops.secrets}/${secret.name}.sops.yaml`;
  }

  /** A link to another runbook. */
  public link(name: string, text = name): string {
    return `[${text}](${name}.md)`;
  }

  /** Waits until the database is whole, at most as long as one lost instance takes. */
  public get waitHealthy(): string {
    return this.waitReady(this.figures.heal);
  }

  /** Waits until the database is whole, at most so many seconds. */
  public waitReady(seconds: number): string {
    return `${this.k} wait ${this.cluster} --for condition=Ready ${this.timeout(seconds)}`;
  }

  /** Waits until all replicas of a part are those of the newest revision. */
  public rolledOut(part: ApiService): string {
    return `${this.k} rollout status deployment ${part.name} ${this.timeout(this.figures.rollout(part))}`;
  }

  /** Takes a base backup now. */
  public get backup(): string {
    return `${this.cnpg} backup ${this.db} --method plugin --plugin-name barman-cloud.cloudnative-pg.io`;
  }

  /** The nodes, for a choice: `railiance01, railiance02 or railiance03`. */
  public get nodes(): string {
    return either(this.facts.database.platform.nodes);
  }

  /** The instances, for a choice. */
  public get instances(): string {
    return either(Array.from({ length: this.facts.database.instances }, (_, i) => `${this.db}-${i + 1}`));
  }
}

function either(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
}
