import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';
import { deliverAgain, pause, resume } from './_gitops';

/** Procedures around nodes. */
export const NODE_PROCEDURES: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  'node-lost': (w) => ({
    title: `A node of ${w.facts.database.platform.name} is lost`,
    when: `${w.nodes} is NotReady or dark and will not be back within minutes.`,
    impact: `If the primary was there, writes stop until the failover is over, without a hand: at most ${w.time(w.figures.failover)}, ${w.time(w.figures.nodeMonitorGrace)} of them until Kubernetes counts the node as lost. ${replicasMove(w)} ${local(w) ? `The instance that lived there keeps its data on that node's disk and waits for it.` : `The instance that lived there follows its volume to another node.`} **Until the instances are ${w.facts.database.instances} again, do not drain, restart or upgrade another node.**`,
    check: `${sh('kubectl get nodes', w.pods)}

The role \`primary\` must be on a node that is Ready. If not after ${w.time(w.figures.patience)}: ${w.link('primary-stuck')}. If the operator says that quorum is missing: ${w.link('failover-denied-by-quorum')}.`,
    act: `1. Did the operator or the plugin live there? They move after ${w.time(w.figures.usualEviction)}. Sooner, when the node is surely off:

   ${indent(sh('node= # the lost one: ' + w.nodes, `kubectl --namespace ${w.operatorNs} get pods --output wide --field-selector spec.nodeName="\${node:?}"`, `kubectl taint nodes "\${node:?}" node.kubernetes.io/out-of-service=nodeshutdown:NoExecute`))}

   The taint lets all pods of the node go at once. Set it only if the node is off: a node that still runs would run them twice.

2. The node comes back: remove the taint (Undo). The instance rewinds, follows and is a standby again, without a hand.

3. ${
      local(w)
        ? `The node never comes back: its volumes are gone with it. Add a node first, because each instance needs one of its own; then give the lost instance up. Be sure that it is not the primary:

   ${indent(sh('kubectl delete node "${node:?}"', ...w.giveUp('the lost one'), ...w.waitRemade))}

   A node with another name belongs into \`nodes\` of the Platform in the program, too.`
        : `The node never comes back: delete it, so that its volumes can be attached elsewhere.

   ${indent(sh('kubectl delete node "${node:?}"'))}`
    }`,
    verify: sh(w.waitHealthy, w.pods, w.sql('select application_name, state, sync_state from pg_stat_replication')),
    undo: sh('kubectl taint nodes "${node:?}" node.kubernetes.io/out-of-service=nodeshutdown:NoExecute-'),
  }),

  'planned-node-maintenance': (w) => ({
    title: 'Work on a node, planned',
    when: `${w.nodes} has to be restarted, upgraded or repaired. One node at a time.`,
    impact: `Seconds without writes if the primary is there: it is handed over. ${local(w) ? 'The instance of this node is missing meanwhile, so losing another node stops writes.' : ''}`,
    check: `Start only if the database is whole, and no backup runs:

${sh(`${w.k} get ${w.cluster}`, w.sql('select application_name, state, sync_state from pg_stat_replication'), `${w.k} get backups.postgresql.cnpg.io`, `${w.k} get cronjobs,jobs`)}

${w.facts.database.instances} ready, ${w.facts.database.instances - 1} standbys streaming, no Backup that is \`started\`, no drill.`,
    act: `Nothing new is put on the node from now on:

${sh(`node= # ${w.nodes}`, 'kubectl cordon "${node:?}"', w.pods)}

Is the primary there? Hand it over first; the drain then has nothing to wait for:

${sh(`target= # a standby on another node: ${w.instances}`, `${w.cnpg} promote ${w.db} "\${target:?}"`, w.waitHealthy)}

Then:

${sh('kubectl drain "${node:?}" --ignore-daemonsets --delete-emptydir-data --timeout 10m')}

Do the work. If the drain is refused because of a disruption budget, the database is not whole: stop, and find out why.`,
    verify: `After Undo:

${sh(w.waitHealthy, w.waitStreaming(w.facts.database.instances - 1), w.rolledOut(w.facts.api))}

Only then the next node.`,
    undo: sh('kubectl uncordon "${node:?}"'),
  }),

  'primary-stuck': (w) => ({
    title: `The primary of ${w.db} is gone or hangs, and nothing happens`,
    when: `Writes fail for more than ${w.time(w.figures.patience)}, and the operator does not promote a standby.`,
    impact: 'Nothing can be written. What was acknowledged is safe on a standby.',
    check: `Each of these alone stops a failover. In this order:

${sh(
  `kubectl --namespace ${w.operatorNs} get deployments`,
  `${w.k} get ${w.cluster} --output jsonpath='{.status.phase}{"\\n"}{.status.phaseReason}{"\\n"}{.metadata.annotations}{"\\n"}'`,
  `${w.k} get objectstores.barmancloud.cnpg.io ${w.facts.database.objectStore.name}`,
  `${w.k} get failoverquorums.postgresql.cnpg.io ${w.db} --output yaml`,
  `${w.k} get leases.coordination.k8s.io ${w.db} --output yaml`,
  w.pods,
  `kubectl --namespace ${w.operatorNs} logs --selector app.kubernetes.io/name=cloudnative-pg --tail 50`,
)}

| what you see | what to do |
| --- | --- |
| operator or plugin not available | ${w.link('PhoenixOperatorDown')}, ${w.link('PhoenixBackupPluginDown')} |
| annotation \`cnpg.io/fencedInstances\` | ${w.link('PhoenixDatabaseFenced')} |
| annotation \`cnpg.io/reconciliationLoop: disabled\`, or hibernation | somebody stopped the operator here: ask who, then Act, second part |
| "Not enough disk space" | ${w.link('disk-full')} |
| the ObjectStore is missing | without it the operator waits for ever: Act, third part |
| quorum denied | ${w.link('failover-denied-by-quorum')} |
| the primary's pod is Ready and PostgreSQL does not answer | Act, first part |`,
    act: `**PostgreSQL hangs.** The pod lives so its lease is renewed and nobody takes over. End the pod. Not with \`--force\`: two primaries could run.

${sh(w.setPrimary, `${w.k} delete pod "\${primary:?}" --grace-period 1 --wait=false`)}

If the phase does not change within ${w.time(w.figures.patience)}, restart the operator: Act of ${w.link('PhoenixOperatorDown')}.

**The operator was told to stop.** Let it work again:

${sh(`${w.k} annotate ${w.cluster} cnpg.io/reconciliationLoop- cnpg.io/hibernation-`)}

**The ObjectStore is missing.** Apply the database's unit again:

${deliverAgain(w)}`,
    verify: `${sh(w.waitHealthy, w.sql('select pg_is_in_recovery()'), w.tryWrite)}

The answer is \`f\`, and the write returns at once.`,
    undo: 'Nothing to undo: the old primary comes back as a standby.',
  }),

  'failover-denied-by-quorum': (w) => ({
    title: 'The operator refuses a failover, because quorum is missing',
    when: 'The primary is lost, and so is at least one standby, or it is not ready.',
    impact:
      'Nothing can be written. The operator cannot know whether the standby that is left has every acknowledged write, and does not guess.',
    check: `${sh(w.pods, `${w.k} get failoverquorums.postgresql.cnpg.io ${w.db} --output yaml`, 'kubectl get nodes')}

With R standbys that are ready and in \`standbyNames\`, W = \`standbyNumber\` and N names in the list, a failover is safe if R + W > N.`,
    act: `**First: bring an instance back.** The old primary or the other standby, it does not matter which: then the failover, or the return of the primary, is safe and happens without a hand. ${w.link('node-lost')}. An hour of waiting loses nothing.

**Only if both are gone for good**, their nodes are surely off, and whoever owns the data agrees to lose what only they had. A primary that runs on out of sight with a standby beside it goes on acknowledging writes; after a promotion there would be two.

1. ${indent(pause(w))}

2. Write down what the last instance has:

   ${indent(sh(`instance= # the one that is left: ${w.instances}`, `${w.k} exec "\${instance:?}" --container postgres -- psql --command "select pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), pg_last_xact_replay_timestamp()"`))}

3. Promote it. This goes past the quorum:

   ${indent(sh(`${w.cnpg} promote ${w.db} "\${instance:?}"`))}

   If it cannot be promoted either, the archive has nearly everything: ${w.link('restore-cluster')}.

4. Writes still wait: a commit is acknowledged only with a standby, and there is none. ${newStandby(w)}

5. Wait for the first standby. It copies everything before it streams: up to ${w.time(w.figures.heal)}.

   ${indent(sh(w.waitStreaming(w.facts.database.synchronous.number), w.pods))}`,
    verify: `A primary, and a write that a standby confirms:

${sh(w.sql('select pg_is_in_recovery(), now()'), w.tryWrite)}

The write returns at once. If it hangs, no standby has confirmed it: end it, and go back to step 4. Compare with what clients wrote last. Then let GitOps go on, and wait until all instances are there again:

${resume(w)}

${sh(w.waitHealthy)}`,
    undo: 'None after `promote`: the writes that only the lost instances had are gone. Before it, nothing was changed.',
  }),
};

function replicasMove(w: RunbookWords): string {
  const { eviction, prediction } = w.figures;
  const all = prediction.nodeLoss.redundancy?.worst ?? 0;
  return eviction === undefined
    ? `Replicas of \`${w.facts.api.name}\` that were there stay there.`
    : `Replicas of \`${w.facts.api.name}\` that were there move ${w.time(eviction)} after that; all are back within ${w.time(all)} of the loss.`;
}

/** How an instance that is alone gets a standby. */
function newStandby(w: RunbookWords): string {
  const gone = local(w)
    ? `It cannot: its volumes are gone with it. Add a node, as each instance needs one of its own, and give the lost instance up; the operator copies a new one:

     ${indent(sh(`node= # a lost one: ${w.nodes}`, 'kubectl delete node "${node:?}"', ...w.giveUp('the one that was there')), 5)}`
    : `It cannot: delete it. Its instance follows its volume to another node:

     ${indent(sh(`node= # a lost one: ${w.nodes}`, 'kubectl delete node "${node:?}"'), 5)}`;
  return `For each lost node:

   - It can come back: bring it back. Its instance follows by itself. An old primary is rewound then, and what only it had is gone: copy its disk first if that matters.
   - ${gone}`;
}

/** Whether an instance's data is lost with its node. */
function local(w: RunbookWords): boolean {
  return w.facts.database.platform.storage.kind === 'nodeLocal';
}

/** For a block inside a numbered step. */
export function indent(text: string, by = 3): string {
  return text.replace(/\n(?=.)/g, `\n${' '.repeat(by)}`);
}
