import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { checkServiceId, serviceNames } from './_service-names';
import { namespaceFor } from './_service-namespace';
import { manifestsBelow } from './_manifests';
import { refuse } from './_refuse';
import { PrivateAccess, type PrivateAccessProps } from './access/private-access';
import { ApiService, type ApiServiceProps } from './api/api-service';
import type { PrivateNamespace } from './base/private-namespace';
import type { Approval } from './docs/decision-digest';
import { DecisionRecord } from './docs/decision-record';
import { Runbooks } from './docs/runbooks';
import { FailoverDrill, type FailoverDrillProps } from './drill/failover-drill';
import { ReadinessCheck, type ReadinessCheckProps } from './drill/readiness-check';
import { RunnerBundle } from './drill/runner-bundle';
import { Unit } from './gitops/unit';
import { Monitoring } from './monitoring/monitoring';
import { requireNodeLoss } from './platform/check-node-loss';
import { requireObjectives } from './platform/check-objectives';
import { proveNodeLoss } from './platform/node-loss';
import { type Objectives, resolveObjectives } from './platform/objectives';
import type { Placement } from './platform/placement';
import type { Platform } from './platform/platform';
import { nodeLossInput } from './platform/pod-sets';
import { predict } from './platform/prediction';
import { predictionInput } from './platform/read-input';
import { BackupSchedule } from './postgres/backup-schedule';
import { DrillDatabase } from './postgres/drill-database';
import { ObjectStore, type ObjectStoreProps } from './postgres/object-store';
import { PostgresCluster, type PostgresClusterProps } from './postgres/postgres-cluster';

/** The database of a service: what `PostgresCluster` takes, without what follows from the service. */
export type ServiceDatabaseProps = Omit<PostgresClusterProps, 'platform' | 'name' | 'objectStore' | 'ownerSecret'>;

/** Backups of a service: what `ObjectStore` takes, and the schedule of base backups. */
export interface ServiceBackupProps extends Omit<ObjectStoreProps, 'name' | 'credentialsSecret'> {
  /**
   * When base backups are taken: six cron fields, the first is the second, UTC.
   */
  readonly schedule: string;
}

/** The API of a service: what `ApiService` takes, without what follows from the service. */
export type ServiceApiProps = Omit<ApiServiceProps, 'platform' | 'name' | 'service' | 'database' | 'clients'>;

/** A part beside the API, such as a dashboard: a Deployment of its own that calls the API. */
export interface CompanionProps extends ServiceApiProps {
  /**
   * Name of the environment variable that holds the API's address.
   * @default 'API_BASE'
   */
  readonly apiBaseVariable?: string;
}

/** Who may reach a service, and how: what `PrivateAccess` takes, without what follows from the service. */
export type ServiceAccessProps = Omit<PrivateAccessProps, 'api' | 'companions' | 'folder'>;

/** Drills of a service: what `FailoverDrill` takes, without what follows from the service. */
export interface ServiceDrillProps {
  /**
   * The failover drill.
   * @default - deletes the primary three times, on demand
   */
  readonly failover?: Omit<
    FailoverDrillProps,
    'cluster' | 'database' | 'api' | 'backupSchedule' | 'runner' | 'objectives' | 'name'
  >;

  /**
   * The readiness check. `false`: none, for instance where nobody may make a ClusterRole.
   * @default - every night
   */
  readonly readiness?: Omit<ReadinessCheckProps, 'cluster' | 'api' | 'runner' | 'name'> | false;
}

/** Properties for `HighlyAvailableService`. */
export interface HighlyAvailableServiceProps {
  /** Facts about the cluster it runs on. */
  readonly platform: Platform;

  /**
   * What the service must reach, by failure class. Synthesis refuses objectives that its manifests cannot meet.
   * @default - none: recovery is predicted in the decision record all the same
   */
  readonly objectives?: Objectives;

  /**
   * Namespace of the service. By name: the service makes it, in its unit `base`. To share one, give that of the service
   * that made it, `stateHub.privateNamespace`, or one that you made in a unit of your own; there is no unit `base` then.
   * Each of them needs a `secretsFolder` of its own, and Argo CD one set of Applications over all (`name` of `ArgoCd`).
   * @default - the id
   */
  readonly namespace?: string | PrivateNamespace;

  /**
   * Which nodes the pods of all parts may run on, drills included, where a part does not say otherwise.
   * @default - every node without taints
   */
  readonly placement?: Placement;

  /** The database. */
  readonly database: ServiceDatabaseProps;

  /** The off-node copy. */
  readonly backup: ServiceBackupProps;

  /** The API. */
  readonly api: ServiceApiProps;

  /**
   * Parts beside the API that call it, by name.
   * @default - none
   */
  readonly companions?: Readonly<Record<string, CompanionProps>>;

  /**
   * Who may reach the API and its companions. Nobody else in the cluster can.
   * @default - nobody
   */
  readonly access?: ServiceAccessProps;

  /**
   * Who approved the decision record.
   * @default - not approved
   */
  readonly approval?: Approval;

  /**
   * Controlled failures, to be run on demand. `false`: none.
   * @default - a failover drill that deletes the primary, suspended
   */
  readonly drills?: ServiceDrillProps | false;

  /** Address of the folder of runbooks, for the links in alerts: where `docs/` of the output is read. */
  readonly runbooks: string;

  /**
   * Labels by which Prometheus selects monitors and rules.
   * @default - none: Prometheus must select all
   */
  readonly monitoringLabels?: Readonly<Record<string, string>>;

  /**
   * Units of the platform that must be ready before the database: its operator and its backup plugin.
   * @default - none: they are known to be there
   */
  readonly operatorUnits?: readonly string[];

  /**
   * Folder with the SOPS files of the service, relative to the deploy folder; no two services share one.
   * @default 'secrets'
   */
  readonly secretsFolder?: string;
}

/**
 * An API and its database that together survive losing a node: the composite that most users need.
 *
 * It makes one unit each for base, secrets, database, API and monitoring, in the order in which they can work, and
 * nothing that its public parts could not make: `PrivateNamespace`, `ObjectStore`, `PostgresCluster`,
 * `BackupSchedule`, `DrillDatabase`, `ApiService`, `Monitoring`. Names derive from the id: `state-hub` has
 * `state-hub-db`, `state-hub-api` and the database's Secrets `state-hub-db-owner` and `state-hub-db-backup`.
 */
export class HighlyAvailableService extends Construct {
  public readonly namespace: string;
  /** The Namespace, made by this service or shared; give it to other services that shall be in it. */
  public readonly privateNamespace: PrivateNamespace;
  public readonly database: PostgresCluster;
  public readonly backupSchedule: BackupSchedule;
  public readonly drillDatabase: DrillDatabase;
  public readonly api: ApiService;
  public readonly companions: readonly ApiService[];
  /** Undefined where drills are switched off. */
  public readonly failoverDrill: FailoverDrill | undefined;
  /** Undefined where it is switched off, or drills are. */
  public readonly readinessCheck: ReadinessCheck | undefined;
  public readonly access: PrivateAccess;
  public readonly runbooks: Runbooks;
  public readonly decisionRecord: DecisionRecord;
  /** Undefined where the platform has no Prometheus. */
  public readonly monitoring: Monitoring | undefined;

  public constructor(scope: Construct, id: string, props: HighlyAvailableServiceProps) {
    super(scope, id);
    const { platform } = props;
    checkServiceId(this, id, {
      companions: Object.keys(props.companions ?? {}),
      failoverDrill: props.drills !== false,
      readinessCheck: props.drills !== false && props.drills?.readiness !== false,
    });
    const names = serviceNames(id);
    this.privateNamespace = namespaceFor(this, props.namespace ?? id);
    this.namespace = this.privateNamespace.name;
    const { namespace } = this;
    if (namespace === platform.operatorNamespace || namespace === platform.monitoringNamespace) {
      refuse(
        this,
        `'namespace' must not be that of the operator or of Prometheus, because it denies all traffic by default, got '${namespace}'`,
      );
    }

    const base = Chart.of(this.privateNamespace);

    const secrets = new Unit(this, 'secrets', { namespace, folder: props.secretsFolder ?? 'secrets' });
    secrets.addDependency(base);

    const data = new Unit(this, 'database', { namespace, dependsOnExternal: props.operatorUnits ?? [] });
    data.addDependency(secrets);
    const { schedule, ...store } = props.backup;
    const objectStore = new ObjectStore(data, 'backup', { ...store, name: `${names.database}-backup` });
    const { placement = {} } = props;
    this.database = new PostgresCluster(data, 'cluster', {
      placement,
      ...props.database,
      platform,
      objectStore,
      name: names.database,
    });
    this.backupSchedule = new BackupSchedule(data, 'schedule', { cluster: this.database, schedule });
    this.drillDatabase = new DrillDatabase(data, 'drill', { cluster: this.database });

    const serving = new Unit(this, 'api', { namespace });
    serving.addDependency(data);
    const part = { platform, service: id };
    this.api = new ApiService(serving, 'api', {
      placement,
      ...props.api,
      ...part,
      name: names.api,
      database: this.database,
    });
    checkCompanions(this, Object.keys(props.companions ?? {}));
    this.companions = Object.entries(props.companions ?? {}).map(
      ([name, { apiBaseVariable = 'API_BASE', ...companion }]) => {
        const environment = { [apiBaseVariable]: this.api.url, ...companion.environment };
        return new ApiService(serving, name, {
          placement,
          ...companion,
          ...part,
          environment,
          name: names.companion(name),
          calls: [this.api, ...(companion.calls ?? [])],
        });
      },
    );

    const { api, companions, backupSchedule, database } = this;
    this.access = new PrivateAccess(serving, 'access', { ...props.access, api, companions });

    const { failover, readiness } = props.drills === false ? {} : this.makeDrills(props, serving);
    this.failoverDrill = failover;
    this.readinessCheck = readiness;
    const drills = failover === undefined ? [] : [failover];
    const watched = { drills, ...(readiness !== undefined && { readiness }) };

    if (platform.monitoringNamespace !== false) {
      const watching = new Unit(this, 'monitoring', { namespace, role: 'monitoring' });
      watching.addDependency(base);
      this.monitoring = new Monitoring(watching, 'monitoring', {
        database: this.database,
        backupSchedule: this.backupSchedule,
        api: this.api,
        companions: this.companions,
        ...watched,
        runbooks: props.runbooks,
        name: id,
        ...(props.monitoringLabels === undefined ? {} : { labels: props.monitoringLabels }),
      });
    }

    const { access } = this;
    const parts = { platform, database, api, backupSchedule, objectStore };
    const objectives = resolveObjectives(this, props.objectives ?? {});
    requireObjectives(this, parts, props.objectives ?? {});
    requireNodeLoss(this, platform);
    const documented = { database, backupSchedule, api, companions, access };
    const paged = { ...documented, ...watched };
    this.runbooks = new Runbooks(this, 'runbooks', { ...paged, alerts: this.monitoring?.alerts ?? [] });
    this.decisionRecord = new DecisionRecord(this, 'decision-record', {
      ...documented,
      prediction: () => predict(predictionInput(parts), objectives),
      nodeLoss: () => proveNodeLoss(nodeLossInput(platform, manifestsBelow(this))),
      ...(props.approval === undefined ? {} : { approval: props.approval }),
    });
  }

  /** The unit of drills, after what they test. */
  private makeDrills(
    props: HighlyAvailableServiceProps,
    serving: Unit,
  ): { readonly failover: FailoverDrill; readonly readiness: ReadinessCheck | undefined } {
    const { namespace } = this;
    const names = serviceNames(this.node.id);
    const drills = new Unit(this, 'drills', { namespace, role: 'drills' });
    drills.addDependency(serving);
    const runner = new RunnerBundle(drills, 'runner', { name: names.runner });
    const { failover = {}, readiness = {} } = props.drills === false ? {} : (props.drills ?? {});
    const check =
      readiness === false
        ? undefined
        : new ReadinessCheck(drills, 'readiness', {
            ...readiness,
            name: names.readinessCheck,
            cluster: this.database,
            api: this.api,
            runner,
          });
    const drill = new FailoverDrill(drills, 'failover', {
      ...failover,
      name: names.failoverDrill,
      cluster: this.database,
      database: this.drillDatabase,
      api: this.api,
      backupSchedule: this.backupSchedule,
      runner,
      ...(props.objectives === undefined ? {} : { objectives: props.objectives }),
    });
    return { failover: drill, readiness: check };
  }
}

/** What a companion cannot be called: its objects and its construct would have the names of these parts. */
const PARTS = ['access', 'api', 'db'];

function checkCompanions(where: Construct, names: readonly string[]): void {
  for (const name of names) {
    if (PARTS.includes(name)) {
      refuse(
        where,
        `'companions' must have other names than the parts of the service, ${PARTS.join(', ')}, got '${name}'`,
      );
    }
  }
}
