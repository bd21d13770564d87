import type { Evidence } from '../evidence/evidence';
import { isStale } from '../evidence/history';
import { command } from './_command';
import { judgedAt } from './_evidence-files';
import { SOURCE_OPTIONS, readEvidence } from './_evidence-source';
import { printable } from '../_printable';
import { paint } from './_paint';

/** `phoenix evidence list`: one line a run. */
export const evidenceList = command({
  name: 'evidence list',
  summary: 'list the runs of drills, with verdict and what is stale',
  help: `
Lists evidence, oldest first: from files, or with --namespace from the ConfigMaps that the drills of a cluster wrote.
Documents that do not hold are named on stderr and lead to exit code 2. It changes nothing.

The cluster is reached through your own kubectl, with your own rights: it lists ConfigMaps of one namespace.`,
  positionals: { usage: '[FILE...]', min: 0, max: 10_000, description: 'evidence documents, or folders of them' },
  options: {
    ...SOURCE_OPTIONS,
    now: { type: 'string', value: 'TIME', description: 'judge what is stale at this time instead of now' },
    format: { type: 'string', choices: ['text', 'json'], default: 'text', description: 'for people or for programs' },
  },
  examples: [
    ['phoenix evidence list -n state-hub', 'what the cluster has'],
    ['phoenix evidence list evidence/', 'what was pulled'],
  ],
  async run({ options, positionals }, io) {
    const now = judgedAt(options.now);
    const { documents, problems } = await readEvidence(io, positionals, options);
    problems.forEach((p) => io.stderr(printable(`${p.source}: ${p.problem}`) + '\n'));
    if (options.format === 'json') {
      const rows = documents.map(({ source, evidence: e }) => ({ source, runId: e.runId, drill: e.drill, mode: e.mode, verdict: e.verdict, reason: e.reason, finishedAt: e.finishedAt, stale: isStale(e, now), digest: e.digest })); // prettier-ignore
      io.stdout(`${JSON.stringify({ documents: rows, problems }, null, 2)}\n`);
    } else if (documents.length === 0) {
      io.stderr('there is no evidence\n');
    } else {
      const color = { passed: 'green', failed: 'red', aborted: 'yellow' } as const;
      const row = (e: Evidence): string =>
        `${e.finishedAt.slice(0, 16).replace('T', ' ')}  ${paint(io, color[e.verdict], e.verdict.padEnd(7))}  ` +
        `${printable(`${e.drill} ${e.mode}`.padEnd(24))}  ${e.runId}  ${isStale(e, now) ? paint(io, 'yellow', 'STALE  ') : ''}${printable(e.reason)}\n`;
      io.stdout(documents.map(({ evidence }) => row(evidence)).join(''));
    }
    return problems.length === 0 ? 0 : 2;
  },
});
