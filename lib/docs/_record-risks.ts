import { DEFAULT_DATABASE_TIMEOUT } from '../api/database-timeout';
import type { NodeLossProof } from '../platform/node-loss';
import type { DecisionRecordProps } from './decision-record';

/** How the data gets off the cluster and back. */
export function backupAndRestore({ database, backupSchedule, api }: DecisionRecordProps): string {
  const { objectStore, serverName } = database;
  return `- WAL: archived by the Barman Cloud plugin all the time, at the latest every ${database.parameters['archive_timeout'] ?? '5min'} while something is written, to
  \`${objectStore.destination}/${serverName}\`${objectStore.endpoint === undefined ? '' : ` at \`${objectStore.endpoint}\``}.
- Base backups: \`${backupSchedule.schedule}\` (UTC, six fields), from a standby if one is there; kept ${objectStore.retentionDays} days with the WAL they need.
- Restore: [the whole cluster](runbooks/restore-cluster.md), [a point in time](runbooks/restore-to-a-point-in-time.md). GitOps is suspended first; the
  new Cluster archives under the next generation, so the old archive stays as it is and a restore can be repeated.
- A restore needs: the object store, its key, the age key that decrypts the Secrets, and this repository. \`${api.name}\`
  holds no data.`;
}

/** What this strategy does not cover, said plainly. */
export function notProtected({ database }: DecisionRecordProps): string {
  const { objectStore } = database;
  const single = database.platform.storage.kind !== 'replicated';
  return [
    `Losing the primary and another instance at once: writes stop until one is back, or somebody promotes by hand and accepts a loss.`,
    `Losing all instances: what was written after the last archived WAL file is gone.`,
    `Losing the cluster and the object store together: nothing is left.`,
    `Backups can be deleted with the object store's key, which the plugin needs: only object lock or a copy under another key protects them.`,
    `A mistake that is seen after more than ${objectStore.retentionDays} days.`,
    `Wrong data that the service writes: it is replicated and archived faithfully.`,
    ...(single ? [`A node's disk that lies: checksums show it when a page is read, not before.`] : []),
    `Losing the age key: the Secrets in git would have to be made anew.`,
  ]
    .map((line) => `- ${line}`)
    .join('\n');
}

/** What may go wrong with the strategy itself. */
export function openRisks({ database, api, access, risks = [] }: DecisionRecordProps, proof?: NodeLossProof): string {
  const { platform, instances } = database;
  return [
    ...(proof?.risks ?? [
      `CloudNativePG and the Barman Cloud plugin in \`${platform.operatorNamespace}\` are single programs that serve every failover: while one of them is away, no primary is replaced. They belong to the platform; run the operator with two replicas.`,
    ]),
    `A PostgreSQL that hangs and does not die keeps its lease with CloudNativePG 1.30.0: somebody has to end it (runbook primary-stuck).`,
    ...(proof === undefined && platform.nodes.length === instances
      ? [
          `${instances} instances need ${instances} nodes, and there are ${platform.nodes.length}: a lost node leaves one instance without a place, and a second loss before its return stops writes.`,
        ]
      : []),
    `A base backup of an idle database may be complete and lack its last WAL file for up to ${database.parameters['archive_timeout'] ?? '5min'}; only tried restores prove that it can be restored.`,
    `NetworkPolicies hold only where the cluster's network enforces them: \`check.sh\` of the access folder proves it.`,
    ...((access?.operators.length ?? 0) > 0
      ? [
          `Whoever may forward ports may forward those of any pod in \`${api.namespace}\`; PostgreSQL still asks for a password or a certificate.`,
        ]
      : []),
    ...(api.database !== undefined && api.databaseTimeoutSeconds === undefined
      ? [
          `How long \`${api.name}\` waits for a silent database is not declared: ${DEFAULT_DATABASE_TIMEOUT} s are taken for granted.`,
        ]
      : []),
    ...(api.replicas === 1 ? [`\`${api.name}\` has one replica: each rollout, drain and lost node is an outage.`] : []),
    `Predicted figures are sums of published timings until drills measure them.`,
    ...risks,
  ]
    .map((line) => `- ${line}`)
    .join('\n');
}
