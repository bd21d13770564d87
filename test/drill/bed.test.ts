import { afterAll, beforeAll, expect, test } from 'vitest';
import { Bed, CLUSTER, PODS } from '../support/fake-operator';

let bed: Bed;
beforeAll(async () => {
  bed = await Bed.start({ behaviour: { outageMs: 800 } });
});
afterAll(() => bed.stop());

test('the bed replicates synchronously and a standby refuses writes', async () => {
  const rows = await bed.database.primary.query<{ sync_state: string }>('select sync_state from pg_stat_replication');
  expect(rows.map((row) => row.sync_state)).toEqual(['quorum', 'quorum']);
  await expect(bed.database.standbys[0]!.query('create table no (i int)')).rejects.toMatchObject({ code: '25006' });
});

test('the fake operator refuses a Cluster that the CRD refuses', () => {
  expect(() =>
    bed.kubernetes.put({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name: 'x', namespace: 'x' },
      spec: { instances: 3 },
      status: { currentPrimry: 'x-1' },
    }),
  ).toThrow('currentPrimry');
});

test('deleting the primary pod kills the server, promotes a standby and brings the old one back', async () => {
  const { kubernetes, database } = bed;
  const old = database.primary;
  const pod = kubernetes.find(`${PODS}/${old.options.name}`)!;
  const response = await fetch(`${kubernetes.url}${PODS}/${old.options.name}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${kubernetes.token}` },
    body: JSON.stringify({ preconditions: { uid: pod.metadata.uid } }),
  });
  expect(response.status).toBe(200);
  await bed.work;
  const truth = bed.truths[0]!;
  expect(truth.servedAt - truth.killedAt).toBeGreaterThan(790);
  expect(truth.servedAt - truth.killedAt).toBeLessThan(1200);
  expect(database.primary.options.name).not.toBe(old.options.name);
  expect(bed.cluster['status']).toMatchObject({ timelineID: 2, phase: 'Cluster in healthy state', readyInstances: 3 });
  expect(kubernetes.find(`${PODS}/${old.options.name}`)!.metadata.uid).not.toBe(pod.metadata.uid);
  const [recovery] = await old.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
  expect(recovery).toEqual({ standby: true });
  const slices = kubernetes.list(`/apis/discovery.k8s.io/v1/namespaces/state-hub/endpointslices`);
  const rw = slices.find((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === `${CLUSTER}-rw`)!;
  expect(rw['endpoints'][0].addresses).toEqual([database.primary.options.host]);
});
