import type { FailoverDrill } from '../../drill/failover-drill';
import { DRILL_EXIT_CODES } from '../../evidence/exit-code';
import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';

/** Procedures around drills. Written only where there is one. */
export const DRILL_PROCEDURES: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  'run-a-failover-drill': (w) => ({
    title: 'Run a failover drill',
    when: `Before anything relies on this database, after a change of versions or nodes, and whenever evidence gets stale. \`deletePrimary\` and \`switchover\` need one person; \`external\`, the loss of a real node, needs two.`,
    impact: `Writes stop, for each failover as long as the decision record predicts; reads and the API may stop too. Tell who uses ${w.facts.service} before. With \`external\`, everything else on that node stops as well.`,
    check: `The database must be whole: the drill looks by itself, and aborts if not. Look where the primary, the operator and the plugin run; an operator that is lost together with the primary has to start elsewhere first, and that is measured too.

${sh(w.pods, `kubectl --namespace ${w.operatorNs} get pods --output wide`, 'kubectl get nodes')}`,
    act: act(w),
    verify: `${sh(`npx phoenix evidence verify evidence`, `npx phoenix report evidence -o report.html`, ...each(w, ({ name }) => `${w.k} get cronjob ${name} --output jsonpath='{.status.lastSuccessfulTime}'`))}

Commit the folder \`evidence\`: the cluster keeps only the newest documents.`,
    undo: `A run that must end now: delete its Job. It takes its load away within ten seconds, and its evidence says that it was stopped. A failover that has begun goes on.

${sh(...each(w, ({ name }) => `${w.k} get jobs --selector app.kubernetes.io/name=${name}`), 'job= # the one that runs', `${w.k} delete job "\${job:?}"`)}

Power a node on that was switched off.`,
  }),
};

function act(w: RunbookWords): string {
  const runs = sh(...each(w, ({ name }) => `npx phoenix drill failover ${name} --namespace ${w.ns}`));
  return `Every drill here is started alike, and says every second which phase it is in, how many writes were served, and who is the primary:

${runs}

The phases: \`preconditions\` (nothing was touched yet), \`load\`, \`trigger\`, \`observe\` (writes fail, then come back; the primary's name changes), \`settle\`, \`verify\`, \`clean up\`. When the connection breaks, leave it: it comes back by itself. Ctrl-C stops following, not the drill.

### Pull the plug of a node

For a drill with mode \`external\`: ${modes(w)} Another mode is a value in the program, \`drills: { failover: { mode: 'external' } }\`; synthesize, deliver, and it has the rights and the time for it.

1. One person sits at the terminal, away from the cluster; the other one stands at the power of the nodes. Both can hear each other.
2. The terminal must keep an API server when the node goes: the address that \`kubectl cluster-info\` shows must not be one of that node alone.
3. Start it as above, and wait for the line **armed: pull the plug of the node that runs …**. It names the primary's pod; this is its node:

   ${indent(sh(w.setPrimary, `${w.k} get pod "\${primary:?}" --output wide`))}

4. Say the node's name aloud, let the other one repeat it, and **cut its power within ${minutes(w, 'armSeconds')}**. No shutdown, no drain, no reboot: those hand the primary over, and measure something else. If nobody pulls, the drill aborts and nothing has happened.
5. Hands off. All clients must be served again within ${minutes(w, 'recoverySeconds')}; what the objective says is less, and is judged.
6. When the line names another primary and the number of good writes grows again, **power the node on**. The old primary must be back, streaming, within **${minutes(w, 'redundancySeconds')} of the cut**, start of the machine included: else the run has failed, however well the failover went.
7. Leave it until it has printed its verdict. If it was not to be seen to the end, it is in the cluster all the same:

   ${indent(sh(`npx phoenix evidence pull --namespace ${w.ns}`))}

### What the exit code says

| code | meaning |
| --- | --- |
${DRILL_EXIT_CODES.map(([code, meaning]) => `| ${code} | ${meaning} |`).join('\n')}

The program in the Job ends with the same codes 0 to 3. The reason on the last line is the first check that failed.

### After \`failed\`

First the service, not the drill: ${w.link('node-lost')}, ${w.link('primary-stuck')} or ${w.link('failover-denied-by-quorum')}, whichever looks like it. The lines under \`for whoever takes over\` are what the drill saw.

${w.look}

- Lost writes: stop. Do not retire anything that still holds the data. Keep the evidence, and compare \`synchronous\` of the Cluster with the decision record.
- Too slow: make the report; the marks in the picture say which step took the time, and the decision record which term predicts it.
- \`redundancy-back\`: the instance did not return in time. Was the node on early enough?

### After \`aborted\`

Nothing was taken away. The reason names the precondition: mend it, run again. \`lease-held\` is another run, or one that was killed: its Lease expires by itself.

### After 3, or a run that was killed

The notes under \`not cleaned up\` say what is left: a table of the drill's own database, or a Lease that expires. The next run sweeps both. No client of yours sees either.

### After 4

It may still run, or wait for its pod; look before you start another one, and pull its evidence when it has ended.

${sh(...each(w, ({ name }) => `${w.k} get jobs,pods --selector app.kubernetes.io/name=${name}`))}`;
}

function modes(w: RunbookWords): string {
  return each(w, ({ name, mode }) => `\`${name}\` has \`${mode}\`.`).join(' ');
}

/** The bounds are the same for every drill. */
function minutes(w: RunbookWords, bound: keyof FailoverDrill['bounds']): string {
  return `${(w.facts.drills[0]?.bounds[bound] ?? 0) / 60} minutes`;
}

function each<T>(w: RunbookWords, of: (drill: FailoverDrill) => T): T[] {
  return w.facts.drills.map(of);
}

function indent(block: string): string {
  return block.replaceAll('\n', '\n   ');
}
