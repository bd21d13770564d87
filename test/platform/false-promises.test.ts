import { JsonPatch, Size } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { objectiveProblems } from '../../lib/platform/check-objectives';
import { FAILURE_CLASSES } from '../../lib/platform/objectives';
import { predict, type Prediction } from '../../lib/platform/prediction';
import type { PredictionInput } from '../../lib/platform/prediction-input';
import { predictionInput } from '../../lib/platform/read-input';
import { type Parts, stateHub } from './_parts';

type Part = keyof Pick<Parts, 'database' | 'api' | 'backupSchedule' | 'objectStore'>;

/** State Hub with one of its objects patched, as somebody might on a bad day. */
function input(part: Part, ...patches: JsonPatch[]): PredictionInput {
  const parts = stateHub();
  parts[part].apiObject.addJsonPatch(...patches);
  return predictionInput(parts);
}
const of = (part: Part, ...patches: JsonPatch[]): Prediction => predict(input(part, ...patches));
const annotated = (name: string, value: string): JsonPatch => JsonPatch.add('/metadata/annotations', { [name]: value });

describe('an annotation that switches the operator off', () => {
  test.each([
    ['cnpg.io/reconciliationLoop', 'disabled', /'cnpg\.io\/reconciliationLoop' is 'disabled'/],
    ['cnpg.io/hibernation', 'on', /'cnpg\.io\/hibernation' is 'on'/],
    ['cnpg.io/fencedInstances', '["*"]', /'cnpg\.io\/fencedInstances' is '\["\*"\]'/],
  ])('%s blocks writes in every class, and any objective', (name, value, reason) => {
    const prediction = of('database', annotated(name, value));
    for (const c of FAILURE_CLASSES) {
      expect(prediction[c].writes.blockedBy).toMatch(reason);
    }
    const objectives = { nodeLoss: { rpo: 0, rto: 86_400 } };
    expect(objectiveProblems(input('database', annotated(name, value)), objectives)).toEqual([
      expect.stringMatching(
        /only a person brings writes back.*\n.*cheapest change that meets it: remove the annotation: apiObject\.addJsonPatch\(JsonPatch\.remove\('\/metadata\/annotations\/cnpg\.io~1/,
      ),
    ]);
  });

  test.each([
    ['cnpg.io/reconciliationLoop', 'enabled'],
    ['cnpg.io/hibernation', 'off'],
    ['cnpg.io/fencedInstances', '[]'],
  ])('%s does not, where it is %s', (name, value) => {
    expect(of('database', annotated(name, value))).toEqual(predict(predictionInput(stateHub())));
  });

  test('cnpg.io/skipWalArchiving leaves only base backups', () => {
    expect(of('database', annotated('cnpg.io/skipWalArchiving', 'enabled')).clusterLoss.rpo.worst).toBe(86_400);
  });

  test('alpha.cnpg.io/failoverQuorum overrides the field', () => {
    expect(input('database', annotated('alpha.cnpg.io/failoverQuorum', 'false')).database.failoverQuorum).toBe(false);
    expect(input('database', annotated('alpha.cnpg.io/failoverQuorum', 'true')).database.failoverQuorum).toBe(true);
  });
});

describe('backups that are not taken', () => {
  test.each<[string, Part, JsonPatch, RegExp]>([
    [
      'a suspended schedule',
      'backupSchedule',
      JsonPatch.add('/spec/suspend', true),
      /ScheduledBackup\/.* is suspended/,
    ],
    [
      'a schedule that is refused',
      'backupSchedule',
      JsonPatch.replace('/spec/schedule', '0 0 2 * * 7'),
      /the schedule of ScheduledBackup\/.* has day of week '7', which must be from 0 to 6/,
    ],
    [
      'a schedule that never runs',
      'backupSchedule',
      JsonPatch.replace('/spec/schedule', '0 0 2 30 2 *'),
      /the schedule of ScheduledBackup\/.* never runs/,
    ],
    [
      'a schedule of another cluster',
      'backupSchedule',
      JsonPatch.replace('/spec/cluster/name', 'other-db'),
      /backs up Cluster\/other-db, not Cluster\/state-hub-db/,
    ],
    [
      'a plugin that writes to another store',
      'database',
      JsonPatch.replace('/spec/plugins/0/parameters/barmanObjectName', 'elsewhere'),
      /archives to ObjectStore\/elsewhere/,
    ],
  ])('bound nothing: %s', (_, part, patch, reason) => {
    const { clusterLoss, humanError, nodeLoss } = of(part, patch);
    for (const prediction of [clusterLoss, humanError]) {
      expect(prediction.rpo.worst).toBeUndefined();
      expect(prediction.rpo.reason).toMatch(reason);
      expect(prediction.writes.blockedBy).toMatch(/nothing can be restored/);
    }
    expect(nodeLoss.writes.blockedBy).toBeUndefined();
  });

  test('name the field to change, and make an objective for the cluster unreachable', () => {
    const suspended = input('backupSchedule', JsonPatch.add('/spec/suspend', true));
    const [time, point] = objectiveProblems(suspended, { clusterLoss: { rpo: 86_400, rto: 86_400 } });
    expect(time).toMatch(/only a person brings writes back/);
    expect(point).toMatch(
      /is suspended, so no base backup is taken.* spec\.suspend\)\n.*correct 'ScheduledBackup\/.* spec\.suspend', or take back/,
    );
  });

  test('are said without a broken sentence where nothing is ever deleted', () => {
    const { reason } = of('objectStore', JsonPatch.remove('/spec/retentionPolicy')).humanError.rpo;
    expect(reason).toMatch(/^every transaction since the first base backup can be restored to/);
  });
});

describe('a figure that would look better than it is', () => {
  test('is not had by switching the timeout of standbys off: then they wait for the lost primary', () => {
    const never = JsonPatch.add('/spec/postgresql/parameters/wal_receiver_timeout', '0');
    expect(of('database', never).nodeLoss.writes.blockedBy).toMatch(/'wal_receiver_timeout' is 0/);
    expect(of('database', never).instanceLoss.writes.blockedBy).toBeUndefined();
  });

  test('is not had for reads where one node may take all instances', () => {
    const loose = JsonPatch.replace('/spec/affinity/podAntiAffinityType', 'preferred');
    expect(of('database', loose).nodeLoss.reads.blockedBy).toMatch(/several instances at once/);
  });

  test('does not call a commit on disk that a standby has only received', () => {
    const written = JsonPatch.add('/spec/postgresql/parameters/synchronous_commit', 'remote_write');
    const { rpo } = of('database', written).nodeLoss;
    expect(rpo.worst).toBe(0);
    expect(rpo.reason).toMatch(/before one standby has received it too; not yet on its disk/);
    expect(of('database').nodeLoss.rpo.reason).toMatch(/before it is on disk on one standby too/);
  });

  test('is not had with a database that is measured larger than its volume', () => {
    const measured = { databaseSize: Size.gibibytes(21) };
    expect(() => predictionInput(stateHub({ platform: { measured } }))).toThrow(
      /^Cluster\/state-hub-db: 'measured\.databaseSize' must be at most 20480 MiB, the size of the data volume, got 21504 MiB/,
    );
    expect(() =>
      predictionInput(stateHub({ platform: { measured: { databaseSize: Size.gibibytes(20) } } })),
    ).not.toThrow();
  });
});

describe('what a sum takes for granted is said', () => {
  const api = (...patches: JsonPatch[]) => of('api', ...patches).nodeLoss;

  test('that the API gives up a silent session, in the seconds that somebody declared or nobody did', () => {
    const declared = api(JsonPatch.add('/metadata/annotations', { 'cdk8s-phoenix.dev/database-timeout-seconds': '8' }));
    expect(declared.assumes).toContainEqual(
      expect.stringMatching(
        /does not answer after 8 s, as 'databaseTimeout' says, .* about 15 minutes \(tcp_retries2\)/,
      ),
    );
    expect(api().assumes).toContainEqual(
      expect.stringMatching(/does not answer after 10 s, though nobody declared that in 'databaseTimeout'/),
    );
    const session = ({ writes }: typeof declared) =>
      writes.terms.find(({ name }) => name === 'client gives up a silent session');
    expect(session(declared)).toMatchObject({ typical: 0, worst: 8 });
    const none = JsonPatch.add('/metadata/annotations', { 'cdk8s-phoenix.dev/database-timeout-seconds': '925' });
    expect(session(api(none))).toMatchObject({ typical: 925 - 67.5, worst: 925 });
    expect(objectiveProblems(input('api', none), { nodeLoss: { rpo: 0, rto: 120 } })[0]).toMatch(
      / 925 s {2}client gives up a silent session \(.*\)\n(.*\n)*.*after 13 s instead of 925, and say so in 'databaseTimeout'/,
    );
  });

  test('not where the API has no database, or no API is there', () => {
    const without = api(JsonPatch.replace('/spec/template/spec/containers/0/env', []));
    expect(without.api?.terms.map(({ name }) => name)).not.toContain('client gives up a silent session');
    expect(JSON.stringify(without.assumes)).not.toContain('databaseTimeout');
  });

  test('that the standby has replayed what it received, and which alert says that it has not', () => {
    for (const c of ['instanceLoss', 'nodeLoss'] as const) {
      expect(of('database')[c].assumes).toContainEqual(
        expect.stringMatching(/replays the rest first.* more than 30 s raises PhoenixDatabaseReplicationLag/),
      );
    }
  });

  test('and a declaration that is no number is refused', () => {
    expect(() =>
      input('api', JsonPatch.add('/metadata/annotations', { 'cdk8s-phoenix.dev/database-timeout-seconds': 'soon' })),
    ).toThrow(/'cdk8s-phoenix\.dev\/database-timeout-seconds' must be a number of at least 0.* got "soon"/);
  });
});

describe('an API pod on a lost node', () => {
  const tolerations = (...list: object[]): JsonPatch => JsonPatch.replace('/spec/template/spec/tolerations', list);
  const one = JsonPatch.replace('/spec/replicas', 1);
  const forever = { operator: 'Exists' };
  const short = {
    key: 'node.kubernetes.io/unreachable',
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 30,
  };

  const after = (...list: object[]): number | undefined => input('api', tolerations(...list)).api?.tolerationSeconds;

  test('leaves by the first of its tolerations that matches, as the eviction controller reads them', () => {
    expect(after(short, forever)).toBe(30);
    expect(after(forever, short)).toBeUndefined();
    expect(after({ ...short, tolerationSeconds: 90 }, short)).toBe(90);
    expect(after({ key: 'dedicated', operator: 'Exists' }, short)).toBe(30);
  });

  test('leaves after 300 seconds if nothing is said, and at once if what is said keeps the default away and does not match', () => {
    expect(after({ key: 'dedicated', operator: 'Exists' })).toBe(300);
    expect(after({ ...short, operator: 'Equal', value: 'x' })).toBe(0);
    expect(after({ ...short, effect: 'NoSchedule' })).toBe(300);
  });

  test('never leaves if it tolerates the loss for ever: that is said, and no sum is infinite', () => {
    const { nodeLoss } = of('api', one, tolerations(forever));
    expect(nodeLoss.api?.blockedBy).toMatch(/tolerates a lost node for ever/);
    expect(nodeLoss.api?.worst).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(of('api', tolerations(forever)).nodeLoss.redundancy?.blockedBy).toMatch(/tolerates a lost node for ever/);
    expect(of('api', tolerations(forever)).nodeLoss.api?.blockedBy).toBeUndefined();
    expect(
      JSON.stringify(objectiveProblems(input('api', one, tolerations(forever)), { nodeLoss: { rpo: 0, rto: 600 } })),
    ).toMatch(/only a person brings the API back.*run 2 replicas of the API instead of 1/);
  });

  test('does not come back where there are to be none', () => {
    const none = of('api', JsonPatch.replace('/spec/replicas', 0));
    for (const c of FAILURE_CLASSES) {
      expect(none[c].api?.blockedBy).toMatch(/'spec\.replicas' is 0/);
    }
  });
});
