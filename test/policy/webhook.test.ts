import { describe, expect, it } from 'vitest';
import { checkManifests } from '../../lib/policy/check';
import type { Finding } from '../../lib/policy/finding';
import { cluster, object, store } from '../../lib/policy/rules/_examples';
import { set } from './_set';
import { CASES, NOT_OFFLINE, type WebhookCase } from './webhook-cases';

const BARMAN = { name: 'barman-cloud.cloudnative-pg.io' };
const ofCluster = { cluster: { name: 'db' } };

/** Objects that all webhooks take, by kind. */
const VALID: Readonly<Record<string, Record<string, unknown>>> = {
  Cluster: cluster({ bootstrap: { initdb: { database: 'shop', owner: 'shop' } } }),
  ScheduledBackup: object('postgresql.cnpg.io/v1', 'ScheduledBackup', 'db', {
    spec: { ...ofCluster, schedule: '0 0 2 * * *', method: 'plugin', pluginConfiguration: BARMAN },
  }),
  Backup: object('postgresql.cnpg.io/v1', 'Backup', 'db', {
    spec: { ...ofCluster, method: 'plugin', pluginConfiguration: BARMAN },
  }),
  Database: object('postgresql.cnpg.io/v1', 'Database', 'shop', {
    spec: { ...ofCluster, name: 'shop', owner: 'shop' },
  }),
  Pooler: object('postgresql.cnpg.io/v1', 'Pooler', 'db-pooler', {
    spec: { ...ofCluster, instances: 2, pgbouncer: {} },
  }),
};

/** Where there is a finding on the changed object, and of what weight. */
function findings({ of, given = {} }: WebhookCase, changes: Readonly<Record<string, unknown>>): readonly Finding[] {
  const kind = typeof of === 'number' || of === 'warning' ? 'Cluster' : of;
  let manifest = VALID[kind]!;
  for (const [path, value] of [...Object.entries(given), ...Object.entries(changes)]) {
    manifest = set(manifest, path, value);
  }
  const others = kind === 'Cluster' ? [store()] : [VALID['Cluster']!, store()];
  const report = checkManifests([manifest, ...others].map((one) => ({ manifest: one })));
  return report.findings.filter(({ object: about }) => about.kind === kind);
}

describe('the webhooks of CloudNativePG', () => {
  it('have every function covered by a case, or by the reason why it needs more than a manifest', () => {
    const numbers = [...new Set(CASES.map(({ of }) => of))].filter((of) => typeof of === 'number');
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(NOT_OFFLINE.every(([what, reason]) => what !== '' && reason !== '')).toBe(true);
  });

  it.each(Object.entries(VALID))('take the %s that the cases start from', (_, manifest) => {
    const { findings: all } = checkManifests([manifest, VALID['Cluster']!, store()].map((one) => ({ manifest: one })));
    expect(all.filter(({ rule }) => rule === 'schema' || rule === 'cel')).toEqual([]);
  });
});

describe.each(CASES.map((one) => [`${one.of} ${one.what}`, one] as const))('%s', (_, one) => {
  const fine = findings(one, one.fine);
  const severity = one.of === 'warning' ? 'warning' : 'error';
  const isNew = (found: Finding) => !fine.some(({ rule, message }) => rule === found.rule && message === found.message);
  const there = findings(one, one.broken).filter(
    (found) => found.path === one.at && found.severity === severity && isNew(found),
  );

  it('is found where it is, and said once', () => {
    expect(there.map(({ message }) => message)).toHaveLength(1);
  });

  it('leaves its neighbour alone', () => {
    const rules = ['schema', 'cel', ...there.map(({ rule }) => rule)];
    expect(
      fine.filter(({ path, rule }) => rules.includes(rule) && (path.startsWith(one.at) || rule === 'schema')),
    ).toEqual([]);
  });
});
