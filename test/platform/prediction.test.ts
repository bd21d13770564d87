import { Duration, JsonPatch, Size } from 'cdk8s';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ClassPrediction, type Prediction, predict } from '../../lib/platform/prediction';
import { predictionInput } from '../../lib/platform/read-input';
import { FAILURE_CLASSES } from '../../lib/platform/objectives';
import type { Figure, Path, Term } from '../../lib/platform/term';
import { type Parts, stateHub } from './_parts';

const of = (parts: Parts): Prediction => predict(predictionInput(parts));

/** Worst seconds by term. */
const worst = ({ terms }: { readonly terms: readonly Term[] }): Record<string, number> =>
  Object.fromEntries(terms.map((term) => [term.name, term.worst]));

/** All lists of terms of a class, with a stable name each. */
function lists(prediction: ClassPrediction): [string, readonly Term[]][] {
  const paths = (what: string, figure: Figure | undefined): [string, readonly Term[]][] =>
    figure === undefined
      ? []
      : [figure as Path, ...figure.others].map(({ name, terms }) => [`${what}: ${name}`, terms]);
  return [
    ...paths('writes', prediction.writes),
    ...paths('reads', prediction.reads),
    ...paths('api', prediction.api),
    ...paths('redundancy', prediction.redundancy),
    ['rpo', prediction.rpo.terms],
  ];
}

/** Every term of a prediction with the place it stands at. */
function placed(prediction: Prediction): Map<string, Term> {
  return new Map(
    FAILURE_CLASSES.flatMap((c) =>
      lists(prediction[c]).flatMap(([list, terms]) =>
        terms.map((term) => [`${c} ${list} / ${term.name}`, term] as const),
      ),
    ),
  );
}

describe('State Hub on Kubernetes 1.34 and CloudNativePG 1.30', () => {
  const prediction = of(stateHub());

  test('loses a node for 107 seconds of writes: 50 + 5 detection, 5 receivers, 15 + 2 lease, 15 promotion and endpoints, 10 + 5 client', () => {
    const { writes } = prediction.nodeLoss;
    expect(writes.worst).toBe(50 + 5 + 0 + 5 + 15 + 2 + 4 + 6 + 5 + 10 + 5);
    expect(worst(writes)).toEqual({
      'node counts as unreachable': 50,
      'node controller notices': 5,
      'failover delay': 0,
      'standbys stop receiving': 5,
      'primary lease runs out': 15,
      'next look at the lease': 2,
      promotion: 4,
      checkpoint: 6, // 512 MB of shared_buffers at 100 MiB a second
      'database endpoints follow': 5,
      'client gives up a silent session': 10,
      'client reconnects': 5,
    });
  });

  test('has detection and lease within the published ranges: 40 to 55 seconds, and 15 to 17', () => {
    const range = (names: readonly string[], column: 'typical' | 'worst'): number =>
      prediction.nodeLoss.writes.terms
        .filter(({ name }) => names.includes(name))
        .reduce((sum, t) => sum + t[column], 0);
    const detection = ['node counts as unreachable', 'node controller notices'];
    const lease = ['primary lease runs out', 'next look at the lease'];
    expect(range(detection, 'worst')).toBe(55);
    expect(range(detection, 'typical')).toBeGreaterThanOrEqual(40);
    expect(range(detection, 'typical')).toBeLessThanOrEqual(55);
    expect(range(lease, 'worst')).toBe(17);
    expect(range(lease, 'typical')).toBeGreaterThanOrEqual(15);
  });

  test('answers reads through a lost node after 75 seconds, and the API after 117', () => {
    expect(prediction.nodeLoss.reads.worst).toBe(50 + 5 + 5 + 10 + 5);
    expect(prediction.nodeLoss.api?.worst).toBe(107 + 5 + 5);
    expect(prediction.nodeLoss.api?.others.map((path) => path.worst)).toEqual([50 + 5 + 5 + 5]);
  });

  test('loses an instance for 43 seconds of writes when it is killed, and for 35 when it stops in order', () => {
    const { writes, reads, api } = prediction.instanceLoss;
    expect(writes.worst).toBe(5 + 0 + 1 + 15 + 2 + 4 + 6 + 5 + 5);
    expect(writes.others.map((path) => path.worst)).toEqual([0 + 6 + 5 + 0 + 1 + 1 + 2 + 4 + 6 + 5 + 5]);
    expect(reads.worst).toBe(5 + 5);
    expect(api?.worst).toBe(43 + 5 + 5);
  });

  test('restores a full volume in 1,488 seconds of writes, because a restored primary waits for its standby', () => {
    const copy = Math.ceil((20 * 1024) / 50);
    const replay = (24 * 192) / 16;
    expect(prediction.clusterLoss.reads.worst).toBe(300 + 60 + copy + replay + 4 + 6 + 5 + 5);
    expect(prediction.clusterLoss.writes.worst).toBe(prediction.clusterLoss.reads.worst + copy);
    expect(prediction.clusterLoss.writes.worst).toBe(1488);
    expect(prediction.humanError.writes.worst).toBe(1488 + 300 + 15);
  });

  test('loses nothing with an instance or a node, and what was not archived with the cluster', () => {
    expect(prediction.instanceLoss.rpo.worst).toBe(0);
    expect(prediction.nodeLoss.rpo).toMatchObject({
      worst: 0,
      reason: expect.stringContaining("durability is 'required'"),
    });
    expect(prediction.clusterLoss.rpo.worst).toBe(300 + 15);
    expect(prediction.humanError.rpo).toMatchObject({ worst: 0, reason: expect.stringContaining('30 days') });
  });

  test('gives every term a source, a setter, and a typical figure that is not above its worst', () => {
    const terms = [...placed(prediction).values()];
    expect(terms.length).toBeGreaterThan(50);
    for (const term of terms) {
      expect(term.source).not.toBe('');
      expect(term.setBy.name).not.toBe('');
      expect(term.typical).toBeLessThanOrEqual(term.worst);
    }
  });

  test('adds up, and no other course takes longer than the one that counts', () => {
    for (const c of FAILURE_CLASSES) {
      for (const figure of [prediction[c].writes, prediction[c].reads, prediction[c].api!]) {
        expect(figure.worst).toBe(figure.terms.reduce((sum, term) => sum + term.worst, 0));
        expect(figure.others.every((path) => path.worst <= figure.worst)).toBe(true);
        expect(new Set(figure.terms.map(({ name }) => name)).size).toBe(figure.terms.length);
      }
    }
  });
});

describe('platform facts', () => {
  test.each([
    ['1.31', 40],
    ['1.32', 50],
    ['1.34', 50],
  ] as const)('give a node of Kubernetes %s %d seconds', (kubernetes, grace) => {
    const { writes } = of(stateHub({ platform: { kubernetes } })).nodeLoss;
    expect(worst(writes)['node counts as unreachable']).toBe(grace);
  });

  test('let the grace period be told', () => {
    const { writes } = of(stateHub({ platform: { nodeMonitorGracePeriod: Duration.seconds(24) } })).nodeLoss;
    expect(worst(writes)['node counts as unreachable']).toBe(24);
  });

  test('let a measured size stand in for the volume, and halve nothing', () => {
    const { writes } = of(stateHub({ platform: { measured: { databaseSize: Size.gibibytes(1) } } })).clusterLoss;
    const fetched = writes.terms.find(({ name }) => name === 'base backup is fetched');
    expect(fetched).toMatchObject({
      worst: 21,
      typical: 21,
      setBy: { kind: 'platform', name: 'measured.databaseSize' },
    });
  });

  test('flush no more at promotion than WAL allows, however large shared_buffers is', () => {
    const parts = stateHub();
    parts.database.apiObject.addJsonPatch(JsonPatch.add('/spec/postgresql/parameters/shared_buffers', '64GB'));
    const flushed = of(parts).nodeLoss.writes.terms.find(({ name }) => name === 'checkpoint');
    expect(flushed).toMatchObject({
      worst: 11, // 1 GB of max_wal_size
      setBy: { name: 'Cluster/state-hub-db spec.postgresql.parameters.max_wal_size' },
    });
  });

  test('refuse a throughput or a time of nothing', () => {
    expect(() => stateHub({ platform: { measured: { restoreThroughput: Size.mebibytes(0) } } })).toThrow(
      /platform 'threephoenix': 'measured.restoreThroughput' must be greater than 0, got 0/,
    );
    expect(() => stateHub({ platform: { measured: { response: Duration.seconds(0) } } })).toThrow(
      /'measured.response' must be greater than 0/,
    );
  });
});

/** One field each, with a value that differs from State Hub's. */
const FIELDS: readonly [
  keyof Pick<Parts, 'database' | 'api' | 'backupSchedule'>,
  string,
  string,
  fc.Arbitrary<unknown>,
][] = [
  ['database', 'spec.failoverDelay', '/spec/failoverDelay', fc.integer({ min: 1, max: 999 })],
  ['database', 'spec.smartShutdownTimeout', '/spec/smartShutdownTimeout', fc.integer({ min: 1, max: 119 })],
  [
    'database',
    'spec.primaryLease.leaseDurationSeconds',
    '/spec/primaryLease/leaseDurationSeconds',
    fc.integer({ min: 16, max: 99 }),
  ],
  [
    'database',
    'spec.primaryLease.retryPeriodSeconds',
    '/spec/primaryLease/retryPeriodSeconds',
    fc.integer({ min: 3, max: 9 }),
  ],
  [
    'database',
    'spec.primaryLease.releasedLeaseDurationSeconds',
    '/spec/primaryLease/releasedLeaseDurationSeconds',
    fc.integer({ min: 2, max: 9 }),
  ],
  [
    'database',
    'spec.postgresql.parameters.wal_receiver_timeout',
    '/spec/postgresql/parameters/wal_receiver_timeout',
    fc.integer({ min: 6, max: 99 }).map((x) => `${x}s`),
  ],
  [
    'database',
    'spec.postgresql.parameters.shared_buffers',
    '/spec/postgresql/parameters/shared_buffers',
    fc.integer({ min: 601, max: 1024 }).map((x) => `${x}MB`),
  ],
  [
    'database',
    'spec.postgresql.parameters.archive_timeout',
    '/spec/postgresql/parameters/archive_timeout',
    fc.integer({ min: 6, max: 99 }).map((x) => `${x}min`),
  ],
  ['database', 'spec.storage.size', '/spec/storage/size', fc.integer({ min: 21, max: 999 }).map((x) => `${x}Gi`)],
  ['backupSchedule', 'spec.schedule', '/spec/schedule', fc.constantFrom('0 0 3 * * 0', '0 0 */6 * * *')],
  [
    'api',
    'spec.template.spec.containers[0].readinessProbe',
    '/spec/template/spec/containers/0/readinessProbe/periodSeconds',
    fc.integer({ min: 6, max: 60 }),
  ],
  [
    'api',
    'spec.template.spec.containers[0].startupProbe',
    '/spec/template/spec/containers/0/startupProbe/periodSeconds',
    fc.integer({ min: 6, max: 60 }),
  ],
  [
    'api',
    'spec.template.spec.containers[0].env PGCONNECT_TIMEOUT',
    '/spec/template/spec/containers/0/env/7/value',
    fc.integer({ min: 6, max: 60 }).map(String),
  ],
  [
    'api',
    'metadata.annotations cdk8s-phoenix.dev/database-timeout-seconds',
    '/metadata/annotations',
    fc.integer({ min: 11, max: 925 }).map((x) => ({ 'cdk8s-phoenix.dev/database-timeout-seconds': `${x}` })),
  ],
  [
    'api',
    'spec.template.spec.tolerations tolerationSeconds',
    '/spec/template/spec/tolerations/1/tolerationSeconds',
    fc.integer({ min: 31, max: 600 }),
  ],
];

describe('changing one manifest field', () => {
  const before = placed(of(stateHub()));

  test.each(FIELDS)('of the %s, %s, changes exactly its term', (part, field, pointer, values) => {
    fc.assert(
      fc.property(values, (value) => {
        const parts = stateHub();
        parts[part].apiObject.addJsonPatch(JsonPatch.add(pointer, value));
        const after = placed(of(parts));
        expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
        const differing = [...before].filter(([place, term]) => after.get(place)!.worst !== term.worst);
        const named = [...before].filter(([, term]) => term.setBy.name.endsWith(` ${field}`));
        expect(named.length).toBeGreaterThan(0);
        expect(differing.map(([place]) => place)).toEqual(named.map(([place]) => place));
      }),
      { numRuns: 10 },
    );
  });

  test('is tested for every manifest field that a term names', () => {
    const named = [...before.values()].filter(({ setBy }) => setBy.kind === 'manifest').map(({ setBy }) => setBy.name);
    const tested = FIELDS.map(([, field]) => field);
    const untested = [...new Set(named)].filter((name) => !tested.includes(name.slice(name.indexOf(' ') + 1)));
    expect(untested).toEqual([]);
  });
});

describe('a recovery point', () => {
  const patched = (pointer: string, value: unknown): Prediction => {
    const parts = stateHub();
    parts.database.apiObject.addJsonPatch(
      value === undefined ? JsonPatch.remove(pointer) : JsonPatch.add(pointer, value),
    );
    return of(parts);
  };

  test.each([
    ['preferred durability', '/spec/postgresql/synchronous/dataDurability', 'preferred', /while no standby is ready/],
    ['asynchronous replication', '/spec/postgresql/synchronous', undefined, /replication is asynchronous/],
    [
      'local commits',
      '/spec/postgresql/parameters/synchronous_commit',
      'local',
      /'synchronous_commit' is 'local': a commit does not wait/,
    ],
  ])('is not bounded with %s', (_, pointer, value, reason) => {
    const { nodeLoss, instanceLoss } = patched(pointer, value);
    expect(nodeLoss.rpo.worst).toBeUndefined();
    expect(nodeLoss.rpo.reason).toMatch(reason);
    expect(instanceLoss.rpo.worst).toBeUndefined();
  });

  test('follows the base backups where WAL is not archived', () => {
    const { clusterLoss, humanError } = patched('/spec/plugins', undefined);
    expect(clusterLoss.rpo.worst).toBe(86_400);
    expect(humanError.rpo.worst).toBe(86_400);
  });

  test('is not bounded where nothing leaves the cluster, or only full WAL files do', () => {
    const { platform, database, api } = stateHub();
    const none = predict(predictionInput({ platform, database, api }));
    expect(none.clusterLoss.rpo.worst).toBeUndefined();
    expect(none.clusterLoss.writes.blockedBy).toMatch(/nothing can be restored/);
    expect(none.nodeLoss.writes.blockedBy).toBeUndefined();
    expect(patched('/spec/postgresql/parameters/archive_timeout', '0').clusterLoss.rpo.worst).toBeUndefined();
  });
});

describe('writes that do not come back by themselves', () => {
  const blocked = (pointer: string, value: unknown, c: 'instanceLoss' | 'nodeLoss'): string | undefined => {
    const parts = stateHub();
    parts.database.apiObject.addJsonPatch(JsonPatch.add(pointer, value));
    return of(parts)[c].writes.blockedBy;
  };

  test('are named: one instance, two instances that need a standby, several on one node, streaming readiness', () => {
    expect(blocked('/spec/instances', 1, 'nodeLoss')).toMatch(/its disk is lost with the node/);
    expect(blocked('/spec/instances', 1, 'instanceLoss')).toMatch(/nothing to promote/);
    expect(blocked('/spec/instances', 2, 'nodeLoss')).toMatch(/has 0 standbys, and a commit waits for 1/);
    expect(blocked('/spec/affinity/podAntiAffinityType', 'preferred', 'nodeLoss')).toMatch(/several instances at once/);
    expect(blocked('/spec/affinity/podAntiAffinityType', 'preferred', 'instanceLoss')).toBeUndefined();
    expect(blocked('/spec/probes/readiness', { type: 'streaming' }, 'nodeLoss')).toMatch(/none is promoted/);
    expect(
      blocked('/spec/probes/readiness', { type: 'streaming', periodSeconds: 10, failureThreshold: 12 }, 'nodeLoss'),
    ).toBeUndefined();
  });
});

describe('an API', () => {
  test('of one replica is out until its replacement serves', () => {
    const { api } = of(stateHub({ api: { replicas: 1 } })).nodeLoss;
    expect(api?.name).toBe("the only replica's node is lost");
    expect(api?.worst).toBe(50 + 5 + 30 + 60 + 120 + 5 + 5);
  });

  test('of several replicas has its redundancy back after eviction and start, which no objective is held against', () => {
    expect(of(stateHub()).nodeLoss.redundancy?.worst).toBe(50 + 5 + 30 + 60 + 120 + 5 + 5);
  });
});
