import type { NodeLossProof } from '../platform/node-loss';

type Verdict = NodeLossProof['verdicts'][number];

const EVENTS = {
  none: 'ordinary day',
  loss: 'a node lost',
  drain: 'a node drained',
  lossDuringDrain: 'one lost while another drains',
} as const;

/** The claims in words; a claim that is not here is printed as it is. */
const CLAIMS: Readonly<Record<string, string>> = {
  placed: 'all pods find a node',
  writes: 'writes go on',
  failover: 'a failover has its quorum',
  serving: 'a ready replica is left',
  drainEnds: 'the drain ends',
  rescheduled: 'what is lost finds another node',
};

/** Each claim of the node-loss proof, and the counterexamples of those that fail. */
export function proofSummary(proof: NodeLossProof | undefined): string {
  if (proof === undefined || proof.verdicts.length === 0) {
    return 'Nothing was proven.';
  }
  const objects = [...new Set(proof.verdicts.map(({ object }) => object))];
  const events = (Object.keys(EVENTS) as (keyof typeof EVENTS)[]).filter((event) =>
    proof.verdicts.some((verdict) => verdict.event === event),
  );
  const rows = objects.map((object) => {
    const cells = events.map((event) =>
      proof.verdicts
        .filter((verdict) => verdict.object === object && verdict.event === event)
        .map(cell)
        .join('; '),
    );
    return `| ${object} | ${cells.join(' | ')} |`;
  });
  const table = `| | ${events.map((event) => EVENTS[event]).join(' | ')} |\n|${' --- |'.repeat(events.length + 1)}\n${rows.join('\n')}`;
  const all = proof.verdicts.length;
  const holding = proof.verdicts.filter(({ holds }) => holds).length;
  const cases = proof.verdicts.flatMap(({ object, counterexample }) =>
    counterexample === undefined ? [] : [`- ${object}: ${counterexample.text}`],
  );
  const open = proof.verdicts.filter(({ withheld }) => withheld);
  const unjudged = [...new Set(open.map(({ object }) => object))].map(
    (object) =>
      `- ${object}: ${open
        .filter((verdict) => verdict.object === object)
        .map((verdict) => `${claim(verdict)} (${EVENTS[verdict.event]})`)
        .join('; ')}`,
  );
  const held = `${holding} of ${all} claims hold for every placement that the scheduler may choose and every node`;
  const end = [
    holding === all ? `All ${held}.` : `${held}.`,
    ...(cases.length === 0 ? [] : [`These fail:\n\n${cases.join('\n')}`]),
    ...(unjudged.length === 0 ? [] : [`These are not judged, for reasons under Open risks:\n\n${unjudged.join('\n')}`]),
  ];
  return `${end.join(' ')}\n\n<details>\n<summary>claim by claim</summary>\n\n${table}\n\n</details>`;
}

function cell(verdict: Verdict): string {
  return verdict.holds ? claim(verdict) : `**${verdict.withheld ? 'not judged' : 'not'}: ${claim(verdict)}**`;
}

function claim(verdict: Verdict): string {
  return CLAIMS[verdict.claim] ?? verdict.claim;
}
