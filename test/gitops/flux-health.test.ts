import { celEnv, isCelError, parse as parseBuf, plan } from '@bufbuild/cel';
import { evaluate } from '@marcbachmann/cel-js';
import { describe, expect, it } from 'vitest';
import { clusterHealth, cronJobHealth } from '../../lib/gitops/flux-health';

type Verdict = boolean | 'error';

/** Flux reads whole numbers as int, as both engines do with bigint. */
function celValue(value: unknown, asMap: boolean): any {
  if (typeof value === 'number') {
    return BigInt(value);
  }
  if (Array.isArray(value)) {
    return value.map((x) => celValue(x, asMap));
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([k, v]) => [k, celValue(v, asMap)] as const);
    return asMap ? new Map(entries) : Object.fromEntries(entries);
  }
  return value;
}

function marcbachmann(expression: string, object: Record<string, unknown>): Verdict {
  try {
    return evaluate(expression, celValue(object, false)) as boolean;
  } catch {
    return 'error';
  }
}

function bufbuild(expression: string, object: Record<string, unknown>): Verdict {
  const bindings = Object.fromEntries(Object.entries(object).map(([k, v]) => [k, celValue(v, true)]));
  const result = plan(celEnv(), parseBuf(expression))(bindings);
  return isCelError(result) ? 'error' : (result as boolean);
}

/** As Flux does: `failed` first, then `current`; an error means wait. */
function health(engine: typeof bufbuild, expr: { failed: string; current: string }, object: Record<string, unknown>) {
  const failed = engine(expr.failed, object);
  if (failed === true) {
    return 'failed';
  }
  const current = engine(expr.current, object);
  return failed === false && current === true ? 'current' : 'waiting';
}

const ready = (status: string) => [
  { type: 'Initialized', status: 'True' },
  { type: 'Ready', status },
];
const meta = { metadata: { name: 'shop-db' } };

describe.each([
  ['@marcbachmann/cel-js', marcbachmann],
  ['@bufbuild/cel', bufbuild],
])('by %s', (_, engine) => {
  it.each<[string, Record<string, unknown>, string, string]>([
    ['no status', { ...meta }, 'waiting', 'waiting'],
    ['an empty status', { ...meta, status: {} }, 'waiting', 'waiting'],
    [
      'setting up, no Ready condition yet',
      { ...meta, status: { phase: 'Setting up primary', conditions: [{ type: 'Initialized', status: 'True' }] } },
      'waiting',
      'waiting',
    ],
    [
      'setting up',
      { ...meta, status: { phase: 'Setting up primary', conditions: ready('False'), readyInstances: 0 } },
      'waiting',
      'waiting',
    ],
    [
      'healthy',
      {
        ...meta,
        status: {
          phase: 'Cluster in healthy state',
          conditions: ready('True'),
          readyInstances: 3,
          currentPrimary: 'shop-db-1',
        },
      },
      'current',
      'current',
    ],
    [
      'a rolling update of a healthy database',
      {
        ...meta,
        status: {
          phase: 'Upgrading cluster',
          conditions: ready('False'),
          readyInstances: 2,
          currentPrimary: 'shop-db-1',
        },
      },
      'waiting',
      'current',
    ],
    [
      'failing over with no instance ready',
      {
        ...meta,
        status: { phase: 'Failing over', conditions: ready('False'), readyInstances: 0, currentPrimary: 'shop-db-1' },
      },
      'waiting',
      'waiting',
    ],
    [
      'a primary not chosen yet',
      { ...meta, status: { phase: 'Setting up primary', readyInstances: 1, currentPrimary: '' } },
      'waiting',
      'waiting',
    ],
    ...[
      'Cluster is unrecoverable and needs manual intervention',
      'Invalid cluster definition',
      'Unable to create required cluster objects',
      'Cluster has incomplete or invalid image catalog',
      'Cluster cannot proceed to reconciliation due to an unknown plugin being required',
    ].map(
      (phase) =>
        [
          `dead: ${phase}`,
          { ...meta, status: { phase, conditions: ready('True'), readyInstances: 3, currentPrimary: 'shop-db-1' } },
          'failed',
          'failed',
        ] as [string, Record<string, unknown>, string, string],
    ),
    [
      'out of disk, which a bigger volume mends',
      { ...meta, status: { phase: 'Not enough disk space', conditions: ready('False') } },
      'waiting',
      'waiting',
    ],
  ])('a Cluster with %s', (_name, cluster, whenReady, whenServing) => {
    expect(health(engine, clusterHealth('ready'), cluster)).toBe(whenReady);
    expect(health(engine, clusterHealth('serving'), cluster)).toBe(whenServing);
  });

  const sunday = '2026-11-22T04:17:00Z';
  const after = '2026-11-22T04:31:12Z';
  const lastWeek = '2026-11-15T04:30:00Z';
  it.each([
    ['never run', { status: {} }, 'current'],
    ['only run by hand', { status: { lastSuccessfulTime: after } }, 'current'],
    ['succeeded', { status: { lastScheduleTime: sunday, lastSuccessfulTime: after } }, 'current'],
    ['failed after success', { status: { lastScheduleTime: sunday, lastSuccessfulTime: lastWeek } }, 'failed'],
    ['failed the first time', { status: { lastScheduleTime: sunday } }, 'failed'],
    ['running the first time', { status: { lastScheduleTime: sunday, active: [{ kind: 'Job' }] } }, 'current'],
    [
      'running after a success',
      { status: { lastScheduleTime: sunday, lastSuccessfulTime: lastWeek, active: [{ kind: 'Job' }] } },
      'current',
    ],
    [
      'an empty list of active Jobs after a failure',
      { status: { lastScheduleTime: sunday, lastSuccessfulTime: lastWeek, active: [] } },
      'failed',
    ],
  ])('a CronJob %s', (_name, cronJob, expected) => {
    expect(health(engine, cronJobHealth, cronJob)).toBe(expected);
  });

  it('a CronJob with no status never fails; engines differ on whether it is an error', () => {
    expect(['waiting', 'current']).toContain(health(engine, cronJobHealth, meta));
  });
});
