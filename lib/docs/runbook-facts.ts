import type { PrivateAccess } from '../access/private-access';
import type { ApiService } from '../api/api-service';
import type { FailoverDrill } from '../drill/failover-drill';
import type { ReadinessCheck } from '../drill/readiness-check';
import type { BackupSchedule } from '../postgres/backup-schedule';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import { cpuQuantity } from '../_quantity';
import { sizeText } from './_size';
import { sh } from './runbook';

/** How GitOps engines see the service: all that a pause needs. */
export interface GitOpsFacts {
  readonly flux?: {
    readonly namespace: string;
    /** The Kustomization above, which somebody else owns: it applies `dist/flux`. */
    readonly parent: string;
    /** Secret with the age key. */
    readonly decryptionSecret: string;
    /** Name of the GitRepository or other source. */
    readonly source: string;
  };
  readonly argocd?: { readonly namespace: string; readonly applications: readonly string[] };
  /** Names of the units in the order in which they are applied. */
  readonly units: readonly string[];
  /** Which unit comes after which: `[later, earlier]`. */
  readonly unitEdges: readonly (readonly [string, string])[];
  /** Output folder, from the root of the repository: `dist`. */
  readonly dist: string;
  /** Folder of the SOPS files, from the root of the repository: `secrets`. */
  readonly secrets: string;
}

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

  /** Deletes one instance and its volumes, unless it is the primary or nobody knows who is. */
  public giveUp(which: string): string[] {
    return [
      `instance= # ${which}: ${this.instances}`,
      this.setPrimary,
      `[ "\${instance:?}" != "\${primary:?}" ] && ${this.cnpg} destroy ${this.db} "\${instance##*-}"`,
    ];
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
  public sql(statement: string, database = 'postgres'): string {
    return `${this.k} exec service/${this.db}-rw --container postgres -- psql --dbname ${database} --command "${statement}"`;
  }

  /** Makes a WAL file complete and gives the archive time to take it. Without a commit before it, an idle server switches nothing. */
  public get archiveNow(): string[] {
    return [this.sql('select txid_current()'), this.sql('select pg_switch_wal()'), 'sleep 30'];
  }

  /** A link to another runbook. */
  public link(name: string, text = name): string {
    return `[${text}](${name}.md)`;
  }

  /** Waits until the database is whole. */
  public get waitHealthy(): string {
    return `${this.k} wait ${this.cluster} --for condition=Ready --timeout 15m`;
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
