import type { ReadinessCheck } from '../../drill/readiness-check';
import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';

/** Runbooks of the alerts on the readiness check. Written only where there is one. */
export const READINESS_ALERTS: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  PhoenixReadinessFailed: (w) => ({
    title: 'The cluster is not what the platform declares',
    when: `The newest run of \`${check(w).name}\` is later than its last success.`,
    impact: `The service runs. What recovery was predicted for is not there, so the next failure may last longer than predicted, or not end.`,
    check: `The last line of the log is the evidence: its reason names the first check that failed, with what was expected and observed.

${look(w)}

The same from here, check by check, with your own rights:

${sh(`npx phoenix readiness ${config(w)} --from operator`)}`,
    act: `- \`nodes-…\`: ${w.link('node-lost')} where one is gone; uncordon one that nobody works on.
- \`deployment-…\`: ${w.link('PhoenixOperatorDown')} or ${w.link('PhoenixBackupPluginDown')}. Where it runs under another name, say so: \`operatorDeployment\` and \`pluginDeployment\` of the Platform.
- \`…-version\`, \`crd-…\`, \`kubernetes-api\`: the platform was upgraded. Declare the new version in the program, synthesize, read what changes.
- \`storage-…\`, \`default-storage-class\`: ask who runs the platform what happened to the StorageClass before anything is restarted.
- \`dns-…\`, \`reach-…\`: the API does not answer in the cluster: ${w.link('PhoenixApiDown')}.
- \`not checked\`: the check lacks a right that its ClusterRole should give; apply \`${w.facts.gitops.dist}/manifests\` again.

Then run it again:

${again(w)}`,
    verify: sh(lastSuccess(w)),
    undo: 'Nothing to undo: the check changes nothing.',
  }),

  PhoenixReadinessStale: (w) => ({
    title: 'The readiness check has not passed for too long',
    when: `The last success of \`${check(w).name}\`, or its creation, is older than its evidence is valid. Where it had failed, ${w.link('PhoenixReadinessFailed')} would say so: it does not run.`,
    impact: 'None now. Nobody knows whether the cluster is still what recovery was predicted for.',
    check: `Is it suspended, does its Job wait for a pod, does its pod wait for an image?

${sh(`${w.k} get cronjob ${check(w).name}`, `${w.k} get jobs,pods --selector app.kubernetes.io/name=${check(w).name}`, `${w.k} describe cronjob ${check(w).name}`)}`,
    act: again(w),
    verify: sh(lastSuccess(w)),
    undo: 'Nothing to undo: the check changes nothing.',
  }),
};

function check({ facts }: RunbookWords): ReadinessCheck {
  return facts.readiness!;
}

function look(w: RunbookWords): string {
  const { name } = check(w);
  return sh(
    `${w.k} get jobs --selector app.kubernetes.io/name=${name}`,
    `${w.k} logs --selector app.kubernetes.io/name=${name} --tail 1`,
  );
}

function again(w: RunbookWords): string {
  const { name } = check(w);
  return sh(
    `job= # a new name for the run, such as ${name}-by-hand`,
    `${w.k} create job "\${job:?}" --from cronjob/${name}`,
    `${w.k} wait job "\${job:?}" --for condition=Complete --timeout 10m`,
  );
}

function lastSuccess(w: RunbookWords): string {
  return `${w.k} get cronjob ${check(w).name} --output jsonpath='{.status.lastSuccessfulTime}'`;
}

/** The configuration that synthesis wrote, from the root of the repository. */
function config(w: RunbookWords): string {
  const { dist } = w.facts.gitops;
  return `${dist}/manifests/${w.facts.service}-drills/ConfigMap.${w.ns}.${check(w).name}.yaml`;
}
