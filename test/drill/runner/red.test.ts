import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../lib/drill/runner/clock';
import type { FailoverConfig } from '../../../lib/drill/runner/config';
import { BedPool } from '../../support/bed-pool';
import { BED_LOAD, drill, failures, leftBehind, storedEvidence, type LogLine } from '../../support/drill-run';
import type { ApiRequest } from '../../support/fake-kubernetes';
import { CLUSTER_PATH, NAMESPACE, type Bed } from '../../support/fake-operator';
import type { PostgresServer } from '../../support/postgres-server';

// A drill that has only ever been seen green is no evidence. Each test breaks one thing and wants the one reason.

const BOUNDS = { recoverySeconds: 10, redundancySeconds: 4, armSeconds: 1 };
const NOT_LONG = { ...BOUNDS, recoverySeconds: 3 };
/** A record of application data: on the way to the primary, a write. */
const isTlsData = (data: Buffer) => data[0] === 0x17;
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;

let pool: BedPool;
beforeAll(async () => {
  pool = await BedPool.start(3, { tls: true });
});
afterAll(() => pool.stop());

/** Names of the failed checks. */
const names = (evidence: Parameters<typeof failures>[0]) => failures(evidence).map((text) => text.split(':')[0]);

/** Does something once, when the run enters a phase. */
const at = (phase: string, act: () => void) => (line: LogLine) => {
  if (line.event === 'phase' && line.message === phase) {
    act();
  }
};

test.concurrent('a failover that quorum denies stops the load and hands over', () =>
  pool.use({ deniesFailover: true }, async (bed) => {
    const { code, evidence, termination } = await drill(bed, {
      failover: { bounds: { ...BOUNDS, recoverySeconds: 1.5 } },
    });
    expect(code).toBe(1);
    expect(evidence.reason).toMatch(
      /^primary-moved: .*phase 'Failing over'; the failover quorum is not held: 1 ready \+ 1 synchronous against 2 listed$/,
    );
    expect(evidence.repetitions[0]!.writeOutageMs).toBeNull();
    // Nobody could look, so nobody may say that nothing is lost.
    expect(evidence.repetitions[0]!.writes).toMatchObject({ lost: null, duplicated: null, refusedPresent: null });
    expect(failures(evidence)).toContain('acknowledged-writes-kept: unknown');
    expect(termination).toContain('lost unknown');
    expect(evidence.handover[0]).toBe('clients were not served again within 1.5 s; the load is stopped');
    expect(evidence.handover.join('\n')).toMatch(/pods: .*state-hub-db-\d ready/);
    expect(Buffer.byteLength(termination)).toBeLessThanOrEqual(4096);
    // Without a primary the table cannot go now; the run says so and the next one sweeps.
    expect(evidence.cleanup).toMatchObject({ ok: false, notes: [expect.stringContaining('the next run removes it')] });
    expect(bed.kubernetes.list(LEASE)).toEqual([]);
  }));

test.concurrent('a primary that never comes back fails the drill within its bound', () =>
  pool.use({ oldPrimary: 'never' }, async (bed) => {
    const { code, evidence, termination } = await drill(bed, { failover: { bounds: BOUNDS } });
    expect(code).toBe(1);
    expect(evidence.reason).toMatch(
      /^ex-primary-back: expected state-hub-db-\d streams from the new primary, observed not streaming$/,
    );
    expect(names(evidence)).toEqual(['ex-primary-back', 'ex-primary-refuses-writes', 'redundancy-back']);
    expect(termination).toContain('clients are served again; the drill found something wrong');
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent('two primaries at once are seen', () =>
  pool.use({ oldPrimary: 'second-primary' }, async (bed) => {
    const { code, evidence } = await drill(bed, { failover: { bounds: BOUNDS } });
    const { oldPrimary, newPrimary } = bed.truths.at(-1)!;
    expect(code).toBe(1);
    expect(evidence.reason).toMatch(/^one-primary: expected never more than one instance takes writes, observed /);
    expect(evidence.reason).toContain([oldPrimary, newPrimary].sort().join(' and '));
    expect(failures(evidence)).toContain('ex-primary-refuses-writes: accepted');
  }));

test.concurrent('a Secret that is rotated without reaching the pod fails with the words of TLS', () =>
  pool.use({}, async (bed) => {
    const { code, evidence } = await drill(bed, {
      failover: { bounds: NOT_LONG },
      onLine: at('trigger', () => bed.database.rotate(false)),
    });
    bed.database.rotate(true);
    expect(code).toBe(1);
    expect(evidence.reason).toMatch(
      /^clients-back: .*still down: writer 0, .*(certificate|unable to verify|self.signed)/i,
    );
    await bed.database.dropDrillTables();
  }));

test.concurrent('a path that answers 200 with an error in the body stops the drill before anything is touched', () =>
  pool.use({}, async (bed) => {
    bed.service.faults.summary = '{"detail":"database unavailable"}';
    const { code, evidence } = await drill(bed, { failover: { probes: [summaryOf(bed)] } });
    expect(code).toBe(2);
    expect(evidence.reason).toMatch(
      /^load-not-steady: probe summary before the trigger: status 200, but the body describes a problem: /,
    );
    expect(deletedPods(bed)).toEqual([]);
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent.each([
  ['{"status":"error"}', `'status' is not good`],
  ['<html><title>500 Internal Server Error</title></html>', 'the body is an error page'],
  ['', 'the body is empty'],
  ['{"items":[]}', `'episodes' was number before the drill and is missing`],
])('a path that answers 200 and %s after the failover is not up', (body, problem) =>
  pool.use({}, async (bed) => {
    const { code, evidence } = await drill(bed, {
      failover: { probes: [summaryOf(bed)], bounds: NOT_LONG },
      onLine: at('observe', () => (bed.service.faults.summary = body)),
    });
    expect(code).toBe(1);
    expect(evidence.reason).toMatch(/^clients-back: .*still down: probe summary; status 200, but /);
    expect(evidence.reason).toContain(problem);
    expect(await leftBehind(bed)).toEqual([]);
  }),
);

test.concurrent('an objective missed by one second fails', () =>
  pool.use({ outageMs: 1600 }, async (bed) => {
    const { code, evidence } = await drill(bed, { failover: { objective: { rpoSeconds: 0, rtoSeconds: 0.6 } } });
    expect(evidence.reason).toMatch(/^write-outage: expected at most 0\.6 s, observed [1-4]\.\d\d s$/);
    expect(names(evidence)).toEqual(expect.arrayContaining(['write-outage', 'api-outage']));
    expect(code).toBe(1);
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent('a health endpoint that says ok while writes fail is found out', () =>
  pool.use({ outageMs: 2200 }, async (bed) => {
    bed.service.faults.lyingHealth = true;
    const url = `${bed.service.url}/state/health`;
    const probes = [{ name: 'health', url, health: true, intervalMs: 50, timeoutMs: 500 }];
    const { code, evidence } = await drill(bed, { failover: { probes } });
    expect(code).toBe(1);
    expect(evidence.reason).toMatch(
      /^health-tells-the-truth: expected probe health fails .*, observed said ok through \d\.\d s without a write$/,
    );
    expect(names(evidence)).toEqual(['health-tells-the-truth']);
  }));

test.concurrent('rows that vanished, are there twice or nobody wrote are named, those of an earlier failover too', () => {
  let failovers = 0;
  const inTheSecond = async (primary: PostgresServer) => (++failovers === 2 ? damage(primary) : undefined);
  return pool.use({ beforeServing: inTheSecond }, async (bed) => {
    const { code, evidence } = await drill(bed, { failover: { repetitions: 2 } });
    expect(code).toBe(1);
    const [before, after] = evidence.repetitions;
    expect(before!.verdict).toBe('passed');
    // Writers 0 to 2 wrote in the first failover, 3 to 5 in the second.
    expect(after!.lostWrites).toEqual(['0:2-3', '4:4-4']);
    expect(after!.writes).toMatchObject({ lost: 3, duplicated: 1 });
    expect(failures(evidence)).toEqual([
      expect.stringMatching(/^acknowledged-writes-kept: 3 lost over \d+ ms: 0:2-3 4:4-4$/),
      'writes-once: 5:5-5',
      'no-unknown-rows: 5:1000001-1000001 77:1-1',
    ]);
  });
});

test.concurrent('a clock that jumps is named and does not change what was measured', () =>
  pool.use({ outageMs: 900 }, async (bed) => {
    const system = systemClock();
    let jump = 0;
    const clock = { now: () => system.now(), wall: () => new Date(system.wall().getTime() + jump) };
    const { code, evidence } = await drill(bed, { clock, onLine: at('observe', () => (jump = -3_600_000)) });
    expect(code).toBe(1);
    expect(evidence.reason).toMatch(
      /^clock-steady: expected wall clock within 500 ms of the monotonic clock, observed moved by -36000\d\d ms$|^clock-steady: .* moved by -3599\d{3} ms$/,
    );
    expect(names(evidence)).toEqual(['clock-steady']);
    expect(Math.abs(evidence.repetitions[0]!.writeOutageMs! - 900)).toBeLessThan(1000);
  }));

test.concurrent('a connection reset in the middle of a commit is counted as indeterminate, not as lost or refused', () =>
  pool.use({}, async (bed) => {
    const { rw } = bed.database;
    const before = await drill(bed, { onLine: at('load', () => setTimeout(() => rw.resetInstead(isTlsData, 1), 150)) });
    expect(before.code).toBe(2);
    expect(before.evidence.reason).toMatch(/^load-not-steady: writer \d before the trigger: /);

    const after = await drill(bed, {
      failover: { load: { ...BED_LOAD, settleSeconds: 0.6 } },
      onLine: at('settle', () => rw.resetInstead(isTlsData, 2)),
    });
    expect(failures(after.evidence)).toEqual([]);
    expect(after.evidence.repetitions[0]!.writes.indeterminatePresent).toBeGreaterThanOrEqual(2);
  }));

test.concurrent('a Lease that another run holds and renews aborts the drill', () =>
  pool.use({}, async (bed) => {
    const path = `${LEASE}/state-hub-drill`;
    bed.kubernetes.put({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'state-hub-drill', namespace: NAMESPACE },
      spec: { holderIdentity: 'other', leaseDurationSeconds: 1, renewTime: '1' },
    });
    let beat = 1;
    const renewing = setInterval(
      () => bed.kubernetes.change(path, (lease) => (lease['spec'].renewTime = String(++beat))),
      300,
    );
    const { code, evidence } = await drill(bed);
    clearInterval(renewing);
    expect(code).toBe(2);
    expect(evidence.reason).toBe(`lease-held: other runs a drill and renewed its Lease 'state-hub-drill' just now`);
    expect(bed.kubernetes.find(path)!['spec'].holderIdentity).toBe('other');
    expect(evidence.preconditions).toEqual([expect.objectContaining({ name: 'lease-taken', ok: false })]);
  }));

test.concurrent('each unmet precondition aborts before anything is touched', () =>
  pool.use({}, async (bed) => {
    const { kubernetes } = bed;
    const cnpg = CLUSTER_PATH.slice(0, CLUSTER_PATH.lastIndexOf('/clusters'));
    const cases: [string, () => void][] = [
      ['phase-healthy', () => kubernetes.change(CLUSTER_PATH, (c) => (c['status'].phase = 'Upgrading cluster'))],
      ['nothing-reconciling', () => kubernetes.change(CLUSTER_PATH, (c) => (c['status'].targetPrimary = 'pending'))],
      ['instances-ready', () => kubernetes.change(CLUSTER_PATH, (c) => (c['status'].readyInstances = 2))],
      ['archiving-works', () => kubernetes.change(CLUSTER_PATH, (c) => (c['status'].conditions = []))],
      [
        'no-backup-running',
        () =>
          kubernetes.put({
            ...kubernetes.find(`${cnpg}/backups/state-hub-db-base`)!,
            metadata: { name: 'now', namespace: NAMESPACE },
            status: {},
          }),
      ],
      [
        'backup-fresh',
        () =>
          kubernetes.change(
            `${cnpg}/backups/state-hub-db-base`,
            (b) => (b['status'].stoppedAt = '2020-01-01T00:00:00Z'),
          ),
      ],
      [
        'failover-quorum',
        () => kubernetes.change(`${cnpg}/failoverquorums/state-hub-db`, (q) => (q['status'].standbyNumber = 0)),
      ],
    ];
    for (const [name, break_] of cases) {
      bed.describe(true);
      kubernetes.remove(`${cnpg}/backups/now`);
      break_();
      const { code, evidence } = await drill(bed);
      expect([name, code, evidence.reason.split(':')[0], failures(evidence).length]).toEqual([name, 2, name, 1]);
    }
    kubernetes.remove(`${cnpg}/backups/now`);
    expect(kubernetes.requests.filter((r) => r.resource === 'pods' && r.verb === 'delete')).toEqual([]);
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent('a standby that is gone, though the operator says that all are ready, aborts the drill', () =>
  pool.use({}, async (bed) => {
    const [standby] = bed.database.standbys;
    standby!.kill();
    await expect.poll(() => bed.database.primary.query('select 1 as i from pg_stat_replication')).toEqual([{ i: 1 }]);
    const { code, evidence } = await drill(bed);
    expect(code).toBe(2);
    const other = bed.database.standbys[0]!.options.name;
    expect(evidence.reason).toBe(`standbys-streaming: expected 2 standbys streaming, observed ${other}`);
    expect(failures(evidence)).toHaveLength(1);
  }));

test.concurrent('a primary whose commits wait for nobody aborts the drill', () =>
  pool.use({}, async (bed) => {
    const { primary } = bed.database;
    const asynchronous = async (set: string, streaming: string) => {
      await primary.query(`alter system ${set} synchronous_standby_names${set === 'set' ? ` = ''` : ''}`);
      primary.reload();
      await expect
        .poll(() => primary.query(`select sync_state from pg_stat_replication`), { timeout: 5000 })
        .toEqual([{ sync_state: streaming }, { sync_state: streaming }]);
    };
    await asynchronous('set', 'async');
    const { code, evidence } = await drill(bed);
    await asynchronous('reset', 'quorum');
    expect(code).toBe(2);
    expect(evidence.reason).toBe(
      'synchronous-standby: expected at least one standby that commits wait for, observed none, synchronous_commit on',
    );
    expect(failures(evidence)).toHaveLength(1);
    expect(deletedPods(bed)).toEqual([]);
  }));

test.concurrent('a standby that has received everything and replays nothing aborts the drill, and the table is removed', () =>
  pool.use({}, async (bed) => {
    const [standby] = bed.database.standbys;
    await standby!.query('select pg_wal_replay_pause()');
    const { code, evidence } = await drill(bed);
    await standby!.query('select pg_wal_replay_resume()');
    expect(code).toBe(2);
    expect(evidence.reason).toBe(`standby-lags: a standby has not replayed the ledger's table after 5000 ms`);
    expect(deletedPods(bed)).toEqual([]);
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent('an API that throttles, drops and forgets does not disturb the measurement', () =>
  pool.use({ outageMs: 900 }, async (bed) => {
    let n = 0;
    bed.kubernetes.fault = () => {
      n++;
      return n % 5 === 0
        ? { drop: true }
        : n % 7 === 0
          ? { status: 429, reason: 'TooManyRequests', retryAfter: 0 }
          : undefined;
    };
    const lost = [
      bed.kubernetes.loseAnswers((r) => r.verb === 'create' && r.resource === 'leases', 1),
      bed.kubernetes.loseAnswers((r) => r.verb === 'delete' && r.resource === 'pods', 1),
      bed.kubernetes.loseAnswers((r) => r.verb === 'create' && r.resource === 'configmaps', 1),
    ];
    const compact = at('observe', () => {
      bed.kubernetes.compact();
      bed.kubernetes.cutWatches();
    });
    const result = await drill(bed, { onLine: compact });
    expect(failures(result.evidence)).toEqual([]);
    expect(result.evidence.reason).toMatch(/^writes were back/);
    expect(Math.abs(result.evidence.repetitions[0]!.writeOutageMs! - 900)).toBeLessThan(1000);
    expect(n).toBeGreaterThan(35);
    expect(lost.map((one) => one.left)).toEqual([0, 0, 0]);
    expect(await leftBehind(bed)).toEqual([]);
    expect(storedEvidence(bed)).toHaveLength(1);
  }));

test.concurrent('an API that does not answer aborts the drill before anything is touched', () =>
  pool.use({}, async (bed) => {
    bed.kubernetes.fault = () => ({ hang: true });
    const { code, evidence } = await drill(bed, { timeoutMs: 50 });
    expect(code).toBe(2);
    expect(evidence.reason).toMatch(/^lease-not-taken: GET .*\/leases\/state-hub-drill: no answer within 50 ms$/);
    expect(evidence.cleanup.notes).toContainEqual(expect.stringMatching(/^evidence was not stored in ConfigMap/));
  }));

test.concurrent('a watch that stays silent for ever does not hide the failover', () =>
  pool.use({}, async (bed) => {
    bed.kubernetes.fault = (r) => (r.verb === 'watch' ? { hang: true } : undefined);
    const { code, evidence } = await drill(bed);
    expect(failures(evidence)).toEqual([]);
    expect(code).toBe(0);
    expect(evidence.repetitions[0]!.marks.map((mark) => mark.what)).toContain('phase: Cluster in healthy state');
  }));

/** Takes rows away and puts rows in, behind everybody's back. */
async function damage(primary: PostgresServer): Promise<void> {
  const tables = await primary.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public'`,
    'phoenix_drill',
  );
  const { name } = tables[0]!;
  for (const sql of [
    `delete from ${name} where (writer, seq) in ((0, 2), (0, 3), (4, 4))`,
    `insert into ${name} (writer, seq) values (5, 5), (5, 1000001), (77, 1)`,
  ]) {
    await primary.query(sql, 'phoenix_drill');
  }
}

function summaryOf(bed: Bed): FailoverConfig['probes'][number] {
  return { name: 'summary', url: `${bed.service.url}/state/summary`, health: false, intervalMs: 50, timeoutMs: 1500 };
}

function deletedPods(bed: Bed): ApiRequest[] {
  return bed.kubernetes.requests.filter((r) => r.resource === 'pods' && r.verb === 'delete');
}
