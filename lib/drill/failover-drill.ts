import { ApiObject, Duration, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { ApiService } from '../api/api-service';
import { checkImage } from '../_image';
import { checkCron } from '../_cron';
import { whole } from '../_duration';
import { MAX_CRON_JOB_NAME, checkServiceName, namespaceOf } from '../_names';
import { refuse } from '../_refuse';
import { canonicalJson, sha256 } from '../evidence/digest';
import { type Objectives, resolveObjectives } from '../platform/objectives';
import { predict } from '../platform/prediction';
import { type PredictedParts, predictionInput } from '../platform/read-input';
import type { BackupSchedule } from '../postgres/backup-schedule';
import type { DrillDatabase } from '../postgres/drill-database';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import { drillJob } from './_drill-job';
import { digestOf } from './_tested';
import { NODE_IMAGE, PATHS, drillPod } from './_drill-pod';
import { type DrillProbe, checkProbes, probesOf } from './_probes';
import { type DrillIdentity, drillAccess, drillPolicies } from './_failover-access';
import type { RunnerBundle } from './runner-bundle';
import type { FailoverConfig, RunnerConfig } from './runner/config';

export type { DrillProbe } from './_probes';

/** Properties for `FailoverDrill`. */
export interface FailoverDrillProps {
  /** The database whose primary is taken away. */
  readonly cluster: PostgresCluster;

  /** The drills' own database in that cluster. */
  readonly database: DrillDatabase;

  /** The API that is watched meanwhile. */
  readonly api: ApiService;

  /** When base backups are taken: a drill does not start without a recent one. */
  readonly backupSchedule: BackupSchedule;

  /** The program. */
  readonly runner: RunnerBundle;

  /**
   * What the measurement is held against.
   * @default - the worst case of the prediction
   */
  readonly objectives?: Objectives;

  /**
   * How the primary is lost: `deletePrimary` deletes its pod with a second of grace, `switchover` asks for a planned
   * one, `external` waits until a person pulls the plug of its node.
   * @default 'deletePrimary'
   */
  readonly mode?: 'deletePrimary' | 'switchover' | 'external';

  /**
   * `metadata.name` of the CronJob, at most 52 characters.
   * @default - `<cluster>-failover-drill`
   */
  readonly name?: string;

  /**
   * Five cron fields, UTC. Only used where the drill is not suspended.
   * @default '17 4 1 * *'
   */
  readonly schedule?: string;

  /**
   * Whether it runs on demand only, as `phoenix drill failover` or `kubectl create job --from` starts it.
   * @default true
   */
  readonly suspend?: boolean;

  /**
   * Failovers in one run.
   * @default 3, and 1 for `external`
   */
  readonly repetitions?: number;

  /**
   * How long evidence supports a decision.
   * @default Duration.days(35)
   */
  readonly evidenceExpiresAfter?: Duration;

  /**
   * Paths beside the readiness path that are asked all the time.
   * @default - none
   */
  readonly probes?: readonly DrillProbe[];

  /**
   * Stock Node image, by tag and digest.
   * @default - Node 22 on Debian bookworm, slim
   */
  readonly image?: string;
}

/** Steady writes of several clients; half a second without any is an outage, and a slow disk is none. */
const LOAD: FailoverConfig['load'] = {
  writers: 8,
  readers: 4,
  intervalMs: 5,
  attemptTimeoutMs: 5000,
  silenceMs: 500,
  baselineSeconds: 10,
  settleSeconds: 10,
};
const KEEP_DOCUMENTS = 20;

/**
 * A failover on the live cluster, measured: it loads the database through its Service, takes the primary away, and
 * compares what every client saw with the objective, the prediction, and the ledger of acknowledged writes.
 *
 * It is a CronJob that is suspended, because a Job in git would run again whenever an engine puts it back; it starts
 * on demand. It aborts without harm when anything is not healthy, runs alone (Lease), ends by itself, and leaves an
 * evidence document in a ConfigMap. Its rights end at the namespace of the service.
 */
export class FailoverDrill extends Construct {
  public readonly name: string;
  public readonly namespace: string;
  public readonly mode: 'deletePrimary' | 'switchover' | 'external';
  public readonly schedule: string;
  public readonly suspended: boolean;
  /** ConfigMap that the runs put their evidence into; the first run makes it. */
  public readonly evidence: string;
  /** How long evidence supports a decision, in seconds. */
  public readonly evidenceSeconds: number;
  /**
   * How long it waits, in seconds: after the loss of the primary, until all clients are served again and until all
   * instances are back; with `external`, until the plug is pulled.
   */
  public readonly bounds: FailoverConfig['bounds'] = {
    recoverySeconds: 600,
    redundancySeconds: 1800,
    armSeconds: 1800,
  };
  /** The CronJob, the way out for what the properties do not cover. */
  public readonly apiObject: ApiObject;

  /** @throws if the properties cannot work */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: FailoverDrillProps,
  ) {
    super(scope, id);
    const { cluster } = props;
    this.name = props.name ?? `${cluster.name}-failover-drill`;
    this.namespace = namespaceOf(this);
    this.mode = props.mode ?? 'deletePrimary';
    this.schedule = props.schedule ?? '17 4 1 * *';
    this.suspended = props.suspend ?? true;
    this.evidence = `${this.name}-evidence`;
    const expiry = props.evidenceExpiresAfter ?? Duration.days(35);
    this.evidenceSeconds = whole(this, 'evidenceExpiresAfter', expiry, 'seconds', 3600);
    const image = props.image ?? NODE_IMAGE;
    const repetitions = props.repetitions ?? (this.mode === 'external' ? 1 : 3);
    this.check(image, repetitions);

    const labels = {
      'app.kubernetes.io/managed-by': 'cdk8s-phoenix',
      'app.kubernetes.io/name': this.name,
      'app.kubernetes.io/part-of': props.api.service,
    };
    const identity: DrillIdentity = {
      name: this.name,
      namespace: this.namespace,
      labels: { 'app.kubernetes.io/name': this.name },
      mode: this.mode,
      evidence: this.evidence,
      cluster,
      api: props.api,
    };
    drillAccess(this, identity);
    drillPolicies(this, identity);

    // At synth, when all patches are there: the prediction and the digest are those of what is written.
    const config = Lazy.any({ produce: () => JSON.stringify(this.config(repetitions), null, 2) }) as string;
    const checksum = Lazy.any({
      produce: () => sha256(canonicalJson(this.config(repetitions)) + props.runner.digest),
    }) as string;
    new ApiObject(this, 'Config', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: this.name, namespace: this.namespace },
      data: { 'config.json': config },
    });
    this.apiObject = new ApiObject(this, 'Resource', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: this.name, namespace: this.namespace, labels },
      spec: drillJob({
        schedule: this.schedule,
        suspend: this.suspended,
        deadlineSeconds: this.deadlineSeconds(repetitions),
        labels,
        pod: drillPod({
          subcommand: 'failover',
          image,
          serviceAccount: this.name,
          runner: props.runner.name,
          config: this.name,
          labels,
          checksum,
          api: props.api,
          login: { database: props.database, cluster },
          awayFrom: { cluster, required: this.mode === 'external' },
        }),
      }),
    });
  }

  /** What the program is told: names, load, bounds, and what the measurement is held against. */
  private config(repetitions: number): RunnerConfig {
    const { cluster, database, api, props } = { ...this.props, props: this.props };
    const { connection } = cluster;
    const failureClass = this.mode === 'external' ? 'nodeLoss' : 'instanceLoss';
    const parts: PredictedParts = {
      platform: cluster.platform,
      database: cluster,
      api,
      objectStore: cluster.objectStore,
      backupSchedule: props.backupSchedule,
    };
    const predicted = predict(predictionInput(parts), resolveObjectives(this, props.objectives ?? {}))[failureClass];
    const worst = Math.max(predicted.writes.worst, predicted.api?.worst ?? 0);
    const failover: FailoverConfig = {
      mode: this.mode,
      cluster: cluster.name,
      lease: { name: this.name, seconds: 30 },
      repetitions,
      failureClass,
      objective: { rpoSeconds: predicted.objective?.rpo ?? 0, rtoSeconds: predicted.objective?.rto ?? worst },
      prediction: { typicalSeconds: predicted.writes.typical, worstSeconds: predicted.writes.worst },
      database: {
        name: database.database,
        user: database.database,
        host: connection.host,
        readOnlyHost: connection.readOnlyHost,
        port: connection.port,
        tls: { ca: PATHS.ca, cert: PATHS.cert, key: PATHS.key },
      },
      load: LOAD,
      probes: probesOf(api, props.probes ?? []),
      apiPods: Object.entries(api.podLabels)
        .map((label) => label.join('='))
        .join(','),
      bounds: this.bounds,
      preconditions: {
        synchronous: true,
        archiving: true,
        backupMaxAgeSeconds: props.backupSchedule.longestGapSeconds + 6 * 3600,
      },
    };
    return {
      version: 1,
      service: api.service,
      platform: cluster.platform.name,
      namespace: this.namespace,
      manifestsDigest: digestOf([cluster, api]),
      kubernetes: { url: 'https://kubernetes.default.svc', tokenFile: PATHS.token, caFile: PATHS.clusterCa },
      evidence: { configMap: this.evidence, keep: KEEP_DOCUMENTS, expiresAfterSeconds: this.evidenceSeconds },
      failover,
    };
  }

  private deadlineSeconds(repetitions: number): number {
    const { recoverySeconds, redundancySeconds, armSeconds } = this.bounds;
    const each = recoverySeconds + redundancySeconds + (this.mode === 'external' ? armSeconds : 0) + 60;
    return 120 + repetitions * each;
  }

  private check(image: string, repetitions: number): void {
    const { cluster, api, probes } = this.props;
    checkServiceName(this, 'name', this.name, MAX_CRON_JOB_NAME);
    checkImage(this, 'image', image);
    if (!Number.isInteger(repetitions) || repetitions < 1 || repetitions > 20) {
      refuse(this, `'repetitions' must be a whole number from 1 to 20, got ${repetitions}`);
    }
    if (this.mode === 'external' && repetitions > 1) {
      refuse(this, `'repetitions' must be 1 with mode 'external', because a person pulls the plug, got ${repetitions}`);
    }
    checkCron(this, 'schedule', this.schedule, 'CronJob');
    if (cluster.namespace !== this.namespace || api.namespace !== this.namespace) {
      refuse(
        this,
        `it must be in the namespace of the database and the API, '${cluster.namespace}', got '${this.namespace}'`,
      );
    }
    checkProbes(this, probes ?? []);
  }
}
