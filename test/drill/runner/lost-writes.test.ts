import { afterAll, beforeAll, expect, test } from 'vitest';
import { BED_LOAD, drill, failures } from '../../support/drill-run';
import { Bed } from '../../support/fake-operator';
import type { PostgresServer } from '../../support/postgres-server';

// The negative control of every promise about lost writes: without synchronous replication they must be found, exactly.

/** Rows of the dead primary, read from its own folder: what it had acknowledged and nobody else has. */
let onDead: Set<string>;
let bed: Bed;
beforeAll(async () => {
  bed = await Bed.start({
    synchronous: false,
    behaviour: {
      lagMs: 300,
      outageMs: 1500,
      onDead: async (dead) => {
        await dead.start();
        onDead = await rows(dead);
        dead.kill();
      },
    },
  });
});
afterAll(() => bed.stop());

test('asynchronous replication with a lagging standby loses writes, and the drill names exactly those', async () => {
  let onNew = new Set<string>();
  const { code, evidence, termination } = await drill(bed, {
    failover: { preconditions: { synchronous: false, archiving: true, backupMaxAgeSeconds: 0 } },
    onLine: (line) => {
      if (line.event === 'phase' && line.message === 'settle') {
        void rows(bed.database.primary).then((found) => (onNew = found));
      }
    },
  });
  expect(code).toBe(1);
  expect(evidence.reason).toMatch(
    /^acknowledged-writes-kept: expected no acknowledged write lost, observed \d+ lost over \d+ ms: 0:\d+-\d+/,
  );
  expect(failures(evidence)).toHaveLength(1);
  const [repetition] = evidence.repetitions;
  const lost = repetition!.lostWrites.flatMap((text) => {
    const [, writer, from, to] = /^(\d+):(\d+)-(\d+)$/.exec(text)!.map(Number) as [number, number, number, number];
    return Array.from({ length: to - from + 1 }, (_, i) => `${writer}:${from + i}`);
  });
  const expected = [...onDead].filter((row) => !onNew.has(row));
  expect(lost.length).toBeGreaterThan(10);
  expect(repetition!.writes.lost).toBe(lost.length);
  // A write that was on disk when the server died, but whose answer never left, is not lost: nobody was told.
  const unanswered = expected.filter((row) => !lost.includes(row));
  expect(lost.filter((row) => !expected.includes(row))).toEqual([]);
  expect(unanswered.length).toBeLessThanOrEqual(repetition!.writes.indeterminate);
  expect(repetition!.lossWindowMs).toBeGreaterThan(150);
  expect(repetition!.lossWindowMs).toBeLessThan(3000);
  expect(termination).toContain(`lost ${lost.length}`);
});

test('an objective that allows the loss does not call it a failure, and one that is a little too strict does', async () => {
  const run = (rpoSeconds: number) =>
    drill(bed, {
      failover: {
        objective: { rpoSeconds, rtoSeconds: 10 },
        preconditions: { synchronous: false, archiving: true, backupMaxAgeSeconds: 0 },
      },
    });
  const allowed = await run(5);
  expect(failures(allowed.evidence)).toEqual([]);
  expect(allowed.evidence.repetitions[0]!.writes.lost).toBeGreaterThan(0);
  const strict = await run(0.05);
  expect(strict.evidence.reason).toMatch(
    /^acknowledged-writes-kept: expected losses within 0\.05 s before the failure, none after it, observed \d+ lost over/,
  );
});

test('no objective allows the loss of a write that was acknowledged after the recovery', async () => {
  let vanished = 0;
  const { evidence } = await drill(bed, {
    failover: {
      objective: { rpoSeconds: 5, rtoSeconds: 10 },
      load: { ...BED_LOAD, settleSeconds: 1 },
      preconditions: { synchronous: false, archiving: true, backupMaxAgeSeconds: 0 },
    },
    onLine: (line) => {
      if (line.event === 'phase' && line.message === 'settle') {
        void (async () => {
          const [table] = await bed.database.drillTables();
          const gone = await bed.database.primary.query(
            `delete from ${table!.name} where at > now() - interval '300 ms' returning 1`,
            'phoenix_drill',
          );
          vanished = gone.length;
        })();
      }
    },
  });
  expect(vanished).toBeGreaterThan(5);
  expect(evidence.verdict).toBe('failed');
  expect(evidence.reason).toMatch(
    /^acknowledged-writes-kept: expected losses within 5 s before the failure, none after it, observed \d+ lost over \d+ ms, \d+ of them acknowledged after the failure: /,
  );
  expect(evidence.repetitions[0]!.writes.lost).toBeGreaterThanOrEqual(vanished);
});

async function rows(server: PostgresServer): Promise<Set<string>> {
  const tables = await bed.database.drillTables(server);
  const found = await server.query<{ row: string }>(
    `select writer || ':' || seq as row from ${tables[0]!.name}`,
    'phoenix_drill',
  );
  return new Set(found.map(({ row }) => row));
}
