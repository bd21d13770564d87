import { type App, Duration, JsonPatch } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { objectiveProblems, requireObjectives } from '../../lib/platform/check-objectives';
import type { ObjectivesInSeconds } from '../../lib/platform/objectives';
import { predictionInput } from '../../lib/platform/read-input';
import { type Parts, stateHub } from './_parts';

const input = predictionInput(stateHub());
const problems = (objectives: ObjectivesInSeconds): string[] => objectiveProblems(input, objectives);

function patched(pointer: string, value: unknown, parts: Parts = stateHub()): ReturnType<typeof predictionInput> {
  parts.database.apiObject.addJsonPatch(JsonPatch.add(pointer, value));
  return predictionInput(parts);
}

describe('an objective for the loss of a node', () => {
  test('of 2 minutes is accepted on stock settings', () => {
    expect(problems({ nodeLoss: { rpo: 0, rto: 120 } })).toEqual([]);
  });

  test('of 30 seconds is refused with the sum, term by term, and the least that can be promised', () => {
    const [problem, ...others] = problems({ nodeLoss: { rpo: 0, rto: 30 } });
    expect(others).toEqual([]);
    expect(problem).toMatch(
      /^'objectives\.nodeLoss\.rto' must be at least 117 s, got 30 s: so long the API can be out/,
    );
    expect(problem).toMatch(/ {2}50 s {2}node counts as unreachable \(nodeMonitorGracePeriod\)\n/);
    expect(problem).toMatch(
      / {2}15 s {2}primary lease runs out \(Cluster\/state-hub-db spec\.primaryLease\.leaseDurationSeconds\)\n/,
    );
    expect(problem).toMatch(/ 117 s {2}in all, at worst\n/);
    expect(problem).toMatch(
      /no setting that could be recommended meets it, all of them together leave 66 s: raise the objective to at least 117 s$/,
    );
    const rows = [...problem!.matchAll(/^ +([\d.]+) s {2}(?!in all)/gm)].map((row) => Number(row[1]));
    expect(rows.reduce((sum, row) => sum + row, 0)).toBe(117);
  });

  test('is met by all changes together at exactly the floor that is named, and not one second below', () => {
    expect(problems({ nodeLoss: { rpo: 0, rto: 66 } })[0]).toContain('cheapest change that meets it');
    expect(problems({ nodeLoss: { rpo: 0, rto: 65 } })[0]).toContain('no setting that could be recommended');
  });

  test('is met at exactly the worst case, and refused one second below', () => {
    expect(problems({ nodeLoss: { rpo: 0, rto: 117 } })).toEqual([]);
    expect(problems({ nodeLoss: { rpo: 0, rto: 116 } })).toHaveLength(1);
  });
});

describe('the cheapest change', () => {
  test('is the mildest value of one setting of ours, and it really meets the objective', () => {
    const slow = patched('/spec/failoverDelay', 60);
    const [problem] = objectiveProblems(slow, { nodeLoss: { rpo: 0, rto: 120 } });
    expect(problem).toMatch(
      /cheapest change that meets it: set 'failoverDelay' to 3: apiObject\.addJsonPatch\(JsonPatch\.add\('\/spec\/failoverDelay', 3\)\) on the database, or take back the patch before it; or raise the objective to at least 177 s$/,
    );
    expect(objectiveProblems(patched('/spec/failoverDelay', 3), { nodeLoss: { rpo: 0, rto: 120 } })).toEqual([]);
    expect(objectiveProblems(patched('/spec/failoverDelay', 4), { nodeLoss: { rpo: 0, rto: 120 } })).toHaveLength(1);
  });

  test('is zero for a smart shutdown that alone is too long', () => {
    const [problem] = objectiveProblems(patched('/spec/smartShutdownTimeout', 100), {
      instanceLoss: { rpo: 0, rto: 60 },
    });
    expect(problem).toMatch(/so long the API can be out when the primary is stopped in order/);
    expect(problem).toMatch(/cheapest change that meets it: set 'smartShutdownTimeout' to 15: apiObject/);
  });

  test('asks the platform only when no setting of ours is enough', () => {
    const [problem] = problems({ nodeLoss: { rpo: 0, rto: 90 } });
    expect(problem).toMatch(
      /cheapest change that meets it: run the controller manager with --node-monitor-grace-period=23s \(now 50s\)/,
    );
  });

  test('is several together when none alone is enough', () => {
    const [problem] = problems({ nodeLoss: { rpo: 0, rto: 70 } });
    expect(problem).toMatch(
      /'primaryLease\.leaseDuration' to 5 s.*; together with: .*--node-monitor-grace-period=\d+s/,
    );
    expect(problem!.slice(problem!.indexOf('cheapest'))).not.toContain('readinessPeriod');
  });

  test('is a shorter archive interval for the recovery point, and required durability where nothing bounds it', () => {
    expect(problems({ clusterLoss: { rpo: 120, rto: 1800 } })[0]).toMatch(
      /'objectives\.clusterLoss\.rpo' must be at least 315 s, got 120 s.*\n(.*\n)*.*set 'parameters\.archive_timeout' to '105s'/,
    );
    const preferred = patched('/spec/postgresql/synchronous/dataDurability', 'preferred');
    expect(objectiveProblems(preferred, { nodeLoss: { rpo: 60, rto: 120 } })).toEqual([
      expect.stringMatching(
        /nothing bounds what is lost: durability is 'preferred'.*\n.*set 'synchronous\.dataDurability' to 'required'/,
      ),
    ]);
  });

  test('is a second replica for an API that has one', () => {
    const one = predictionInput(stateHub({ api: { replicas: 1 } }));
    expect(objectiveProblems(one, { nodeLoss: { rpo: 0, rto: 120 } })[0]).toMatch(
      /run 2 replicas of the API instead of 1, with 'replicas';/,
    );
  });

  test('is three instances where two cannot acknowledge a write after a loss', () => {
    const two = patched('/spec/instances', 2);
    expect(objectiveProblems(two, { nodeLoss: { rpo: 0, rto: 120 } })[0]).toMatch(
      /only a person brings writes back: after losing one node of 2 instances.*\n.*run 3 instances instead of 2: apiObject/,
    );
  });

  test('is to measure the database where its volume is too large to restore in time', () => {
    expect(problems({ clusterLoss: { rpo: 360, rto: 1200 } })[0]).toMatch(
      /measure the database: if it is at most 1[23]\d\d\d MiB/,
    );
  });
});

describe('synthesis', () => {
  test('refuses an objective that a later JSON patch puts out of reach, and passes without the patch', () => {
    const objectives = { nodeLoss: { rpo: Duration.seconds(0), rto: Duration.minutes(2) } };
    for (const patch of [false, true]) {
      const parts = stateHub();
      const root = parts.api.node.root as App;
      requireObjectives(parts.api, parts, objectives);
      if (patch) {
        parts.database.apiObject.addJsonPatch(JsonPatch.add('/spec/failoverDelay', 60));
      }
      const found = root.node.findAll().flatMap((construct) => construct.node.validate());
      expect(found.filter((text) => text.includes('objectives.nodeLoss.rto'))).toHaveLength(patch ? 1 : 0);
    }
  });

  test('refuses objectives that contradict themselves at once', () => {
    const parts = stateHub();
    expect(() =>
      requireObjectives(parts.api, parts, { nodeLoss: { rpo: Duration.seconds(0), rto: Duration.seconds(0) } }),
    ).toThrow(/^state-hub\/api: 'objectives\.nodeLoss\.rto' must be longer than 0 seconds/);
  });

  test('refuses a liveness probe that a patch made less patient than a failover', () => {
    const parts = stateHub();
    expect(parts.api.node.validate()).toEqual([]);
    parts.api.apiObject.addJsonPatch(
      JsonPatch.replace('/spec/template/spec/containers/0/livenessProbe/failureThreshold', 9),
    );
    expect(parts.api.node.validate()).toEqual([
      expect.stringMatching(
        /^'livenessProbe' gives up after 90 s \(9 times 10 s\), but a failover of the database takes 92 s/,
      ),
    ]);
  });
});
