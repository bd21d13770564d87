import { Duration, JsonPatch, Size } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { type ApiServiceProps, type PlatformProps, type PostgresClusterProps, Storage } from '../../lib';
import { LEVERS } from '../../lib/platform/_levers';
import { objectiveProblems } from '../../lib/platform/check-objectives';
import type { ObjectivesInSeconds } from '../../lib/platform/objectives';
import { predictionInput } from '../../lib/platform/read-input';
import { type Parts, stateHub } from './_parts';

/** What somebody writes in the program: properties and JSON patches. */
interface Program {
  readonly api?: Partial<ApiServiceProps>;
  readonly database?: Partial<PostgresClusterProps>;
  readonly platform?: Partial<PlatformProps>;
  readonly schedule?: string;
  readonly patches: readonly [keyof Pick<Parts, 'database' | 'backupSchedule' | 'api'>, JsonPatch][];
}

function refusals(program: Program, objectives: ObjectivesInSeconds): string[] {
  const { patches, ...props } = program;
  const parts = stateHub(props);
  patches.forEach(([part, patch]) => parts[part].apiObject.addJsonPatch(patch));
  return objectiveProblems(predictionInput(parts), objectives);
}

/** How each piece of advice is followed: what it says, and what is then written, read from its own words. */
const FOLLOW: readonly [says: RegExp, write: (program: Program, match: RegExpExecArray) => Program][] = [
  [
    /apiObject\.addJsonPatch\((.*?)\) on the database/,
    (program, [, operations]) => ({ ...program, patches: [...program.patches, ...written(operations!)] }),
  ],
  [
    /correct 'ScheduledBackup\/.*', or take back the JSON patch that changed it/,
    (program) => ({ ...program, patches: program.patches.filter(([part]) => part !== 'backupSchedule') }),
  ],
  [
    /say so in 'storage': Storage\.replicated with \{ replicas: 1, dataLocality: 'strict-local' \}/,
    (program) => ({
      ...program,
      platform: {
        ...program.platform,
        storage: Storage.replicated('longhorn', { replicas: 1, dataLocality: 'strict-local' }),
      },
    }),
  ],
  [/with 'replicas'/, (program) => ({ ...program, api: { ...program.api, replicas: 2 } })],
  [
    /at most (\d+) MiB .* in 'measured\.databaseSize'/,
    (program, [, size]) => measured(program, { databaseSize: Size.mebibytes(Number(size)) }),
  ],
  [
    /set 'parameters\.archive_timeout' to '(\w+)'/,
    (program, [, time]) => ({ ...program, database: { ...program.database, parameters: { archive_timeout: time! } } }),
  ],
  [
    /every ([\d.]+) hours, with 'schedule'/,
    (program, [, hours]) => ({
      ...program,
      schedule: Number(hours) >= 24 ? '0 0 3 * * *' : `0 0 */${Math.floor(Number(hours))} * * *`,
    }),
  ],
  [
    /'readinessPeriod' to (\d+) s/,
    (program, [, s]) => ({ ...program, api: { ...program.api, readinessPeriod: Duration.seconds(Number(s)) } }),
  ],
  [
    /after (\d+) s instead of \d+, and say so in 'databaseTimeout'/,
    (program, [, s]) => ({ ...program, api: { ...program.api, databaseTimeout: Duration.seconds(Number(s)) } }),
  ],
  [
    /'primaryLease\.leaseDuration' to (\d+) s/,
    (program, [, s]) => ({
      ...program,
      database: { ...program.database, primaryLease: { leaseDuration: Duration.seconds(Number(s)) } },
    }),
  ],
  [
    /--node-monitor-grace-period=(\d+)s .* in 'nodeMonitorGracePeriod'/,
    (program, [, s]) => ({
      ...program,
      platform: { ...program.platform, nodeMonitorGracePeriod: Duration.seconds(Number(s)) },
    }),
  ],
  [
    /within (\d+) s, and say so in 'measured\.response'/,
    (program, [, s]) => measured(program, { response: Duration.seconds(Number(s)) }),
  ],
];

function measured(program: Program, facts: NonNullable<PlatformProps['measured']>): Program {
  return { ...program, platform: { ...program.platform, measured: { ...program.platform?.measured, ...facts } } };
}

/** The patches that the text writes down, as a reader would copy them. */
function written(operations: string): ['database', JsonPatch][] {
  return [...operations.matchAll(/JsonPatch\.(add|remove)\('([^']+)'(?:, (.*?))?\)(?=, JsonPatch|$)/g)].map(
    ([, operation, path, value]) => [
      'database',
      operation === 'add' ? JsonPatch.add(path!, JSON.parse(value!)) : JsonPatch.remove(path!),
    ],
  );
}

/** Applies every piece of advice in a refusal, each once. */
function follow(program: Program, refusal: string): { readonly program: Program; readonly used: number[] } {
  const advice = /cheapest change that meets it: (.*); or [^;]*$/.exec(refusal)?.[1] ?? '';
  expect(advice).not.toBe('');
  const used: number[] = [];
  const after = advice.split('; together with: ').reduce((program, change) => {
    const i = FOLLOW.findIndex(([says]) => says.test(change));
    expect(`${i < 0 ? 'nobody can follow' : 'can follow'}: ${change}`).toBe(`can follow: ${change}`);
    used.push(i);
    const [says, write] = FOLLOW[i]!;
    return write(program, says.exec(change)!);
  }, program);
  return { program: after, used };
}

const db = (path: string, value: unknown): Program['patches'][number] => ['database', JsonPatch.add(path, value)];
const annotated = (name: string, value: string) => db('/metadata/annotations', { [name]: value });
const minutes = (rto: number) => ({ rpo: 0, rto: rto * 60 });

const CASES: readonly [string, Program, ObjectivesInSeconds][] = [
  [
    'single copies anywhere',
    { platform: { storage: Storage.replicated('longhorn', { replicas: 1 }) }, patches: [] },
    { nodeLoss: minutes(2) },
  ],
  [
    'an operator that is switched off',
    { patches: [annotated('cnpg.io/reconciliationLoop', 'disabled')] },
    { nodeLoss: minutes(2) },
  ],
  ['hibernation', { patches: [annotated('cnpg.io/hibernation', 'on')] }, { nodeLoss: minutes(2) }],
  [
    'a suspended schedule',
    { patches: [['backupSchedule', JsonPatch.add('/spec/suspend', true)]] },
    { clusterLoss: { rpo: 360, rto: 1800 } },
  ],
  [
    'preferred durability',
    { patches: [db('/spec/postgresql/synchronous/dataDurability', 'preferred')] },
    { nodeLoss: minutes(2) },
  ],
  [
    'no synchronous replication',
    { patches: [['database', JsonPatch.remove('/spec/postgresql/synchronous')]] },
    { nodeLoss: minutes(2) },
  ],
  [
    'local commits',
    { patches: [db('/spec/postgresql/parameters/synchronous_commit', 'local')] },
    { nodeLoss: minutes(2) },
  ],
  [
    'instances that may share a node',
    { patches: [db('/spec/affinity/podAntiAffinityType', 'preferred')] },
    { nodeLoss: minutes(2) },
  ],
  ['instances apart over zones', { patches: [db('/spec/affinity/topologyKey', 'zone')] }, { nodeLoss: minutes(2) }],
  ['streaming readiness', { patches: [db('/spec/probes/readiness/type', 'streaming')] }, { nodeLoss: minutes(2) }],
  ['two instances', { patches: [db('/spec/instances', 2)] }, { nodeLoss: minutes(2) }],
  ['a long smart shutdown', { patches: [db('/spec/smartShutdownTimeout', 100)] }, { instanceLoss: minutes(1) }],
  ['a delayed failover', { patches: [db('/spec/failoverDelay', 60)] }, { nodeLoss: minutes(2) }],
  ['one replica', { api: { replicas: 1 }, patches: [] }, { nodeLoss: minutes(2) }],
  ['a volume that takes long to restore', { patches: [] }, { clusterLoss: { rpo: 360, rto: 1200 } }],
  ['archiving that is too slow', { patches: [] }, { clusterLoss: { rpo: 120, rto: 1800 } }],
  [
    'base backups that are too rare',
    { schedule: '0 0 3 * * 0', patches: [] },
    { clusterLoss: { rpo: 360, rto: 2000 } },
  ],
  ['a readiness that is asked rarely', { patches: [] }, { nodeLoss: { rpo: 0, rto: 115 } }],
  [
    'an API that waits long for its database',
    { api: { databaseTimeout: Duration.minutes(15) }, patches: [] },
    { nodeLoss: minutes(2) },
  ],
  ['a lease that is too long', { patches: [] }, { instanceLoss: { rpo: 0, rto: 44 } }],
  ['a node that counts as there for long', { patches: [] }, { nodeLoss: { rpo: 0, rto: 90 } }],
  [
    'people who come late',
    { platform: { measured: { response: Duration.minutes(20), databaseSize: Size.gibibytes(1) } }, patches: [] },
    { clusterLoss: { rpo: 360, rto: 900 } },
  ],
  ['everything at once', { patches: [db('/spec/failoverDelay', 60)] }, { nodeLoss: { rpo: 0, rto: 67 } }],
];

describe('advice that is followed to the letter makes the refusal go', () => {
  const followed = new Set<number>();

  test.each(CASES)('%s', (_, program, objectives) => {
    let now = program;
    const first = refusals(now, objectives);
    expect(first.length).toBeGreaterThan(0);
    // A refusal of the recovery time and one of the recovery point may each have advice of their own.
    for (const refusal of first) {
      const { program: after, used } = follow(now, refusal);
      used.forEach((i) => followed.add(i));
      now = after;
    }
    expect(refusals(now, objectives)).toEqual([]);
  });

  test('and every kind of advice there is was followed', () => {
    expect(FOLLOW.map(([says]) => says.source).filter((_, i) => !followed.has(i))).toEqual([]);
    expect(LEVERS).toHaveLength(19);
  });
});
