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
        .map((verdict) => (verdict.holds ? claim(verdict) : `**not: ${claim(verdict)}**`))
        .join('; '),
    );
    return `| ${object} | ${cells.join(' | ')} |`;
  });
  const table = `| | ${events.map((event) => EVENTS[event]).join(' | ')} |\n|${' --- |'.repeat(events.length + 1)}\n${rows.join('\n')}`;
  const refuted = proof.verdicts.filter(({ holds }) => !holds);
  const cases = refuted.map(
    ({ object, counterexample }) => `- ${object}: ${counterexample?.text ?? 'no case was found'}`,
  );
  const held = `${proof.verdicts.length - refuted.length} of ${proof.verdicts.length} claims hold for every placement that the scheduler may choose and every node`;
  const end = refuted.length === 0 ? `All ${held}.` : `${held}. These fail:\n\n${cases.join('\n')}`;
  return `${end}\n\n<details>\n<summary>claim by claim</summary>\n\n${table}\n\n</details>`;
}

function claim(verdict: Verdict): string {
  return CLAIMS[verdict.claim] ?? verdict.claim;
}
