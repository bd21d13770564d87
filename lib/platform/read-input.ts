import { manifestOf } from '../_manifests';
import type { ApiObject } from 'cdk8s';
import { DATABASE_TIMEOUT_ANNOTATION, DEFAULT_DATABASE_TIMEOUT } from '../api/database-timeout';
import { postgresKibibytes } from '../postgres/_memory';
import { type CronReading, readCron } from '../_cron';
import { parseQuantity } from '../policy/_quantity';
import { refuse } from '../_refuse';
import { failoverQuorumOverride, skipsArchiving, switchedOff } from './_operator-state';
import { at, list, number, postgresSeconds, text } from './_read';
import { evictedAfter } from './_tolerations';
import type { Platform } from './platform';
import type {
  ApiFacts,
  BackupFacts,
  DatabaseFacts,
  PredictionInput,
  PredictionPlatform,
  StoppedBackup,
} from './prediction-input';
import { byField } from './term';

/** A construct of this library that made one main object. */
export interface HasApiObject {
  readonly apiObject: ApiObject;
}

/** The constructs that a prediction is read from. */
export interface PredictedParts {
  readonly platform: Platform;

  /** A `PostgresCluster`. */
  readonly database: HasApiObject;

  /**
   * An `ObjectStore`.
   * @default - no off-node copy
   */
  readonly objectStore?: HasApiObject;

  /**
   * A `BackupSchedule`.
   * @default - no base backups
   */
  readonly backupSchedule?: HasApiObject;

  /**
   * An `ApiService`.
   * @default - no API
   */
  readonly api?: HasApiObject;
}

/**
 * Reads the input of the prediction from the objects as they are written, JSON patches included. Call it at synth (in a
 * validation or a document), when all patches are there.
 *
 * @throws if a field that a figure depends on has no meaning
 */
export function predictionInput(parts: PredictedParts): PredictionInput {
  const { api, backupSchedule, objectStore, platform } = parts;
  const database = databaseFacts(manifestOf(parts.database.apiObject));
  checkMeasuredSize(platform, database);
  return {
    platform: predictionPlatform(platform),
    database,
    backup:
      backupSchedule === undefined || objectStore === undefined
        ? undefined
        : backupFacts(manifestOf(backupSchedule.apiObject), manifestOf(objectStore.apiObject), database),
    api: api === undefined ? undefined : apiFacts(manifestOf(api.apiObject)),
  };
}

/** The platform's part of the input. */
export function predictionPlatform(platform: Platform): PredictionPlatform {
  return {
    name: platform.name,
    nodes: platform.nodes.length,
    kubernetes: platform.kubernetes,
    cloudNativePg: platform.cloudNativePg,
    nodeMonitorGraceSeconds: platform.nodeMonitorGraceSeconds,
    storageKind: platform.storage.kind,
    measured: platform.measured,
  };
}

/** A Cluster's part of the input; what it leaves out is what CloudNativePG 1.30 fills in. */
export function databaseFacts(cluster: unknown): DatabaseFacts {
  const object = title(cluster);
  const spec = (path: string): unknown => at(cluster, `spec.${path}`);
  const parameter = (name: string, otherwise: string): string =>
    text(at(spec('postgresql.parameters') ?? {}, name), otherwise);
  const seconds = (path: string, otherwise: number): number => number(object, `spec.${path}`, spec(path), otherwise);
  const synchronous = spec('postgresql.synchronous') !== undefined;
  const archiver = archiverOf(spec('plugins'));
  return {
    object,
    instances: seconds('instances', 1),
    switchedOff: switchedOff(cluster),
    requiredAntiAffinity:
      spec('affinity.enablePodAntiAffinity') !== false &&
      spec('affinity.podAntiAffinityType') === 'required' &&
      text(spec('affinity.topologyKey'), 'kubernetes.io/hostname') === 'kubernetes.io/hostname',
    durability: !synchronous
      ? 'asynchronous'
      : spec('postgresql.synchronous.dataDurability') === 'preferred'
        ? 'preferred'
        : 'required',
    synchronousStandbys: synchronous ? seconds('postgresql.synchronous.number', 1) : 0,
    synchronousCommit: parameter('synchronous_commit', 'on'),
    failoverQuorum: failoverQuorumOverride(cluster) ?? spec('postgresql.synchronous.failoverQuorum') === true,
    failoverDelay: seconds('failoverDelay', 0),
    smartShutdownTimeout: seconds('smartShutdownTimeout', 180),
    stopDelay: seconds('stopDelay', 1800),
    leaseDurationSeconds: seconds('primaryLease.leaseDurationSeconds', 15),
    retryPeriodSeconds: seconds('primaryLease.retryPeriodSeconds', 2),
    releasedLeaseDurationSeconds: seconds('primaryLease.releasedLeaseDurationSeconds', 1),
    walReceiverTimeout: postgresTime(object, 'wal_receiver_timeout', parameter('wal_receiver_timeout', '5s'), 0.001),
    sharedBuffersMebibytes: memory(object, 'shared_buffers', parameter('shared_buffers', '128MB')),
    maxWalMebibytes: memory(object, 'max_wal_size', parameter('max_wal_size', '1GB')),
    storageMebibytes: mebibytes(object, 'spec.storage.size', spec('storage.size')),
    readinessType: text(spec('probes.readiness.type'), 'pg_isready'),
    readinessPatience: seconds('probes.readiness.periodSeconds', 10) * seconds('probes.readiness.failureThreshold', 3),
    archiving: archiver !== undefined && !skipsArchiving(cluster),
    archive: archiveOf(archiver),
    archiveTimeout: postgresTime(object, 'archive_timeout', parameter('archive_timeout', '5min'), 1),
  };
}

function backupFacts(schedule: unknown, store: unknown, database: DatabaseFacts): BackupFacts {
  const retention = /^(\d+)([dwm])$/.exec(text(at(store, 'spec.retentionPolicy'), ''));
  const days = { d: 1, w: 7, m: 30 } as const;
  const cron = backupCron(schedule);
  return {
    object: title(schedule),
    longestGap: 'longestGap' in cron ? cron.longestGap : 0,
    store: title(store),
    retention: retention === null ? undefined : Number(retention[1]) * days[retention[2] as 'd'] * 86_400,
    stopped: stoppedBackup(schedule, store, database),
  };
}

function backupCron(schedule: unknown): CronReading {
  return readCron(text(at(schedule, 'spec.schedule'), ''), 'ScheduledBackup');
}

/** A schedule can be there and take no backup, or one of something else. */
function stoppedBackup(schedule: unknown, store: unknown, database: DatabaseFacts): StoppedBackup | undefined {
  const object = title(schedule);
  if (at(schedule, 'spec.suspend') === true) {
    return { reason: `${object} is suspended, so no base backup is taken`, setBy: byField(object, 'spec.suspend') };
  }
  const cron = backupCron(schedule);
  if ('problem' in cron) {
    return {
      reason: `the schedule of ${object} ${cron.problem}, so no base backup is taken`,
      setBy: byField(object, 'spec.schedule'),
    };
  }
  const cluster = `Cluster/${text(at(schedule, 'spec.cluster.name'), '?')}`;
  if (cluster !== database.object) {
    return {
      reason: `${object} backs up ${cluster}, not ${database.object}`,
      setBy: byField(object, 'spec.cluster.name'),
    };
  }
  if (database.archive !== undefined && `ObjectStore/${database.archive}` !== title(store)) {
    return {
      reason: `${database.object} archives to ObjectStore/${database.archive}, and a restore would look in ${title(store)}`,
      setBy: byField(database.object, 'spec.plugins barmanObjectName'),
    };
  }
  return undefined;
}

/** A Deployment's part of the input; what it leaves out is what Kubernetes fills in. */
export function apiFacts(deployment: unknown): ApiFacts {
  const object = title(deployment);
  const pod = (path: string): unknown => at(deployment, `spec.template.spec.${path}`);
  const container = (path: string): unknown => pod(`containers.0.${path}`);
  const amount = (path: string, otherwise: number): number => number(object, path, container(path), otherwise);
  const annotations = (at(deployment, 'metadata.annotations') ?? {}) as Readonly<Record<string, unknown>>;
  const declared = annotations[DATABASE_TIMEOUT_ANNOTATION];
  const env = (container('env') ?? []) as readonly { readonly name: string; readonly value?: string }[];
  return {
    object,
    replicas: number(object, 'spec.replicas', at(deployment, 'spec.replicas'), 1),
    tolerationSeconds: evictedAfter(pod('tolerations')),
    readinessPeriod: amount('readinessProbe.periodSeconds', 10),
    readinessSuccessThreshold: amount('readinessProbe.successThreshold', 1),
    livenessPeriod: amount('livenessProbe.periodSeconds', 10),
    livenessFailureThreshold: amount('livenessProbe.failureThreshold', 3),
    startupPeriod: amount('startupProbe.periodSeconds', 10),
    startupFailureThreshold: amount('startupProbe.failureThreshold', 3),
    usesDatabase: env.some(({ name }) => name === 'PGHOST'),
    connectTimeout: number(object, 'PGCONNECT_TIMEOUT', env.find(({ name }) => name === 'PGCONNECT_TIMEOUT')?.value, 5),
    databaseTimeout: number(object, DATABASE_TIMEOUT_ANNOTATION, declared, DEFAULT_DATABASE_TIMEOUT),
    databaseTimeoutDeclared: declared !== undefined,
  };
}

function archiverOf(plugins: unknown): unknown {
  return list(plugins).find((plugin) => at(plugin, 'enabled') !== false && at(plugin, 'isWALArchiver') === true);
}

function archiveOf(archiver: unknown): string | undefined {
  const name = at(archiver, 'parameters.barmanObjectName');
  return typeof name === 'string' ? name : undefined;
}

function checkMeasuredSize({ measured }: Platform, { object, storageMebibytes }: DatabaseFacts): void {
  const size = measured.databaseMebibytes;
  if (size !== undefined && size > storageMebibytes) {
    refuse(
      object,
      `'measured.databaseSize' must be at most ${storageMebibytes} MiB, the size of the data volume, got ${size} MiB; ` +
        `measure it again, or grow 'storage'`,
    );
  }
}

function memory(object: string, name: string, setting: string): number {
  const kibibytes = postgresKibibytes(setting);
  return kibibytes === undefined
    ? refuse(object, `'${name}' must be a size with a unit to predict a checkpoint from, got '${setting}'`)
    : kibibytes / 1024;
}

function mebibytes(object: string, path: string, size: unknown): number {
  const bytes = parseQuantity(size);
  return bytes === undefined || !(bytes > 0)
    ? refuse(object, `'${path}' must be a size to predict a restore from, got ${JSON.stringify(size)}`)
    : bytes / 2 ** 20;
}

function postgresTime(object: string, name: string, setting: string, unit: number): number {
  return (
    postgresSeconds(setting, unit) ??
    refuse(object, `'${name}' must be a PostgreSQL time, such as '5min', to predict from, got '${setting}'`)
  );
}

function title(manifest: unknown): string {
  return `${text(at(manifest, 'kind'), '?')}/${text(at(manifest, 'metadata.name'), '?')}`;
}
