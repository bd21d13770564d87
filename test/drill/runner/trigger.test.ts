import { afterAll, beforeAll, expect, test } from 'vitest';
import { DrillDatabase, type Connection } from '../../../lib/drill/runner/database';
import { BedPool } from '../../support/bed-pool';
import { BED_LOAD, bedConfig, drill, failures, leftBehind, type LogLine } from '../../support/drill-run';
import type { ApiRequest } from '../../support/fake-kubernetes';
import { CLUSTER_PATH, NAMESPACE, type Bed } from '../../support/fake-operator';

// What a drill may do to a cluster, and when it must not: the one step that does harm.

const BOUNDS = { recoverySeconds: 10, redundancySeconds: 4, armSeconds: 1 };
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;

let pool: BedPool;
beforeAll(async () => {
  pool = await BedPool.start(3);
});
afterAll(() => pool.stop());

/** Does something once, when the run enters a phase. */
const at = (phase: string, act: () => void) => (line: LogLine) => {
  if (line.event === 'phase' && line.message === phase) {
    act();
  }
};

/** Does something once, when the drill waits for the plug. */
const armed = (act: () => unknown) => (line: LogLine) => {
  if (line.event === 'armed') {
    act();
  }
};

test.concurrent('a Lease that is taken away under load stops the drill before the trigger, and the other run keeps what it has', () =>
  pool.use({}, async (bed) => {
    const thief = new Thief(bed);
    const { code, evidence } = await drill(bed, {
      failover: { repetitions: 2 },
      onLine: at('load', () => void thief.steal()),
    });
    expect(code).toBe(2);
    expect(evidence.reason).toBe(`lease-lost: another run took Lease 'state-hub-drill'`);
    expect(deletedPods(bed)).toEqual([]);
    expect(await thief.has()).toEqual(['thief', 'phoenix_ledger_thief', 1]);
  }));

test.concurrent('a Lease that is taken away during the first of two failovers fails the drill, and there is no second one', () =>
  pool.use({}, async (bed) => {
    const thief = new Thief(bed);
    const { code, evidence } = await drill(bed, {
      failover: { repetitions: 2, load: { ...BED_LOAD, settleSeconds: 0.8 } },
      onLine: at('settle', () => void thief.steal()),
    });
    expect(code).toBe(1);
    expect(evidence.reason).toBe('lease-kept: expected no other run took the Lease, observed another run took it');
    expect(evidence.repetitions).toHaveLength(1);
    expect(deletedPods(bed)).toHaveLength(1);
    expect(await thief.has()).toEqual(['thief', 'phoenix_ledger_thief', 1]);
  }));

test.concurrent('a Lease that cannot be renewed for as long as it lasts stops the drill before the trigger', () =>
  pool.use({}, async (bed) => {
    bed.kubernetes.fault = (r) =>
      r.resource === 'leases' && r.verb === 'update' ? { status: 500, reason: 'InternalError' } : undefined;
    const { code, evidence } = await drill(bed, { failover: { load: { ...BED_LOAD, baselineSeconds: 2.5 } } });
    expect(code).toBe(2);
    expect(evidence.reason).toMatch(/^lease-lost: Lease 'state-hub-drill' could not be renewed for \d s and lasts 2 s/);
    expect(deletedPods(bed)).toEqual([]);
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent('a status patch that always conflicts aborts the switchover', () =>
  pool.use({}, async (bed) => {
    bed.kubernetes.fault = (r) => (r.verb === 'patch' ? { status: 409, reason: 'Conflict' } : undefined);
    const { code, evidence } = await drill(bed, { failover: { mode: 'switchover' } });
    expect(code).toBe(2);
    expect(evidence.reason).toMatch(/^PATCH .*\/clusters\/state-hub-db\/status: 409 Conflict/);
    expect(bed.kubernetes.requests.filter((r) => r.verb === 'patch')).toHaveLength(5);
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent.each([
  ['the pods', (r: ApiRequest) => r.verb === 'list' && r.resource === 'pods', 'the pods could not be listed'],
  ['the Cluster', (r: ApiRequest) => r.verb === 'get' && r.resource === 'clusters', 'the Cluster could not be read'],
] as const)('a switchover that may not read %s any more sends nothing and is aborted', (_, matches, problem) =>
  pool.use({}, async (bed) => {
    let refused = false;
    bed.kubernetes.fault = (r) => (refused && matches(r) ? { status: 403, reason: 'Forbidden' } : undefined);
    const { code, evidence } = await drill(bed, {
      failover: { mode: 'switchover' },
      onLine: at('trigger', () => (refused = true)),
    });
    expect(code).toBe(2);
    expect(evidence.verdict).toBe('aborted');
    expect(evidence.reason).toContain(problem);
    expect(bed.kubernetes.requests.filter((r) => r.verb === 'patch')).toEqual([]);
    expect(await leftBehind(bed)).toEqual([]);
  }),
);

test.concurrent('a switchover of which nobody knows whether it was asked for counts as asked for', () =>
  pool.use({}, async (bed) => {
    bed.kubernetes.fault = (r) => (r.verb === 'patch' ? { drop: true } : undefined);
    const { code, evidence } = await drill(bed, {
      failover: { mode: 'switchover', bounds: { ...BOUNDS, recoverySeconds: 1 } },
    });
    expect(code).toBe(1);
    expect(evidence.verdict).toBe('failed');
    expect(evidence.reason).toMatch(/^primary-moved: /);
    expect(bed.kubernetes.requests.filter((r) => r.verb === 'patch')).toHaveLength(5);
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent('a delete of which nobody knows whether it arrived counts as arrived', () =>
  pool.use({}, async (bed) => {
    bed.kubernetes.fault = (r) => (r.verb === 'delete' && r.resource === 'pods' ? { drop: true } : undefined);
    const { code, evidence } = await drill(bed, { failover: { bounds: { ...BOUNDS, recoverySeconds: 1 } } });
    expect(code).toBe(1);
    expect(evidence.reason).toMatch(/^primary-moved: /);
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent('a switchover whose patch arrived without its answer goes on', () =>
  pool.use({}, async (bed) => {
    const fault = bed.kubernetes.loseAnswers((r) => r.verb === 'patch', 1);
    const { code, evidence } = await drill(bed, { failover: { mode: 'switchover' } });
    expect(failures(evidence)).toEqual([]);
    expect(code).toBe(0);
    expect(fault.left).toBe(0);
    expect(bed.kubernetes.requests.filter((r) => r.verb === 'patch')).toHaveLength(1);
  }));

test.concurrent('a pod that was replaced since the look is not deleted', () =>
  pool.use({}, async (bed) => {
    bed.kubernetes.fault = (r) =>
      r.verb === 'delete' && r.resource === 'pods' ? { status: 409, reason: 'Conflict' } : undefined;
    const { code, evidence } = await drill(bed);
    expect(code).toBe(2);
    expect(evidence.reason).toMatch(/^DELETE .*\/pods\/state-hub-db-\d: 409 Conflict/);
    const [request] = bed.kubernetes.requests.filter((r) => r.verb === 'delete' && r.resource === 'pods');
    expect(request!.body).toMatchObject({ gracePeriodSeconds: 1, preconditions: { uid: expect.any(String) } });
  }));

test.concurrent('an external drill does not run on the node whose plug is pulled', () =>
  pool.use({}, async (bed) => {
    const primary = bed.database.primary.options.name;
    const { code, evidence } = await drill(bed, {
      node: `railiance0${primary.slice(-1)}`,
      failover: { mode: 'external' },
    });
    expect(code).toBe(2);
    expect(evidence.reason).toMatch(
      /^drill-survives: expected the drill runs on another node than railiance0\d, observed railiance0\d$/,
    );
  }));

test.concurrent('an external drill waits for the plug, measures from there, and asks for the node when clients are served again', () =>
  pool.use({ outageMs: 1600, link: 'silent' }, async (bed) => {
    const { code, evidence, lines } = await drill(bed, {
      failover: { mode: 'external' },
      onLine: armed(() => setTimeout(() => bed.pullPlug(), 700)),
    });
    expect(failures(evidence)).toEqual([]);
    expect(code).toBe(0);
    const { marks, redundancyMs, primaryBefore } = evidence.repetitions[0]!;
    const at = (what: string) => marks.find((mark) => mark.what.startsWith(what))!.at;
    expect(at('the plug was pulled') - at('trigger: external')).toBeGreaterThan(600);
    expect(redundancyMs).toBeLessThan(at('all instances back') - at('trigger: external') - 600);
    const asked = lines.findIndex((line) => line.event === 'restore');
    expect(lines[asked]!.message).toMatch(
      new RegExp(
        `^clients are served again: now give railiance0${primaryBefore.slice(-1)} its power back; the drill fails unless ${primaryBefore} streams again within 1\\d s$`,
      ),
    );
    expect(asked).toBeLessThan(lines.findIndex((line) => line.message === 'settle'));
    expect(deletedPods(bed)).toEqual([]);
  }));

test.concurrent('one connection that is reset while an external drill is armed is not the plug', () =>
  pool.use({}, async (bed) => {
    const { code, evidence, lines } = await drill(bed, {
      failover: { mode: 'external', bounds: { ...BOUNDS, armSeconds: 1.5 } },
      onLine: armed(() => bed.database.rw.resetInstead(() => true, 1)),
    });
    expect(code).toBe(2);
    expect(evidence.reason).toMatch(/^nothing happened within 1\.5 s: writes succeed and state-hub-db-\d is still/);
    expect(lines.findLast((line) => line.event === 'progress')?.message).toMatch(
      /, (0 failed, 1|1 failed, 0) indeterminate/,
    );
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent('an external drill sees that the operator replaces the primary, though writes still succeed', () =>
  pool.use({}, async (bed) => {
    const [next] = bed.database.standbys;
    const { evidence } = await drill(bed, {
      failover: { mode: 'external', bounds: { ...BOUNDS, recoverySeconds: 1 } },
      onLine: armed(() =>
        bed.kubernetes.change(CLUSTER_PATH, (cluster) => (cluster['status'].targetPrimary = next!.options.name)),
      ),
    });
    expect(evidence.repetitions[0]!.marks.map((mark) => mark.what)).toContain('the plug was pulled');
    expect(evidence.reason).toMatch(/^primary-moved: /);
  }));

test.concurrent('an external drill whose plug nobody pulls is aborted', () =>
  pool.use({ outageMs: 1200 }, async (bed) => {
    const { code, evidence } = await drill(bed, {
      failover: { mode: 'external', bounds: { recoverySeconds: 5, redundancySeconds: 5, armSeconds: 0.5 } },
    });
    expect(code).toBe(2);
    expect(evidence.verdict).toBe('aborted');
    expect(evidence.reason).toMatch(/^nothing happened within 0\.5 s/);
    expect(await leftBehind(bed)).toEqual([]);
  }));

/** Another run that takes the Lease though it is held, and has a table and a session of its own. */
class Thief {
  private connection: Connection | undefined;

  public constructor(private readonly bed: Bed) {}

  public async steal(): Promise<void> {
    this.bed.kubernetes.change(`${LEASE}/state-hub-drill`, (lease) => (lease['spec'].holderIdentity = 'thief'));
    const database = new DrillDatabase(bedConfig(this.bed).failover!.database, 'phoenix-drill-thief');
    this.connection = await database.connect(database.primary, 5000);
    await this.connection.client.query('create table phoenix_ledger_thief (i int)');
  }

  /** Lease, tables, and what its session says to one more write. */
  public async has(): Promise<readonly unknown[]> {
    const lease = this.bed.kubernetes.find(`${LEASE}/state-hub-drill`);
    const tables = await this.bed.database.drillTables();
    const { rowCount } = await this.connection!.client.query('insert into phoenix_ledger_thief values (1)');
    this.connection!.cut();
    return [lease?.['spec'].holderIdentity, ...tables.map((table) => table.name), rowCount];
  }
}

function deletedPods(bed: Bed): ApiRequest[] {
  return bed.kubernetes.requests.filter((r) => r.resource === 'pods' && r.verb === 'delete');
}
