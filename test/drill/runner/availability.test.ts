import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Availability, worstDowntime } from '../../../lib/drill/runner/availability';

const SILENCE = 250;

/** Tells of attempts as they end: when each began, when it ended, and whether it succeeded. */
function told(attempts: readonly (readonly [from: number, to: number, success: boolean])[]): Availability {
  const service = new Availability('writes', 'write', SILENCE);
  const events = attempts.flatMap(([from, to, success]) => [
    { at: from, tell: () => service.begun(from) },
    { at: to, tell: () => service.ended(success, from, to) },
  ]);
  events.toSorted((a, b) => a.at - b.at).forEach(({ tell }) => tell());
  return service;
}

const steady = (from: number, to: number) =>
  Array.from({ length: (to - from) / 10 }, (_, i) => [from + i * 10, from + i * 10 + 4, true] as const);

test('an outage runs from the last success to the first of five in a row, however the attempts between them fail', () => {
  const refused = Array.from({ length: 90 }, (_, i) => [1005 + i * 10, 1006 + i * 10, false] as const);
  const hanging = [[1005, 1950, false] as const, [1010, 1960, false] as const];
  for (const between of [refused, hanging, []]) {
    const service = told([...steady(0, 1000), ...between, ...steady(2000, 2500)]);
    expect(service.until(2500)).toEqual([{ from: 994, to: 2004 }]);
  }
});

test('a stall in which every attempt waits and then succeeds is an outage', () => {
  const waiting = Array.from({ length: 8 }, (_, i) => [1000 + i, 4000 + i, true] as const);
  expect(told([...steady(0, 1000), ...waiting, ...steady(4010, 4500)]).until(4500)).toEqual([{ from: 994, to: 4000 }]);
});

test('what fails while other clients succeed is no outage, nor is a silence up to the threshold', () => {
  const failing = Array.from({ length: 100 }, (_, i) => [i * 10 + 1, i * 10 + 2, false] as const);
  const service = told([...steady(0, 1000), ...failing, [1240, 1244, true]]);
  expect(service.until(1244)).toEqual([]);
  // Beside it the longest attempt, and the longest time in which none began.
  expect(service.errorMs).toBe(SILENCE + 4 + 249);
  expect(service.widest).toEqual({ from: 994, to: 1244 });
  expect(service.downSince(1494)).toBeUndefined();
  expect(service.downSince(1495)).toBe(1244);
  expect(service.until(1495)).toEqual([{ from: 1244, to: null }]);
});

test('a success or four are luck: a failure of an attempt that began after them keeps the outage open', () => {
  const luck = [2000, 2010, 2020, 2030].map((at) => [at, at + 4, true] as const);
  const service = told([...steady(0, 1000), ...luck, [2040, 2041, false], ...steady(2050, 2500)]);
  expect(service.until(2500)).toEqual([{ from: 994, to: 2054 }]);
  expect(told([...steady(0, 1000), ...luck]).until(2040)).toEqual([{ from: 994, to: null }]);
});

test('a row that silence breaks belongs to the outage, and its time to the error', () => {
  const row = [2000, 2010].map((at) => [at, at + 4, true] as const);
  const service = told([...steady(0, 1000), ...row, ...steady(2400, 3000)]);
  expect(service.until(3000)).toEqual([{ from: 994, to: 2404 }]);
  // For each of two returns the longest attempt, 4, and its pauses; the gap, 10; and the row from 2004 to 2014.
  expect(service.errorMs).toBe(4 + (10 + 2 * 1010) + 4 + 1010 + 10);
});

test('an attempt from before the recovery that is given up after it does not undo it', () => {
  const old = [1100, 1150, 1200].map((at, i) => [at, 2006 + i * 10, false] as const);
  const service = told([...steady(0, 1000), ...old, ...steady(2000, 2500)]);
  expect(service.until(2500)).toEqual([{ from: 994, to: 2004 }]);
});

test('what was before the load was steady does not count', () => {
  const service = told([...steady(0, 100), ...steady(1000, 1100)]);
  expect(service.until(1100)).toHaveLength(1);
  service.steady(1100);
  expect(service.until(1100)).toEqual([]);
});

test('several outages are added, the worst service counts, and one without an end has no length', () => {
  const service = told([...steady(0, 1000), ...steady(2000, 3000), ...steady(5000, 5500)]);
  expect(service.until(5500)).toEqual([
    { from: 994, to: 2004 },
    { from: 2994, to: 5004 },
  ]);
  expect(worstDowntime([[], service.until(5500)])).toBe(3020);
  expect(worstDowntime([service.until(6000), []])).toBeNull();
});

test('the measured length is within the error that is stated, for any clients, pace and outage', () => {
  const ms = (min: number, max: number) => fc.integer({ min, max });
  fc.assert(
    fc.property(
      fc.record({
        clients: ms(1, 8),
        intervalMs: ms(1, 60),
        workMs: ms(1, 80),
        freshMs: ms(10, 120),
        downAt: ms(1000, 1500),
        downMs: ms(300, 5000),
        sleepAt: fc.oneof(ms(-400, 10), ms(0, 300)),
        sleepMs: ms(0, 400),
        how: fc.constantFrom('refused', 'silent'),
        seed: ms(0, 10_000),
      }),
      (world) => {
        const { measured, stated } = simulate(world);
        expect(Math.abs(measured - world.downMs)).toBeLessThanOrEqual(stated);
      },
    ),
    { numRuns: 1000 },
  );
});

interface World {
  clients: number;
  intervalMs: number;
  workMs: number;
  freshMs: number;
  downAt: number;
  downMs: number;
  /** The drill itself is asleep from so long before or after the end of the outage, for so long. */
  sleepAt: number;
  sleepMs: number;
  how: 'refused' | 'silent';
  /** Of how long attempts take. */
  seed: number;
}

/**
 * Clients as the load has them, against a service that is gone for a while: each makes one attempt after the other; one
 * that hangs is overtaken in turn. What happens while the drill sleeps is noticed when it wakes.
 */
function simulate(world: World): { measured: number; stated: number } {
  const { clients, intervalMs, workMs, freshMs, downAt, downMs, how, seed } = world;
  const service = new Availability('writes', 'write', 250);
  const upAt = downAt + downMs;
  const sleep = { from: upAt + world.sleepAt, to: upAt + world.sleepAt + world.sleepMs };
  const current = Array.from({ length: clients }, (_, i) => ({ next: i * 17, from: -1, end: Infinity, ok: true }));
  let [turn, attempts] = [0, 0];
  let freshAt = 0;
  for (let now = 0; now < upAt + 2000; now++) {
    if (now >= sleep.from && now < sleep.to) {
      continue;
    }
    for (const client of current) {
      if (now >= client.end) {
        service.ended(client.ok, client.from, now);
        Object.assign(client, { next: now + intervalMs, from: -1, end: Infinity });
      }
      if (client.from < 0 && now >= client.next) {
        begin(client, now);
      }
    }
    if (now >= freshAt && service.silentFor(now) > 125) {
      freshAt = now + freshMs;
      const client = current[turn++ % clients]!;
      if (client.from >= 0 && client.end === Infinity) {
        begin(client, now);
      }
    }
  }
  return { measured: worstDowntime([service.until(upAt + 2000)])!, stated: service.errorMs };

  function begin(client: (typeof current)[number], now: number): void {
    service.begun(now);
    // Jitter only downwards: the longest attempt of the steady load is seen before the outage.
    const part = ((++attempts * 7919 + seed) % 101) / 100;
    const takes = now < 500 ? workMs : Math.max(1, Math.round(workMs * part));
    const there = now >= upAt || now + takes < downAt;
    const end = there ? now + takes : how === 'refused' ? now + 1 : Infinity;
    Object.assign(client, { from: now, end, ok: there });
  }
}
