import { afterEach, beforeEach, expect, test } from 'vitest';
import { KubernetesClient, type KubernetesObject } from '../../../lib/drill/runner/kubernetes';
import { httpTransport } from '../../../lib/drill/runner/transport';
import { FakeKubernetes, type Fault } from '../../support/fake-kubernetes';

/** Jitter that takes the whole backoff away. */
const NO_WAIT = -0.5;
const MAPS = '/api/v1/namespaces/n/configmaps';
const MAP = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'n' }, data: { k: '1' } };

let api: FakeKubernetes;
let token = 'token-1';
beforeEach(async () => {
  api = await FakeKubernetes.listen();
  token = 'token-1';
});
afterEach(() => api.close());

function client(timeoutMs = 2000, random = NO_WAIT): KubernetesClient {
  return new KubernetesClient(httpTransport({ url: api.url, token: () => token }), {
    timeoutMs,
    random: () => random,
  });
}

/** Answers the first requests with these faults, the rest properly. */
function first(...faults: readonly Fault[]): void {
  const left = [...faults];
  api.fault = () => left.shift();
}

test('reads come through timeouts, cut connections, throttling and server errors', async () => {
  api.put(MAP);
  first(
    { hang: true },
    { drop: true },
    { status: 429, reason: 'TooManyRequests', retryAfter: 0 },
    { status: 503, reason: 'ServiceUnavailable' },
  );
  const map = await client(100).get(`${MAPS}/m`);
  expect(map.metadata.name).toBe('m');
  expect(api.requests).toHaveLength(5);
});

test('an API that never answers ends with an error that says what was asked, after five tries', async () => {
  api.fault = () => ({ hang: true });
  await expect(client(50).get(`${MAPS}/m`)).rejects.toMatchObject({
    code: 0,
    reason: 'NoAnswer',
    message: `GET ${MAPS}/m: no answer within 50 ms`,
  });
  expect(api.requests).toHaveLength(5);
});

test('a write that may have arrived is not repeated, one that was throttled is', async () => {
  first({ drop: true });
  await expect(client().create(MAPS, MAP)).rejects.toMatchObject({ code: 0, reason: 'NoAnswer' });
  expect(api.requests).toHaveLength(1);
  first({ hang: true });
  await expect(client(50).create(MAPS, MAP)).rejects.toMatchObject({ code: 0 });
  expect(api.requests).toHaveLength(2);
  first({ status: 503, reason: 'ServiceUnavailable' });
  await expect(client().patch(`${MAPS}/m`, {})).rejects.toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
  expect(api.requests).toHaveLength(3);
  first({ status: 429, reason: 'TooManyRequests', retryAfter: 0 });
  await client().create(MAPS, MAP);
  expect(api.requests).toHaveLength(5);
});

test('the wait that a throttling server asks for is kept', async () => {
  api.put(MAP);
  first({ status: 429, reason: 'TooManyRequests', retryAfter: 1 });
  const from = performance.now();
  await client().get(`${MAPS}/m`);
  expect(performance.now() - from).toBeGreaterThan(990);
});

test('a write that never left is repeated', async () => {
  const sent: string[] = [];
  const lost = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const flaky = new KubernetesClient(
    (request) => {
      sent.push(request.method);
      return sent.length < 3 ? Promise.reject(lost) : httpTransport({ url: api.url, token: () => token })(request);
    },
    { random: () => NO_WAIT },
  );
  await flaky.create(MAPS, MAP);
  expect(sent).toEqual(['POST', 'POST', 'POST']);
});

test('conflicts are errors of their own: a stale version, another uid, a name that is taken', async () => {
  const { metadata } = await client().create<KubernetesObject>(MAPS, MAP);
  await expect(client().create(MAPS, MAP)).rejects.toMatchObject({ code: 409, reason: 'AlreadyExists' });
  await client().patch(`${MAPS}/m`, { data: { k: '2' } });
  await expect(client().update(`${MAPS}/m`, { ...MAP, metadata })).rejects.toMatchObject({
    code: 409,
    reason: 'Conflict',
  });
  await expect(client().delete(`${MAPS}/m`, 'another-uid')).rejects.toMatchObject({ code: 409 });
  await client().delete(`${MAPS}/m`, metadata.uid!, 1);
  expect(api.requests.at(-1)!.body).toMatchObject({ gracePeriodSeconds: 1, preconditions: { uid: metadata.uid } });
  expect(await client().find(`${MAPS}/m`)).toBeUndefined();
});

test('the token is read again for each request, and again when the server does not know it', async () => {
  api.put(MAP);
  const kubernetes = client(2000, 0);
  await kubernetes.get(`${MAPS}/m`);
  api.token = 'token-2';
  setTimeout(() => (token = 'token-2'), 30);
  await kubernetes.get(`${MAPS}/m`);
  token = 'wrong';
  await expect(kubernetes.get(`${MAPS}/m`)).rejects.toMatchObject({ code: 401, reason: 'Unauthorized' });
});

test('a watch tells every state across cut connections, compacted history and server errors', async () => {
  const stopping = new AbortController();
  const told: string[] = [];
  api.put(MAP);
  const watching = client(300).watch(MAPS, 'm', stopping.signal, (object) =>
    told.push((object as unknown as typeof MAP).data.k),
  );
  const say = async (k: string) => {
    api.put({ ...MAP, data: { k } });
    const end = performance.now() + 3000;
    while (told.at(-1) !== k && performance.now() < end) {
      await new Promise((done) => setTimeout(done, 5));
    }
    expect(told.at(-1)).toBe(k);
  };
  await say('2');
  api.cutWatches();
  await say('3');
  api.compact();
  api.cutWatches();
  await say('4');
  first({ status: 410, reason: 'Expired' }, { status: 500, reason: 'InternalError' }, { hang: true });
  api.cutWatches();
  await say('5');
  expect(api.requests.filter((r) => r.verb === 'list').length).toBeGreaterThanOrEqual(3);
  stopping.abort();
  await watching;
});

test('a watch resumes from the version it has seen instead of listing again', async () => {
  const stopping = new AbortController();
  api.put(MAP);
  let seen = 0;
  const watching = client().watch(MAPS, 'm', stopping.signal, () => seen++);
  await expect.poll(() => seen > 0 && api.requests.some((r) => r.verb === 'watch')).toBe(true);
  api.cutWatches();
  api.put({ ...MAP, data: { k: 'while nobody watched' } });
  await expect.poll(() => seen).toBe(2);
  stopping.abort();
  await watching;
  expect(api.requests.filter((r) => r.verb === 'list')).toHaveLength(1);
});

test('text that is not from the API server is quoted, cut to a line', async () => {
  const proxy = new KubernetesClient(() =>
    Promise.resolve({
      status: 404,
      headers: {},
      body: (async function* () {
        yield `<html>${'x'.repeat(1000)}`;
      })(),
      cancel: () => undefined,
    }),
  );
  await expect(proxy.get('/x')).rejects.toThrow(/^GET \/x: 404 {2}<html>x{294}$/);
});
