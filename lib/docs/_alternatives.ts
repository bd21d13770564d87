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
  const both = storage.kind === 'replicated' ? storage.replicas : LONGHORN_COPIES;
  const copied = storage.dataLocality !== undefined;
  const eviction = platform.nodeMonitorGraceSeconds + 300;
  const rows: Alternative[] = [
    {
      name: 'CloudNativePG on node-local disks',
      copies: instances,
      lostNode: 'a standby is promoted; the lost instance is copied anew when a node is back',
      cost: 'each instance is bound to the disk of its node',
      chosen: storage.kind === 'nodeLocal' && !copied,
    },
    {
      name: `one instance on Longhorn, ${LONGHORN_COPIES} copies`,
      copies: LONGHORN_COPIES,
      lostNode: `no standby: ${eviction} s until the pod is evicted, then attach and crash recovery`,
      cost: 'each restart is an outage; every commit waits for the network below PostgreSQL; damaged pages are copied faithfully',
      chosen: false,
    },
    {
      name: 'CloudNativePG on Longhorn with 1 copy, `strict-local`',
      copies: instances,
      lostNode: 'as with node-local disks',
      cost: 'a layer more below PostgreSQL; volumes can grow; drains need another drain policy of Longhorn',
      chosen: storage.kind === 'nodeLocal' && copied,
    },
    ...(storage.kind === 'singleCopy' ? [anywhere(instances)] : []),
    {
      name: `both: CloudNativePG on Longhorn with ${both} copies`,
      copies: instances * both,
      lostNode: 'a standby is promoted; once the node is given up, the lost instance starts elsewhere with its data',
      cost: `each write is written ${instances * both} times`,
      chosen: storage.kind === 'replicated',
    },
  ];
  const gibibytes = Math.ceil((database.storageBytes + database.walStorageBytes) / 2 ** 30);
  const table = rows.map(
    (x) =>
      `| ${x.chosen ? `**${x.name}** (chosen)` : x.name} | ${x.copies} | ${x.copies * gibibytes} GiB | ${x.lostNode} | ${x.cost} |`,
  );
  return `| strategy | copies | disk | a lost node | costs |\n| --- | --- | --- | --- | --- |\n${table.join('\n')}`;
}

/** Not offered: shown where it is what the platform has. */
function anywhere(instances: number): Alternative {
  return {
    name: 'CloudNativePG on Longhorn with 1 copy, wherever there is room',
    copies: instances,
    lostNode: 'the copies of several instances may lie on it: writes stop, and what they had is lost',
    cost: 'synthesis refuses it',
    chosen: true,
  };
}
