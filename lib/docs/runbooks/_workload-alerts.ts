import type { ApiService } from '../../api/api-service';
import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';

/** Runbooks of the alerts on the API, its companions, and what a failover depends on. */
export const WORKLOAD_ALERTS: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  PhoenixApiDown: (w) => ({
    title: `${w.facts.api.name} has no ready replica`,
    when: `No replica of \`${w.facts.api.name}\` has been ready${w.lasting('PhoenixApiDown')}.`,
    impact: 'Nobody can use the service.',
    check: `The database first, because readiness (\`${w.facts.api.readiness}\`) asks it:

${sh(`${w.k} get ${w.cluster}`, ...look(w, w.facts.api))}`,
    act: `- The database has no primary: ${w.link('PhoenixDatabaseNoPrimary')}.
- Pods are Pending: the events name what is missing on the nodes.
- Pods crash after a change: go back one revision, then revert the commit, or GitOps brings it again.

${sh(`${w.k} rollout undo deployment ${w.facts.api.name}`)}

- Pods run and are not ready, and the database is healthy: look for a wrong password in the log; a rotated one is read only at start.

${sh(`${w.k} rollout restart deployment ${w.facts.api.name}`)}`,
    verify: sh(w.rolledOut(w.facts.api)),
    undo: sh(`${w.k} rollout undo deployment ${w.facts.api.name}`),
  }),

  PhoenixApiReplicasMissing: (w) => ({
    title: `${w.facts.api.name} has fewer than ${w.facts.api.replicas} ready replicas`,
    when: `Some of the ${w.facts.api.replicas} replicas have been missing${w.lasting('PhoenixApiReplicasMissing')}.`,
    impact: 'The service works with less room for the next failure.',
    check: sh('kubectl get nodes', ...look(w, w.facts.api)),
    act: `- A node is gone: ${w.link('node-lost')}.
- A rollout is stuck: the new pods' log says why. Revert the commit, or:

${sh(`${w.k} rollout undo deployment ${w.facts.api.name}`)}`,
    verify: sh(w.rolledOut(w.facts.api)),
    undo: sh(`${w.k} rollout undo deployment ${w.facts.api.name}`),
  }),

  PhoenixCompanionDown: (w) => ({
    title: `A part beside ${w.facts.api.name} has no ready replica`,
    when: `${w.facts.companions.map((x) => `\`${x.name}\``).join(' or ') || 'A companion'} has had no ready replica${w.lasting('PhoenixCompanionDown')}. The alert's \`subject\` says which.`,
    impact: 'The API works. Nobody needs to be woken.',
    check: sh(
      ...w.facts.companions.flatMap((companion) => look(w, companion)),
      `${w.k} get deployment ${w.facts.api.name}`,
    ),
    act: `Does the API answer? The companion calls it. Otherwise restart, or go back one revision:

${sh(...w.facts.companions.map((x) => `${w.k} rollout restart deployment ${x.name}`))}`,
    verify: sh(...w.facts.companions.map((part) => w.rolledOut(part))),
    undo: sh(...w.facts.companions.map((x) => `${w.k} rollout undo deployment ${x.name}`)),
  }),

  PhoenixOperatorDown: (w) => ({
    title: 'CloudNativePG is not running: no database fails over',
    when: `No ready replica of the operator in namespace \`${w.operatorNs}\`${w.lasting('PhoenixOperatorDown')}. It belongs to the platform and serves all databases.`,
    impact: `Databases run on. A lost primary is not replaced until the operator is back. Do not drain or restart anything meanwhile.`,
    check: operatorLook(w),
    act: `- Its node is gone: the pod moves by itself after ${w.time(w.figures.usualEviction)}. Sooner, when the node is surely off:

${sh(`kubectl --namespace ${w.operatorNs} delete pod --selector ${w.operatorPods} --force`)}

- It crashes: the log says why; go back to the version before with whoever runs the platform.
- It hangs:

${sh(`kubectl --namespace ${w.operatorNs} rollout restart deployment ${w.facts.database.platform.operatorDeployment}`)}`,
    verify: sh(
      `kubectl --namespace ${w.operatorNs} wait pod --selector ${w.operatorPods} --for condition=Ready --timeout 5m`,
      w.waitHealthy,
    ),
    undo: 'Nothing to undo.',
  }),

  PhoenixBackupPluginDown: (w) => ({
    title: 'The Barman Cloud plugin is not running: no database fails over',
    when: `No ready replica of the plugin in namespace \`${w.operatorNs}\`${w.lasting('PhoenixBackupPluginDown')}. The operator stops before any failover while the plugin does not answer.`,
    impact: `\`${w.db}\` runs on and archives WAL through its sidecars. A lost primary is not replaced.`,
    check: sh(
      `kubectl --namespace ${w.operatorNs} get deployments,pods --output wide`,
      `kubectl --namespace ${w.operatorNs} logs deployment/${w.facts.database.platform.pluginDeployment} --tail 50`,
      `kubectl --namespace ${w.operatorNs} get certificates.cert-manager.io`,
    ),
    act: `- A certificate is not Ready: ${w.link('PhoenixPluginCertificateExpiring')}.
- Its node is gone, or it hangs:

${sh(`kubectl --namespace ${w.operatorNs} rollout restart deployment ${w.facts.database.platform.pluginDeployment}`)}`,
    verify: sh(
      `kubectl --namespace ${w.operatorNs} rollout status deployment ${w.facts.database.platform.pluginDeployment} --timeout 5m`,
      w.waitHealthy,
    ),
    undo: 'Nothing to undo.',
  }),

  PhoenixPluginCertificateExpiring: (w) => ({
    title: w.summary('PhoenixPluginCertificateExpiring', 'A certificate between operator and plugin expires soon'),
    when: 'cert-manager should have renewed it by now.',
    impact: 'None before it expires. Then the operator cannot reach the plugin, and nothing fails over.',
    check: sh(
      `kubectl --namespace ${w.operatorNs} get certificates.cert-manager.io,certificaterequests.cert-manager.io`,
      `kubectl --namespace ${w.operatorNs} describe certificates.cert-manager.io`,
      'kubectl --namespace cert-manager get pods',
    ),
    act: `Get cert-manager to work; the events above say why it does not. Then let it issue anew: it does so for a Secret that is gone, within seconds.

${sh(`kubectl --namespace ${w.operatorNs} get secrets | grep barman-cloud`, `secret= # the one that expires, from the list`, `kubectl --namespace ${w.operatorNs} delete secret "\${secret:?}"`)}

Then restart the plugin and the operator, which read it at start: Act of ${w.link('PhoenixBackupPluginDown')} and of ${w.link('PhoenixOperatorDown')}.`,
    verify: sh(`kubectl --namespace ${w.operatorNs} get certificates.cert-manager.io`, w.waitHealthy),
    undo: 'Nothing to undo: cert-manager keeps the certificate.',
  }),
};

function look(w: RunbookWords, part: ApiService): string[] {
  const selector = Object.entries(part.podLabels).map(([key, value]) => `${key}=${value}`);
  return [
    `${w.k} get pods --selector ${selector.join(',')} --output wide`,
    `${w.k} describe deployment ${part.name}`,
    `${w.k} logs --selector ${selector.join(',')} --prefix --tail 20`,
  ];
}

function operatorLook(w: RunbookWords): string {
  return sh(
    `kubectl --namespace ${w.operatorNs} get deployments,pods --output wide`,
    `kubectl --namespace ${w.operatorNs} logs --selector ${w.operatorPods} --tail 50`,
    `kubectl --namespace ${w.operatorNs} get events --sort-by .lastTimestamp`,
  );
}
