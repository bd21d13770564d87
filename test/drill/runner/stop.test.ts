import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { BedPool } from '../../support/bed-pool';
import { bundle, DrillChild, runToEnd, runToPhase } from '../../support/drill-child';
import { BED_LOAD, failures, leftBehind } from '../../support/drill-run';
import type { ApiRequest, Fault } from '../../support/fake-kubernetes';
import { NAMESPACE, type Bed } from '../../support/fake-operator';

// Each test is a run or two in processes of their own, beside others.
vi.setConfig({ testTimeout: 90_000 });

// A drill may be stopped, or killed, at any moment: what it leaves then is what matters.

const folder = mkdtempSync(join(tmpdir(), 'phoenix-stop-'));
let pool: BedPool;
let runner: string;
beforeAll(async () => {
  runner = bundle(folder);
  pool = await BedPool.start(2, { tls: true });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await pool.stop();
});

/** Sends SIGTERM, and returns how it ended and how long that took. */
async function terminate(child: DrillChild) {
  const from = performance.now();
  child.process.kill('SIGTERM');
  const outcome = await child.finished;
  return { ...outcome, tookMs: performance.now() - from };
}

test.concurrent.each([
  ['lease', 2],
  ['preconditions', 2],
  ['load', 2],
  ['trigger', 2],
  ['observe', 1],
  ['settle', 1],
  ['verify', 1],
  ['clean up', 0],
] as const)('SIGTERM in phase %s cleans up within 10 s and ends with exit code %i', (phase, expected) =>
  pool.use({ outageMs: 1000 }, async (bed) => {
    if (phase === 'lease') {
      leaveLease(bed);
    }
    // Each phase lasts long enough for a signal to meet it.
    const stall = slow(phase);
    const options = { failover: { load: { ...BED_LOAD, baselineSeconds: 0.8, settleSeconds: 2 } } };
    const child =
      phase === 'lease' ? new DrillChild(runner, bed, options) : await runToPhase(phase, runner, bed, options);
    await child.says('start');
    bed.kubernetes.fault = stall;
    await sleep(50);
    const { code, evidence, tookMs, stderr } = await terminate(child);
    expect(stderr).toBe('');
    expect(tookMs).toBeLessThan(10_000);
    expect([evidence?.reason, code]).toEqual([expect.any(String), expected]);
    bed.kubernetes.fault = () => undefined;
    await bed.work;
    expect(await leftBehind(bed)).toEqual(phase === 'lease' ? ['Lease state-hub-drill'] : []);
  }),
);

test.concurrent('SIGTERM while the API is slow to say who the primary is: its pod is not deleted afterwards', () =>
  pool.use({ outageMs: 1000 }, async (bed) => {
    bed.kubernetes.fault = (r) => (r.verb === 'get' && r.resource === 'pods' ? { delayMs: 1500 } : undefined);
    const child = await runToPhase('trigger', runner, bed);
    await expect.poll(() => bed.kubernetes.requests.some((r) => r.verb === 'get' && r.resource === 'pods')).toBe(true);
    const { code, evidence, tookMs } = await terminate(child);
    expect(tookMs).toBeLessThan(10_000);
    expect([code, evidence!.verdict, evidence!.reason]).toEqual([
      2,
      'aborted',
      'stopped by a signal before the trigger',
    ]);
    await sleep(1500);
    expect(bed.kubernetes.requests.filter((r) => r.verb === 'delete' && r.resource === 'pods')).toEqual([]);
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent('SIGTERM while a delete is on its way counts as a trigger, and cleans up all the same', () =>
  pool.use({ outageMs: 1000 }, async (bed) => {
    bed.kubernetes.fault = (r) => (r.verb === 'delete' && r.resource === 'pods' ? { hang: true } : undefined);
    const child = await runToPhase('trigger', runner, bed);
    await expect.poll(() => bed.kubernetes.requests.some((r) => r.verb === 'delete'), { timeout: 5000 }).toBe(true);
    const { code, evidence, tookMs } = await terminate(child);
    expect(tookMs).toBeLessThan(10_000);
    expect([code, evidence!.verdict]).toEqual([1, 'failed']);
    expect(evidence!.reason).toMatch(/^run-complete: .*stopped by a signal$/);
    expect(await leftBehind(bed)).toEqual([]);
  }));

test.concurrent.each(['trigger', 'observe', 'verify', 'clean up'])(
  'SIGTERM in phase %s, with an API and a database that hang, ends within 10 s, leaves evidence, and the next run sweeps',
  (phase) =>
    pool.use({ outageMs: 1000 }, async (bed) => {
      const load = { ...BED_LOAD, attemptTimeoutMs: 30_000, baselineSeconds: 0.4 };
      const child = await runToPhase(phase, runner, bed, { failover: { load } });
      bed.kubernetes.fault = () => ({ hang: true });
      bed.database.rw.holdAnswers(true);
      const { code, termination, evidence, tookMs } = await terminate(child);
      expect(tookMs).toBeLessThan(10_000);
      expect(evidence?.cleanup.ok).toBe(false);
      expect(termination).toContain('cleanup FAILED');
      expect([1, 2, 3]).toContain(code);
      bed.kubernetes.fault = () => undefined;
      bed.database.rw.holdAnswers(false);
      bed.database.rw.reset();
      await bed.work;
      await sweeps(bed);
    }),
);

/** Milliseconds after the phase began, drawn once: the same on every machine. `bench/drill.mjs kills` draws new ones. */
test.concurrent.each([
  ['load', 170],
  ['trigger', 0],
  ['observe', 437],
  ['clean up', 3],
] as const)(
  'SIGKILL in phase %s, %i ms after it began: the next run sweeps and passes, and nothing is left',
  (phase, ms) =>
    pool.use({ outageMs: 1000 }, async (bed) => {
      const child = new DrillChild(runner, bed);
      await child.says('phase', phase);
      await sleep(ms);
      child.process.kill('SIGKILL');
      expect((await child.finished).code).toBeNull();
      await bed.work;
      await sweeps(bed);
    }),
);

/** One more run passes and leaves nothing. */
async function sweeps(bed: Bed): Promise<void> {
  const { code, evidence } = await runToEnd(runner, bed);
  expect([evidence!.reason, failures(evidence!)]).toEqual([expect.stringMatching(/^writes were back/), []]);
  expect(code).toBe(0);
  expect(await leftBehind(bed)).toEqual([]);
}

/** Makes the calls of a phase slow. */
function slow(phase: string): (request: ApiRequest) => Fault | undefined {
  const slowed: Record<string, (r: ApiRequest) => boolean> = {
    preconditions: (r) => r.resource === 'backups',
    trigger: (r) => r.verb === 'get' && r.resource === 'pods',
    verify: (r) => r.verb === 'get' && r.resource === 'failoverquorums',
    'clean up': (r) => r.resource === 'leases',
  };
  return (request) => (slowed[phase]?.(request) === true ? { delayMs: 400 } : undefined);
}

function leaveLease(bed: Bed): void {
  bed.kubernetes.put({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'state-hub-drill', namespace: NAMESPACE },
    spec: { holderIdentity: 'silent', leaseDurationSeconds: 20, renewTime: '2020-01-01T00:00:00.000000Z' },
  });
}
