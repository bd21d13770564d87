import { afterEach, expect, test } from 'vitest';
import { Availability } from '../../../lib/drill/runner/availability';
import { DatabaseClient } from '../../../lib/drill/runner/client';
import { systemClock } from '../../../lib/drill/runner/clock';
import type { Connection, DrillDatabase } from '../../../lib/drill/runner/database';
import { Series } from '../../../lib/drill/runner/series';
import { BED_LOAD } from '../../support/drill-run';

/** A connection that has no server: what becomes of its statements is the test's decision. */
interface Fake extends Connection {
  end: (error?: Error) => void;
}

let client: DatabaseClient | undefined;
let running: Promise<void> = Promise.resolve();
afterEach(async () => {
  client?.stop();
  client?.cut();
  await running;
});

/** A writer whose statements do as `work` says, and the connections that it has made. */
function writer(work: (connection: Fake, statement: number) => Promise<void>, hanging = 2) {
  const clock = systemClock();
  const connections: Fake[] = [];
  const series = new Series('writer 0', 'write', 1000);
  const problems: string[] = [];
  let statements = 0;
  const database = {
    connect: async () => {
      const connection: Fake = {
        client: {} as Connection['client'],
        warned: false,
        lost: false,
        cut: () => undefined,
        cancel: () => connection.end(new Error('Connection terminated unexpectedly')),
        end: () => undefined,
      };
      connections.push(connection);
      return connection;
    },
  } as unknown as DrillDatabase;
  client = new DatabaseClient({
    clock,
    database,
    address: { name: 'db', host: '127.0.0.1', port: 1 },
    timing: { ...BED_LOAD, intervalMs: 5, attemptTimeoutMs: 400 },
    hanging,
    series,
    availability: new Availability('writes', 'write', 1000),
    work: (connection) => work(connection as Fake, ++statements),
    failed: (problem) => problems.push(problem),
  });
  running = client.run();
  return { connections, series, problems, client, clock, statements: () => statements };
}

const hang = (connection: Fake) =>
  new Promise<void>((done, failed) => (connection.end = (error) => (error === undefined ? done() : failed(error))));

test('a statement on a connection that was lost while the client rested is never sent: it has failed, beyond doubt', async () => {
  const { series, connections, problems, statements } = writer(async (connection, statement) => {
    connection.lost = statement === 3;
  });
  await expect.poll(() => statements()).toBeGreaterThan(5);
  expect(series.tally).toMatchObject({ failed: 1, indeterminate: 0 });
  expect(problems).toEqual(['the connection was lost before the statement was sent']);
  expect(connections).toHaveLength(2);
});

test('a statement that hangs is overtaken on a new connection, and counted as what it became', async () => {
  const { series, client, clock, connections, statements } = writer((connection, statement) =>
    statement === 2 ? hang(connection) : Promise.resolve(),
  );
  await expect.poll(() => statements()).toBe(2);
  expect(client.overtake(clock.now() + 50, 50)).toBe(true);
  await expect.poll(() => statements()).toBeGreaterThan(8);
  expect(series.bands.map((band) => band.outcome)).toEqual(['ok', 'indeterminate', 'ok']);
  expect(series.tally).toMatchObject({ failed: 0, indeterminate: 0 });
  const { ok } = series.tally;
  connections[0]!.end();
  await expect.poll(() => series.tally.ok).toBeGreaterThan(ok);
  expect(series.flawed).toBe(false);
  expect(connections).toHaveLength(2);
});

test('a client that does not hang is not overtaken', async () => {
  const { client, clock, connections, statements } = writer(async () => undefined);
  await expect.poll(() => statements()).toBeGreaterThan(2);
  expect(client.overtake(clock.now(), 50)).toBe(false);
  expect(connections).toHaveLength(1);
});

test('of many that hang the oldest waits until its time is over, and the others make room', async () => {
  const { client, clock, connections, problems, statements } = writer(hang);
  for (let i = 1; i <= 5; i++) {
    await expect.poll(() => statements()).toBe(i);
    client.overtake(clock.now() + 50, 50);
  }
  await expect.poll(() => statements()).toBe(6);
  expect(connections.map(({ problem }) => problem)).toEqual([
    undefined,
    ...Array.from({ length: 3 }, () => 'overtaken by newer attempts'),
    undefined,
    undefined,
  ]);
  await expect.poll(() => problems).toContain('no answer within 400 ms');
});

test('a client that is stopped makes no attempt any more, and what was sent is answered or cut', async () => {
  const { client, series, statements } = writer(hang);
  await expect.poll(() => statements()).toBe(1);
  client.stop();
  client.cut();
  await running;
  expect(statements()).toBe(1);
  expect(series.tally).toEqual({ ok: 0, failed: 0, indeterminate: 1 });
});
