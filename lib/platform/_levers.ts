import type { PredictionInput } from './prediction-input';

/** A change that could make a prediction better. */
export interface Lever {
  /** The change in words, for the value that is enough. */
  readonly describe: (value: number, input: PredictionInput) => string;

  /** The value now; undefined if the lever does not apply. */
  readonly now: (input: PredictionInput) => number | undefined;

  /** The best value that may be recommended. */
  readonly best: (input: PredictionInput) => number;

  readonly apply: (input: PredictionInput, value: number) => PredictionInput;
}

type Database = PredictionInput['database'];
type NumberOf<T> = { [K in keyof T]: T[K] extends number ? K : never }[keyof T];

/**
 * Cheapest first: settings of ours, then settings that cost something, then the platform's, then people's. What no property
 * sets was changed by a JSON patch, and another one, later, sets it right.
 */
export const LEVERS: readonly Lever[] = [
  flag(
    ({ database }) => database.switchedOff && `remove the annotation${patches(removed(database.switchedOff))}`,
    (database) => ({ ...database, switchedOff: undefined }),
  ),
  {
    describe: (_, { backup }) =>
      `correct '${backup?.stopped?.setBy.name}', or take back the JSON patch that changed it`,
    now: ({ backup }) => (backup?.stopped === undefined ? undefined : 0),
    best: () => -1,
    apply: (input) =>
      input.backup === undefined ? input : { ...input, backup: { ...input.backup, stopped: undefined } },
  },
  flag(
    ({ database }) =>
      database.durability === 'required'
        ? undefined
        : `set 'synchronous.dataDurability' to 'required'${patches(
            add('/spec/postgresql/synchronous', {
              method: 'any',
              number: Math.max(1, database.synchronousStandbys),
              dataDurability: 'required',
              failoverQuorum: true,
            }),
          )}`,
    (database) => ({
      ...database,
      durability: 'required',
      synchronousStandbys: Math.max(1, database.synchronousStandbys),
    }),
  ),
  flag(
    ({ database }) =>
      ['on', 'remote_apply'].includes(database.synchronousCommit)
        ? undefined
        : `set 'parameters.synchronous_commit' to 'on'${patches(add('/spec/postgresql/parameters/synchronous_commit', 'on'))}`,
    (database) => ({ ...database, synchronousCommit: 'on' }),
  ),
  flag(
    ({ database }) =>
      database.requiredAntiAffinity
        ? undefined
        : `set 'affinity.podAntiAffinityType' to 'required'${patches(
            add('/spec/affinity/enablePodAntiAffinity', true),
            add('/spec/affinity/podAntiAffinityType', 'required'),
            add('/spec/affinity/topologyKey', 'kubernetes.io/hostname'),
          )}`,
    (database) => ({ ...database, requiredAntiAffinity: true }),
  ),
  {
    describe: () =>
      `keep each copy on the node of its instance, with 'dataLocality: strict-local' in the StorageClass, and say so in ` +
      `'storage': Storage.replicated with { replicas: 1, dataLocality: 'strict-local' }`,
    now: ({ platform }) => (platform.storageKind === 'singleCopy' ? 0 : undefined),
    best: () => -1,
    apply: (input) => ({ ...input, platform: { ...input.platform, storageKind: 'nodeLocal' } }),
  },
  flag(
    ({ database }) =>
      database.readinessType === 'streaming'
        ? `set 'probes.readiness.type' to 'pg_isready'${patches(add('/spec/probes/readiness/type', 'pg_isready'))}`
        : undefined,
    (database) => ({ ...database, readinessType: 'pg_isready' }),
  ),
  flag(
    ({ database, platform }) =>
      database.instances < 3 && platform.nodes >= 3
        ? `run 3 instances instead of ${database.instances}${patches(add('/spec/instances', 3))}`
        : undefined,
    (database) => ({ ...database, instances: 3 }),
  ),
  ofDatabase(
    'smartShutdownTimeout',
    () => 0,
    (value) => `set 'smartShutdownTimeout' to ${value}${patches(add('/spec/smartShutdownTimeout', value))}`,
  ),
  ofDatabase(
    'failoverDelay',
    () => 0,
    (value) => `set 'failoverDelay' to ${value}${patches(add('/spec/failoverDelay', value))}`,
  ),
  {
    describe: (_, { api }) => `run 2 replicas of the API instead of ${api?.replicas}, with 'replicas'`,
    now: ({ api }) => (api !== undefined && api.replicas < 2 ? 0 : undefined),
    best: () => -1,
    apply: (input) => (input.api === undefined ? input : { ...input, api: { ...input.api, replicas: 2 } }),
  },
  {
    describe: (value, { platform, database }) =>
      `measure the database: if it is at most ${value} MiB and stays so, say so in 'measured.databaseSize' ` +
      `(now ${platform.measured.databaseMebibytes ?? `the whole volume, ${database.storageMebibytes}`} MiB)`,
    now: ({ platform, database }) =>
      platform.measured.databaseMebibytes === undefined ? Math.floor(database.storageMebibytes) : undefined,
    best: () => 1024,
    apply: (input, value) => measured(input, { databaseMebibytes: value }),
  },
  {
    describe: (value) => `set 'parameters.archive_timeout' to '${value}s'`,
    now: ({ database }) => (database.archiveTimeout === 0 ? 86_400 : database.archiveTimeout),
    best: () => 60,
    apply: (input, value) => ({ ...input, database: { ...input.database, archiveTimeout: value } }),
  },
  {
    describe: (value) => `take base backups at least every ${Math.floor(value / 360) / 10} hours, with 'schedule'`,
    now: ({ backup }) => backup?.longestGap,
    best: () => 3600,
    apply: (input, value) =>
      input.backup === undefined ? input : { ...input, backup: { ...input.backup, longestGap: value } },
  },
  {
    describe: (value) => `set the API's 'readinessPeriod' to ${value} s, which asks it and its database more often`,
    now: ({ api }) => api?.readinessPeriod,
    best: () => 2,
    apply: (input, value) =>
      input.api === undefined ? input : { ...input, api: { ...input.api, readinessPeriod: value } },
  },
  {
    describe: (value, { api }) =>
      `let the API give up a silent database session after ${value} s instead of ${api?.databaseTimeout}, and say so in ` +
      `'databaseTimeout'`,
    now: ({ api }) => (api?.usesDatabase === true ? api.databaseTimeout : undefined),
    best: () => 2,
    apply: (input, value) =>
      input.api === undefined ? input : { ...input, api: { ...input.api, databaseTimeout: value } },
  },
  ofDatabase(
    'leaseDurationSeconds',
    () => 5,
    (value) =>
      `set the database's 'primaryLease.leaseDuration' to ${value} s; a slow Kubernetes API then costs the primary its lease ` +
      `sooner`,
  ),
  {
    describe: (value, { platform }) =>
      `run the controller manager with --node-monitor-grace-period=${value}s (now ${platform.nodeMonitorGraceSeconds}s) and say ` +
      `so in 'nodeMonitorGracePeriod'; a slow kubelet is then given up sooner`,
    now: ({ platform }) => platform.nodeMonitorGraceSeconds,
    best: () => 20,
    apply: (input, value) => ({ ...input, platform: { ...input.platform, nodeMonitorGraceSeconds: value } }),
  },
  {
    describe: (value) => `have somebody who starts a restore within ${value} s, and say so in 'measured.response'`,
    now: ({ platform }) => platform.measured.response,
    best: () => 60,
    apply: (input, value) => measured(input, { response: value }),
  },
];

/** JSON patches of the Cluster, as they are written. */
function patches(...operations: readonly string[]): string {
  return `: apiObject.addJsonPatch(${operations.join(', ')}) on the database, or take back the patch before it`;
}

function add(path: string, value: unknown): string {
  return `JsonPatch.add('${path}', ${JSON.stringify(value)})`;
}

/** The annotation that a reason names. */
function removed(reason: string): string {
  const name = /annotation '([^']+)'/.exec(reason)?.[1] ?? '';
  return `JsonPatch.remove('/metadata/annotations/${name.replace('/', '~1')}')`;
}

/** A change that is made or not. */
function flag(needed: (input: PredictionInput) => string | undefined, change: (database: Database) => Database): Lever {
  return {
    describe: (_, input) => needed(input) ?? '',
    now: (input) => (needed(input) === undefined ? undefined : 0),
    best: () => -1,
    apply: (input) => ({ ...input, database: change(input.database) }),
  };
}

function ofDatabase(
  property: NumberOf<Database>,
  best: () => number,
  describe: (value: number, input: PredictionInput) => string,
): Lever {
  return {
    describe,
    now: ({ database }) => database[property],
    best,
    apply: (input, value) => ({ ...input, database: { ...input.database, [property]: value } }),
  };
}

function measured(input: PredictionInput, change: Partial<PredictionInput['platform']['measured']>): PredictionInput {
  return { ...input, platform: { ...input.platform, measured: { ...input.platform.measured, ...change } } };
}
