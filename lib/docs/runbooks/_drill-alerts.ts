import type { FailoverDrill } from '../../drill/failover-drill';
import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';

/** Runbooks of the alerts on drills. */
export const DRILL_ALERTS: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  PhoenixDrillFailed: (w) => ({
    title: 'The last drill failed',
    when: `The newest run of a drill is later than its last success: ${names(w)}. The alert's \`subject\` says which.`,
    impact: 'The service runs. Whether it survives the next failure is open: the drill measured that it may not.',
    check: `First whether the service is well. The last line of the log is the evidence: verdict and reason. The drill took its load away, or says in \`cleanup\` what it left.

${sh(w.look.replace(/^```sh\n|\n```$/g, ''), ...each(w, (name) => `${w.k} get jobs --selector app.kubernetes.io/name=${name}`), ...each(w, (name) => `${w.k} logs --selector app.kubernetes.io/name=${name} --tail 20`))}`,
    act: `- \`aborted\`: nothing was touched; the reason names the precondition, such as a backup that is too old. Mend it, run again.
- \`failed\` with lost writes: stop. Do not retire anything that still holds the data; compare \`synchronous\` in the Cluster with the decision record.
- \`failed\` by time: compare the marks in the report with the terms of the prediction; the slowest step is the one to mend. The report, as one page:

${sh(`npx phoenix evidence pull --namespace ${w.ns}`, 'npx phoenix report evidence')}

Only when the cause is mended, run it again:

${w.link('run-a-failover-drill')} says more of each verdict.

${sh(...each(w, (name) => `npx phoenix drill failover ${name} --namespace ${w.ns}`))}`,
    verify: sh(...each(w, (name) => `${w.k} get cronjob ${name} --output jsonpath='{.status.lastSuccessfulTime}'`)),
    undo: 'Nothing to undo.',
  }),

  PhoenixDrillStale: (w) =>
    run(w, 'A drill has not passed for too long', 'Its last success is older than its evidence is valid'),

  PhoenixDrillNeverRun: (w) =>
    run(w, 'A drill has never passed', 'It has been in the cluster for a week without one success'),
};

function run(w: RunbookWords, title: string, when: string): Runbook {
  return {
    title,
    when: `${when}: ${names(w)}.`,
    impact: 'None now. Nothing shows that the next failure is survived.',
    check: w.look,
    act: `Choose a moment in which outages of up to ${w.time(outage(w))} are allowed, tell who uses the service, and run it. It checks by itself that everything is healthy, and stops without harm if not: ${w.link('run-a-failover-drill')}.

${sh(...each(w, (name) => `npx phoenix drill failover ${name} --namespace ${w.ns}`))}`,
    verify: sh(...each(w, (name) => `${w.k} get cronjob ${name} --output jsonpath='{.status.lastSuccessfulTime}'`)),
    undo: 'Nothing to undo.',
  };
}

/** What one lost primary may cost. */
function outage(w: RunbookWords): number {
  const { api, writes } = w.figures.prediction.instanceLoss;
  return Math.max(writes.worst, api?.worst ?? 0);
}

function each(w: RunbookWords, line: (name: string) => string): string[] {
  return w.facts.drills.map((drill: FailoverDrill) => line(drill.name));
}

function names(w: RunbookWords): string {
  return each(w, (name) => `\`${name}\``).join(' or ');
}
