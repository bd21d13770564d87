import type { PostgresCluster } from '../postgres/postgres-cluster';

interface Alternative {
  readonly name: string;
  readonly copies: number;
  readonly lostNode: string;
  readonly cost: string;
  readonly chosen: boolean;
}

/** Copies that Longhorn keeps of a volume unless told otherwise. */
const LONGHORN_COPIES = 3;

/** The ways to keep the data, with what each costs for this service's sizes. */
export function alternatives(database: PostgresCluster): string {
  const { instances, platform } = database;
  const { storage } = platform;
  const both = storage.kind === 'replicated' && storage.replicas > 1 ? storage.replicas : LONGHORN_COPIES;
  const eviction = platform.nodeMonitorGraceSeconds + 300;
  const rows: Alternative[] = [
    {
      name: 'CloudNativePG on node-local disks',
      copies: instances,
      lostNode: 'a standby is promoted; the lost instance is copied anew over the network when a node is back',
      cost: 'each instance is bound to the disk of its node',
      chosen: storage.kind === 'nodeLocal',
    },
    {
      name: `one instance on Longhorn, ${LONGHORN_COPIES} copies`,
      copies: LONGHORN_COPIES,
      lostNode: `no standby: ${eviction} s until the pod is evicted, then attach and crash recovery`,
      cost: 'each restart and upgrade is an outage; every commit waits for the network below PostgreSQL; damaged pages are copied faithfully',
      chosen: false,
    },
    {
      name: 'CloudNativePG on Longhorn with 1 copy',
      copies: instances,
      lostNode: 'as with node-local disks',
      cost: 'a layer more below PostgreSQL; volumes can grow and be moved between nodes that live',
      chosen: storage.kind === 'replicated' && storage.replicas === 1,
    },
    {
      name: `both: CloudNativePG on Longhorn with ${both} copies`,
      copies: instances * both,
      lostNode: 'a standby is promoted, and the lost instance can start on another node with its data',
      cost: `each write is written ${instances * both} times`,
      chosen: storage.kind === 'replicated' && storage.replicas > 1,
    },
  ];
  const gibibytes = Math.ceil((database.storageBytes + database.walStorageBytes) / 2 ** 30);
  const table = rows.map(
    (x) =>
      `| ${x.chosen ? `**${x.name}** (chosen)` : x.name} | ${x.copies} | ${x.copies * gibibytes} GiB | ${x.lostNode} | ${x.cost} |`,
  );
  return `| strategy | copies | disk | a lost node | costs |\n| --- | --- | --- | --- | --- |\n${table.join('\n')}`;
}
