import { createHash } from 'node:crypto';
import { Platform, Storage } from '../../lib';
import { describe, expect, it } from 'vitest';
import { readRecord, recordDigest } from '../../lib/docs/decision-digest';
import { DecisionRecord, type DecisionRecordProps } from '../../lib/docs/decision-record';
import { type ClassPrediction, predict, type Prediction } from '../../lib/platform/prediction';
import { predictionInput } from '../../lib/platform/read-input';
import { type NodeLossProof, proveNodeLoss } from '../../lib/platform/node-loss';
import { nodeLossInput } from '../../lib/platform/pod-sets';
import type { Figure } from '../../lib/platform/term';
import { FACTS, stateHub } from './state-hub';

const SET_BY = { kind: 'platform', name: 'nodeMonitorGracePeriod' } as const;
const LEASE = { kind: 'manifest', name: 'Cluster/state-hub-db spec.primaryLease' } as const;

/** A prediction as plain data; the real one has its own tests. */
function predicted(rto: number | undefined, change: Partial<ClassPrediction> = {}): Prediction {
  const figure: Figure = {
    name: 'the node is lost',
    terms: [
      { name: 'detection', typical: 45, worst: 50, source: 'Kubernetes 1.32', setBy: SET_BY },
      { name: 'lease', typical: 15, worst: 17, source: 'CloudNativePG 1.30', setBy: LEASE },
    ],
    typical: 60,
    worst: 67,
    others: [{ name: 'a standby is lost', terms: [], typical: 0, worst: 1 }],
    blockedBy: undefined,
  };
  const objective = rto === undefined ? undefined : { rto, rpo: 0 };
  const of = (failureClass: ClassPrediction['failureClass']): ClassPrediction => ({
    failureClass,
    writes: figure,
    reads: { ...figure, terms: figure.terms.slice(0, 1), typical: 45, worst: 50 },
    api: undefined,
    redundancy: undefined,
    assumes: ['the operator is there'],
    rpo: { terms: [], typical: 0, worst: 0, reason: 'a commit waits for a standby', setBy: LEASE },
    objective,
    margin: undefined,
    ...change,
  });
  return {
    instanceLoss: of('instanceLoss'),
    nodeLoss: of('nodeLoss'),
    clusterLoss: of('clusterLoss'),
    humanError: of('humanError'),
  };
}

/** The real proof of a service on its three nodes. */
function proof(built: ReturnType<typeof stateHub>): NodeLossProof {
  const manifests = built.app.units().flatMap((unit) => unit.objects.map((object) => object.manifest));
  return proveNodeLoss(nodeLossInput(built.database.platform, manifests));
}

/** `2 min 35 s` in seconds. */
function inSeconds(text: string): number {
  const unit: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 };
  return [...text.matchAll(/([\d.]+) (s|min|h|d)/g)].reduce((sum, [, n, u]) => sum + Number(n) * unit[u!]!, 0);
}

function record(props: Partial<DecisionRecordProps> = {}, built = stateHub()): DecisionRecord {
  const { scope, database, backupSchedule, api, companions, access } = built;
  return new DecisionRecord(scope, 'record', {
    database,
    backupSchedule,
    api,
    companions,
    access,
    ...props,
  });
}

const APPROVER = { by: 'Ada Example', on: '2026-11-23' };

describe('the decision record', () => {
  it('is written beside the other pages, and twice the same', () => {
    const built = stateHub();
    const { path } = record({}, built);
    expect(path).toBe('state-hub/decision-record.md');
    expect(built.app.files().find((file) => file.path === `docs/${path}`)?.text).toBe(record().text());
  });

  it('can be read in five minutes, at 200 words a minute, without what is folded away', () => {
    const text = record({
      prediction: () => predicted(120),
      nodeLoss: () => proof(stateHub()),
    }).text();
    const shown = text.replace(/```mermaid[\s\S]*?```/g, '').replace(/<details>[\s\S]*?<\/details>/g, '');
    expect(shown.split(/\s+/).filter((word) => /\w/.test(word)).length).toBeLessThan(1000);
    expect(text).not.toMatch(/undefined|\[object|NaN/);
  });

  it('prints each term with its source and what sets it, the sum, and the margin', () => {
    const text = record({ prediction: () => predicted(120) }).text();
    expect(text).toContain('| detection | 45 s | 50 s | writes, reads | `nodeMonitorGracePeriod` | Kubernetes 1.32 |');
    expect(text).toContain('| **sum** | **60 s** | **67 s** | **writes** | | |');
    expect(text).toContain('| **sum** | **45 s** | **50 s** | **reads** | | |');
    expect(text).toContain('| nodeLoss | writes are out | 2 min | 60 s | 67 s | 53 s |');
    expect(text).toContain('| nodeLoss | writes are lost | 0 s | 0 s | 0 s | 0 s |');
    expect(text).toContain('(other courses: a standby is lost: 0 s to 1 s)');
    expect(text.match(/<details>/g)).toHaveLength(4);
  });

  it('adds up: each sum is the sum of the rows that are part of it', () => {
    const built = stateHub();
    const { database, backupSchedule, api } = built;
    const { objectStore, platform } = database;
    const input = () => predictionInput({ platform, database, objectStore, backupSchedule, api });
    const prediction = () => predict(input(), { nodeLoss: { rto: 120, rpo: 0 } });
    const text = record({ prediction }, built).text();
    const tables = [...text.matchAll(/\| term \| typical \| worst \| part of .*\n\| ---.*\n((?:\|.*\n)+)/g)];
    expect(tables).toHaveLength(4);
    for (const [, table] of tables) {
      const rows = table!
        .trim()
        .split('\n')
        .map((row) => row.split(' | ').map((cell) => cell.replace(/^\| |\*\*/g, '')));
      const sums = rows.filter(([name]) => name === 'sum');
      expect(sums.length).toBeGreaterThanOrEqual(3);
      for (const [, typical, worst, part] of sums) {
        const parts = rows.filter(([name, , , of]) => name !== 'sum' && of!.split(', ').includes(part!));
        const total = (column: 1 | 2) => parts.reduce((sum, row) => sum + inSeconds(row[column]!), 0);
        expect(Math.abs(total(1) - inSeconds(typical!))).toBeLessThan(2);
        expect(Math.abs(total(2) - inSeconds(worst!))).toBeLessThan(2);
      }
    }
  });

  it('says so where an objective is missed or missing, or nothing bounds a figure', () => {
    expect(record({ prediction: () => predicted(60) }).text()).toContain('**missed by 7 s**');
    expect(record({ prediction: () => predicted(undefined) }).text()).toContain(
      'No objective is declared for `instanceLoss`',
    );
    const rpo = { terms: [], typical: 1, worst: undefined, reason: 'replication is asynchronous', setBy: LEASE };
    expect(record({ prediction: () => predicted(60, { rpo }) }).text()).toContain('| 1 s | **no bound** |  |');
    const writes = { ...predicted(1).nodeLoss.writes, blockedBy: 'no node is left' };
    expect(record({ prediction: () => predicted(60, { writes }) }).text()).toContain('**no end**: no node is left');
    expect(record().text()).toContain('Nothing was predicted');
  });

  it('says what was proven about nodes, and of what fails the plainest case', () => {
    expect(record().text()).toContain('Nothing was proven.');
    const text = record({ nodeLoss: () => proof(stateHub()) }).text();
    expect(text).toContain('| | ordinary day | a node lost | a node drained | one lost while another drains |');
    expect(text).toMatch(
      /^\| Cluster\/state-hub-db \| all pods find a node \| writes go on; a failover has its quorum;/m,
    );
    expect(text).toMatch(
      /^- Cluster\/state-hub-db: railiance02 lost while railiance03 drains: 1 of 3 instances, writes block$/m,
    );
    expect(text).toContain('- The Barman Cloud plugin');
    expect(text).not.toContain('are single programs');
    const verdicts = proof(stateHub()).verdicts.filter(({ holds }) => holds);
    expect(record({ nodeLoss: () => ({ verdicts, risks: [] }) }).text()).toMatch(
      /^All (\d+) of \1 claims hold for every placement/m,
    );
  });

  it.each([
    [Storage.nodeLocal('local-path'), '**CloudNativePG on node-local disks** (chosen) | 3 | 84 GiB'],
    [
      Storage.replicated('longhorn', { replicas: 1, dataLocality: 'strict-local' }),
      '**CloudNativePG on Longhorn with 1 copy, `strict-local`** (chosen) | 3 | 84 GiB | as with node-local disks',
    ],
    [
      Storage.replicated('longhorn', { replicas: 1 }),
      '**CloudNativePG on Longhorn with 1 copy, wherever there is room** (chosen) | 3 | 84 GiB | the copies of several instances may lie on it',
    ],
    [Storage.replicated('longhorn', { replicas: 2 }), 'Longhorn with 2 copies** (chosen) | 6 | 168 GiB'],
  ])('marks one strategy as chosen, with its disk', (storage, row) => {
    const text = record({}, stateHub({ platform: new Platform({ ...FACTS, storage }) })).text();
    expect(text).toContain(row);
    expect(text.match(/\(chosen\)/g)).toHaveLength(1);
  });

  it('draws each node, instance and replica, and only what is declared', () => {
    const [service, units] = [
      ...record()
        .text()
        .matchAll(/```mermaid\n([\s\S]*?)```/g),
    ].map((match) => match[1]!);
    for (const name of ['railiance01', 'railiance02', 'railiance03', 'state-hub-db-3', 'ops-bridge']) {
      expect(service).toContain(`"${name}`);
    }
    const ids = new Set([...service!.matchAll(/(?:^|\s)(\w+)[[(]/gm)].map((match) => match[1]));
    const used = [...service!.matchAll(/^ {2}(.+) --?>(?:\|.*\|)? (.+)$/gm)]
      .flatMap((match) => [match[1]!, match[2]!])
      .flatMap((side) => side.replace(/\["[^"]*"\]/, '').split(' & '));
    expect(used.filter((id) => !ids.has(id.replace(/ -\.-.*/, '')))).toEqual([]);
    expect(service!.match(/subgraph/g)?.length).toBe(service!.match(/^ *end$/gm)?.length);
    expect(units).toContain('unit3["state-hub-database"]');
    expect(units).toContain('unit2 --> unit3');
  });
});

describe('the approval', () => {
  it('is open at first', () => {
    const open = record();
    expect(readRecord(open.text())).toEqual({ state: 'open', digest: open.digest });
  });

  it('holds for the record that was read, and does not change its digest', () => {
    const approval = { ...APPROVER, digest: record().digest };
    const approved = record({ approval });
    expect(approved.digest).toBe(approval.digest);
    expect(readRecord(approved.text())).toEqual({ state: 'approved', approval });
  });

  it('is outdated as soon as the decision is another one', () => {
    const approval = { ...APPROVER, digest: record().digest };
    const changed = record({ approval, risks: ['The network is old.'] });
    expect(readRecord(changed.text())).toMatchObject({ state: 'outdated', approval });
    expect(changed.text()).toContain('**Outdated.**');
    expect(changed.node.metadata.map((entry) => String(entry.data)).join()).toContain('is outdated');
  });

  it('is outdated where somebody changed the file by hand, whatever the file says of itself', () => {
    const text = record({ approval: { ...APPROVER, digest: record().digest } }).text();
    expect(readRecord(text.replace('kept 30 days', 'kept 90 days'))).toMatchObject({ state: 'outdated' });
  });

  it('covers what the documentation says it covers: all lines before the heading, with line feeds', () => {
    const text = record().text();
    const before = text.slice(0, text.indexOf('\n## Approval\n') + 1);
    expect(recordDigest(text)).toBe(`sha256:${createHash('sha256').update(before).digest('hex')}`);
    expect(recordDigest(text.replaceAll('\n', '\r\n'))).toBe(recordDigest(text));
    expect(() => recordDigest('# no approval')).toThrow(/exactly once/);
    expect(() => recordDigest(`${text}\n## Approval\n`)).toThrow(/exactly once/);
  });

  it.each<[any, RegExp]>([
    [{ ...APPROVER, by: 'x | y', digest: `sha256:${'0'.repeat(64)}` }, /'approval.by'/],
    [{ ...APPROVER, by: undefined as any, digest: `sha256:${'0'.repeat(64)}` }, /'approval.by'/],
    [{ ...APPROVER, on: 'yesterday', digest: `sha256:${'0'.repeat(64)}` }, /'approval.on'/],
    ...['2026-02-31', '2026-04-31', '2025-02-29', '2026-13-01', '2026-00-10'].map((on): [any, RegExp] => [
      { ...APPROVER, on, digest: `sha256:${'0'.repeat(64)}` },
      new RegExp(`'approval.on' must be a day of the calendar, such as '2026-11-23', got '${on}'`),
    ]),
    [{ ...APPROVER, digest: 'sha256:0' }, /'approval.digest'/],
  ])('is refused where it is none', (approval, message) => {
    expect(() => record({ approval })).toThrow(message);
  });

  it('may be of a leap day', () => {
    expect(() => record({ approval: { ...APPROVER, on: '2028-02-29', digest: record().digest } })).not.toThrow();
  });
});
