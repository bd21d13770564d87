import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../lib/drill/runner/clock';
import { KubernetesClient } from '../../../lib/drill/runner/kubernetes';
import { Lease, LeaseHeld } from '../../../lib/drill/runner/lease';
import { httpTransport } from '../../../lib/drill/runner/transport';
import { FakeKubernetes } from '../../support/fake-kubernetes';

const PATH = '/apis/coordination.k8s.io/v1/namespaces/n/leases/drill';

let api: FakeKubernetes;
let never: AbortSignal;
beforeEach(async () => {
  api = await FakeKubernetes.listen();
  never = new AbortController().signal;
});
afterEach(() => api.close());

function lease(holder: string): Lease {
  const kubernetes = new KubernetesClient(httpTransport({ url: api.url, token: () => api.token }));
  return new Lease(kubernetes, systemClock(), { namespace: 'n', name: 'drill', seconds: 1 }, holder);
}

function holder(): unknown {
  return api.find(PATH)?.['spec'].holderIdentity;
}

function leaveBehind(name: string): void {
  api.put({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'drill', namespace: 'n' },
    spec: { holderIdentity: name, leaseDurationSeconds: 1, renewTime: '2020-01-01T00:00:00.000000Z' },
  });
}

test('a free lease is taken at once, renewed while it is held, and gone when it is given back', async () => {
  const mine = lease('a');
  await mine.acquire(never);
  const { renewTime } = api.find(PATH)!['spec'];
  expect(renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  await expect.poll(() => api.find(PATH)!['spec'].renewTime).not.toBe(renewTime);
  await mine.release();
  expect(api.find(PATH)).toBeUndefined();
  expect(mine.lost).toBe(false);
});

test('of two that wait for a dead holder one gets it, and the other does not take it away', async () => {
  leaveBehind('dead');
  const [a, b] = [lease('a'), lease('b')];
  const results = await Promise.allSettled([a.acquire(never), b.acquire(never)]);
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  expect(reasons).toEqual([expect.any(LeaseHeld)]);
  expect(['a', 'b']).toContain(holder());
  expect(reasons[0]!.message).toContain(`${String(holder())} runs a drill`);
  await Promise.all([a.release(), b.release()]);
  expect(api.find(PATH)).toBeUndefined();
});

test('a holder is dead only after its whole duration of silence', async () => {
  leaveBehind('dead');
  const from = performance.now();
  const mine = lease('a');
  await mine.acquire(never);
  expect(performance.now() - from).toBeGreaterThan(1000);
  await mine.release();
});

test('a lease that another has taken is not given back in its name', async () => {
  const mine = lease('a');
  await mine.acquire(never);
  api.change(PATH, (object) => (object['spec'].holderIdentity = 'thief'));
  await expect.poll(() => mine.lost).toBe(true);
  await mine.release();
  expect(holder()).toBe('thief');
});

test('a thief is noticed at once where it matters, and then the run may do no harm', async () => {
  const mine = lease('a');
  await mine.acquire(never);
  expect(await mine.confirm()).toBeUndefined();
  api.change(PATH, (object) => (object['spec'].holderIdentity = 'thief'));
  expect(await mine.confirm()).toBe(`another run took Lease 'drill'`);
  await mine.release();
});

test('a lease that was not renewed for as long as it lasts is in doubt, and is not when a beat has arrived again', async () => {
  const mine = lease('a');
  await mine.acquire(never);
  api.fault = () => ({ drop: true });
  await expect
    .poll(() => mine.doubt, { timeout: 3000 })
    .toMatch(/^Lease 'drill' could not be renewed for 1 s and lasts 1 s/);
  expect(mine.lost).toBe(false);
  api.fault = () => undefined;
  await expect.poll(() => mine.doubt, { timeout: 5000 }).toBeUndefined();
  await mine.release();
  expect(api.find(PATH)).toBeUndefined();
});

test('a run that is stopped while its lease is on the way gives it back', async () => {
  const stopping = new AbortController();
  const mine = lease('a');
  api.fault = (request) => (request.verb === 'create' ? { delayMs: 300 } : undefined);
  const taking = mine.acquire(stopping.signal);
  await expect.poll(() => api.requests.some((request) => request.verb === 'create')).toBe(true);
  stopping.abort();
  await mine.release();
  await taking;
  expect(api.find(PATH)).toBeUndefined();
});

test('a run that is stopped while it waits takes nothing', async () => {
  leaveBehind('dead');
  const stopping = new AbortController();
  const mine = lease('a');
  const waiting = mine.acquire(stopping.signal);
  setTimeout(() => stopping.abort(), 100);
  await expect(waiting).rejects.toThrow('stopped by a signal');
  expect(holder()).toBe('dead');
});
