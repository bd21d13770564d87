import { isStale } from '../evidence/history';
import { chainsOf } from '../evidence/standing';
import { command } from './_command';
import { judgedAt } from './_evidence-files';
import { SOURCE_OPTIONS, readEvidence } from './_evidence-source';
import { paint } from './_paint';
import { printable } from '../_printable';

/** `phoenix evidence verify`: whether evidence is what the drills wrote. */
export const evidenceVerify = command({
  name: 'evidence verify',
  summary: 'verify schema, digest and chain of evidence, and say what is stale',
  help: `
Verifies that each document matches the schema, that its digest is its own, and that each names the digest of the one
before it in its chain. A chain is one drill of one service on one platform; its oldest document at hand may name one
that is not at hand. Then says whether the newest of each chain is stale. A failed drill is good evidence: the verdict
is not judged here.

A digest proves that a document is unchanged since its digest was written, not who wrote it: who can write the
ConfigMap can write a chain that holds. Keep pulled evidence in git.

Exit code 2 says that a document does not hold, that the newest of a chain is stale, or that there is none.`,
  positionals: { usage: '[FILE...]', min: 0, max: 10_000, description: 'evidence documents, or folders of them' },
  options: {
    ...SOURCE_OPTIONS,
    now: { type: 'string', value: 'TIME', description: 'judge what is stale at this time instead of now' },
  },
  examples: [
    ['phoenix evidence verify evidence/', 'what was pulled, for example in CI'],
    ['phoenix evidence verify --namespace state-hub', 'what the cluster has'],
  ],
  async run({ options, positionals }, io) {
    const now = judgedAt(options.now);
    const { documents, problems } = await readEvidence(io, positionals, options);
    const chains = chainsOf(documents);
    problems.forEach((p) => io.stdout(`${paint(io, 'red', '✗')} ${printable(`${p.source}: ${p.problem}`)}\n`));
    for (const { title, documents: list, newest } of chains) {
      const stale = isStale(newest, now);
      const sign = stale ? paint(io, 'yellow', '!') : paint(io, 'green', '✓');
      const validity = `${stale ? 'STALE since' : 'valid until'} ${newest.expiresAt.slice(0, 16).replace('T', ' ')} UTC`;
      io.stdout(`${sign} ${printable(title)}: ${list.length} read, newest ${newest.runId} ${newest.verdict}, ${validity}\n`); // prettier-ignore
    }
    if (documents.length + problems.length === 0) {
      io.stdout(`${paint(io, 'yellow', '!')} there is no evidence\n`);
    }
    return problems.length > 0 || chains.length === 0 || chains.some((c) => isStale(c.newest, now)) ? 2 : 0;
  },
});
