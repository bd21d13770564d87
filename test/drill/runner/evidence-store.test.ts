import { afterEach, beforeEach, expect, test } from 'vitest';
import { seal } from '../../../lib/evidence/digest';
import type { Evidence } from '../../../lib/evidence/evidence';
import { readHistory } from '../../../lib/evidence/history';
import { EvidenceStore, previousDigest } from '../../../lib/drill/runner/evidence-store';
import { KubernetesClient } from '../../../lib/drill/runner/kubernetes';
import { httpTransport } from '../../../lib/drill/runner/transport';
import { FakeKubernetes } from '../../support/fake-kubernetes';

const PATH = '/api/v1/namespaces/n/configmaps/evidence';

let api: FakeKubernetes;
beforeEach(async () => {
  api = await FakeKubernetes.listen();
});
afterEach(() => api.close());

function store(keep = 10): EvidenceStore {
  const kubernetes = new KubernetesClient(httpTransport({ url: api.url, token: () => api.token }), { random: () => 0 });
  return new EvidenceStore(kubernetes, { namespace: 'n', configMap: 'evidence', keep });
}

/** The document of run number `n`, which ended `n` minutes after midnight. */
function build(n: number, change: Partial<Evidence> = {}): (before: readonly Evidence[]) => Evidence {
  return (before) => {
    const document: Omit<Evidence, 'digest' | 'previousDigest'> = {
      schema: 'cdk8s-phoenix/evidence/v1',
      drill: 'failover',
      mode: 'deletePrimary',
      runId: `20260101t0000${String(n).padStart(2, '0')}-abcdef`,
      service: 's',
      platform: 'p',
      startedAt: `2026-01-01T00:00:00.000Z`,
      finishedAt: `2026-01-01T00:${String(n).padStart(2, '0')}:00.000Z`,
      expiresAt: '2026-02-01T00:00:00.000Z',
      verdict: 'aborted',
      reason: 'a test',
      manifestsDigest: 'none',
      runnerDigest: `sha256:${'1'.repeat(64)}`,
      clusterUid: null,
      versions: { postgres: null, operator: null, kubernetes: null },
      imageDigests: [],
      preconditions: [],
      repetitions: [],
      inventory: [],
      checks: [],
      handover: [],
      cleanup: { ok: true, notes: [] },
      ...change,
    };
    return seal({ ...document, previousDigest: previousDigest(before, document) });
  };
}

function history(): ReturnType<typeof readHistory> {
  const data = api.find(PATH)!['data'] as Record<string, string>;
  return readHistory(Object.entries(data).map(([source, text]) => ({ source, text })));
}

test('runs that end at the same moment make one chain, not two', async () => {
  await Promise.all(
    Array.from({ length: 4 }, (_, i) =>
      store().append(build(i, { finishedAt: new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString() })),
    ),
  );
  const { documents } = history();
  expect(documents).toHaveLength(4);
  expect(new Set(documents.map(({ evidence }) => evidence.previousDigest)).size).toBe(4);
});

test('a chain of runs holds, and drills of another kind do not break into it', async () => {
  for (let n = 1; n <= 3; n++) {
    await store().append(build(n));
    await store().append(build(n + 10, { drill: 'readiness', mode: 'operator-machine' }));
  }
  expect(history().problems).toEqual([]);
  expect(history().documents.filter(({ evidence }) => evidence.previousDigest === null)).toHaveLength(2);
});

test('a run that began first and ended last is the newest, and survives pruning', async () => {
  for (let n = 2; n <= 5; n++) {
    await store(3).append(build(n));
  }
  const long = await store(3).append(build(1, { finishedAt: '2026-01-01T01:00:00.000Z' }));
  const { documents, problems } = history();
  expect(documents.at(-1)!.evidence.digest).toBe(long.digest);
  expect(documents).toHaveLength(3);
  expect(problems).toEqual([]);
});

test('a document that does not match its schema is not stored', async () => {
  await expect(store().append(build(1, { reason: '' }))).rejects.toThrow(
    'the document does not match its schema: /reason must have at least 1',
  );
  expect(api.find(PATH)).toBeUndefined();
});

test('documents that together outgrow a ConfigMap push the oldest out', async () => {
  const handover = ['x'.repeat(400_000)];
  for (let n = 1; n <= 4; n++) {
    await store().append(build(n, { handover }));
  }
  expect(history().documents.map(({ evidence }) => evidence.finishedAt.slice(14, 16))).toEqual(['03', '04']);
});

test('a document that was changed, removed or put in another order is found out', async () => {
  for (let n = 1; n <= 3; n++) {
    await store().append(build(n));
  }
  const data = api.find(PATH)!['data'] as Record<string, string>;
  const [one, two, three] = Object.keys(data)
    .sort()
    .map((key) => data[key]!) as [string, string, string];
  const problems = (...texts: string[]) =>
    readHistory(texts.map((text, i) => ({ source: `${i}`, text }))).problems.map((p) => p.problem);
  expect(problems(one, two, three)).toEqual([]);
  expect(problems(two, three)).toEqual([]);
  expect(problems(one, three)).toEqual([expect.stringMatching(/^breaks the chain: it names sha256:/)]);
  expect(problems(one, two.replace('a test', 'a text'), three)).toEqual([
    expect.stringMatching(/^was changed after it was written/),
    expect.stringMatching(/^breaks the chain/),
  ]);
  expect(problems('{', one)).toEqual([expect.stringMatching(/^is not JSON/)]);
  expect(problems('{}')).toEqual([expect.stringMatching(/^does not match schema evidence\.v1: /)]);
});
