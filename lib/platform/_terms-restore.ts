import { apiBlock } from './_blocked';
import { archiveRecoveryPoint, archiveTerms, pointInTimeRecoveryPoint } from './_recovery-point';
import { apiReady, apiStart, checkpoint, clientReconnect, endpoints, podStart, promotion, SOURCE } from './_terms';
import type { PredictionInput } from './prediction-input';
import { byField, byPlatform, type ClassTerms, figure, path, type Term } from './term';

const ASSUMES = [
  'a Kubernetes cluster that runs the operator and the Barman Cloud plugin is at hand',
  'the Secrets can be decrypted, and the delivery engine is told to apply at once',
];

/** The cluster and every copy in it is gone: the newest archived state is restored elsewhere. */
export function clusterLoss(input: PredictionInput): ClassTerms {
  return { ...restored(input, 'the cluster is lost', [response(input)]), rpo: archiveRecoveryPoint(input) };
}

/** Wrong rows were written or deleted: the state before is restored beside the old database. */
export function humanError(input: PredictionInput): ClassTerms {
  const before = [response(input), ...(input.database.archiving ? archiveTerms(input) : [])];
  return { ...restored(input, 'a restore to a point in time', before), rpo: pointInTimeRecoveryPoint(input) };
}

function restored(input: PredictionInput, name: string, before: readonly Term[]): Omit<ClassTerms, 'rpo'> {
  const { api } = input;
  const block = restoreBlock(input);
  const readable = [...before, ...restore(input), clientReconnect(api)];
  const writable = [...before, ...restore(input), ...standbys(input), clientReconnect(api)];
  // The API starts while the database is restored, and is waiting when it is back.
  const serving = api?.usesDatabase === true ? [...writable, ...apiReady(api)] : writable;
  return {
    writes: figure([path(name, writable)], block),
    reads: figure([path(name, readable)], block),
    api:
      api === undefined
        ? undefined
        : figure(
            [
              ...(api.usesDatabase ? [path(name, serving)] : []),
              path(`${name}, the API alone`, [...before, ...apiStart({ ...input, api }), ...apiReady(api)]),
            ],
            apiBlock(api, 'all') ?? (api.usesDatabase ? block : undefined),
          ),
    redundancy: undefined,
    assumes: ASSUMES,
  };
}

function restoreBlock({ backup, database }: PredictionInput): string | undefined {
  if (database.switchedOff !== undefined) {
    return database.switchedOff;
  }
  if (backup === undefined) {
    return 'there is no base backup in an object store, so nothing can be restored';
  }
  return backup.stopped === undefined ? undefined : `${backup.stopped.reason}: nothing can be restored`;
}

function response({ platform }: PredictionInput): Term {
  const seconds = platform.measured.response;
  return {
    name: 'a person starts the restore',
    typical: seconds / 2,
    worst: seconds,
    source: SOURCE.measured,
    setBy: byPlatform('measured.response'),
  };
}

function restore(input: PredictionInput): Term[] {
  const { backup, platform } = input;
  const { measured } = platform;
  const replaySeconds = (hours: number): number => Math.ceil((hours * measured.walPerHour) / measured.replayThroughput);
  return [
    podStart('database pod starts', measured.podStart),
    copy(input, 'base backup is fetched', measured.restoreThroughput, SOURCE.recovery),
    {
      name: 'WAL is replayed',
      typical: replaySeconds((backup?.longestGap ?? 0) / 3600 / 2),
      worst: replaySeconds((backup?.longestGap ?? 0) / 3600),
      source: SOURCE.recovery,
      setBy: byField(backup?.object ?? 'ScheduledBackup', 'spec.schedule'),
    },
    promotion(),
    checkpoint(input),
    endpoints('database endpoints follow'),
  ];
}

/** With `required` durability the restored primary acknowledges nothing before it has its standbys, cloned in turn. */
function standbys(input: PredictionInput): Term[] {
  const { database, platform } = input;
  return database.durability === 'required'
    ? Array.from({ length: database.synchronousStandbys }, (_, i) =>
        copy(input, `standby ${i + 1} is cloned`, platform.measured.cloneThroughput, SOURCE.replication),
      )
    : [];
}

/** Moving the whole database once. */
function copy({ database, platform }: PredictionInput, name: string, throughput: number, source: string): Term {
  const { databaseMebibytes } = platform.measured;
  const size = databaseMebibytes ?? database.storageMebibytes;
  return {
    name,
    typical: Math.ceil((databaseMebibytes ?? size / 2) / throughput),
    worst: Math.ceil(size / throughput),
    source,
    setBy:
      databaseMebibytes === undefined
        ? byField(database.object, 'spec.storage.size')
        : byPlatform('measured.databaseSize'),
  };
}
