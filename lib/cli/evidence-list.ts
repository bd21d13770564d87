import { isStale, type SourcedEvidence } from '../evidence/history';
import { chainsOf, type Chain } from '../evidence/standing';
import { type CommandIo, command } from './_command';
import { judgedAt } from './_evidence-files';
import { SOURCE_OPTIONS, readEvidence } from './_evidence-source';
import { printable } from '../_printable';
import { paint } from './_paint';

/** `phoenix evidence list`: one line a run. */
export const evidenceList = command({
  name: 'evidence list',
  summary: 'list the runs of drills, with verdict and what is stale',
  help: `
Lists evidence by drill, the newest run last: from files, or with --namespace from the ConfigMaps that the drills of a
cluster wrote. A run that is stale no longer supports a decision; the newest of a drill is the one that matters. Documents that do not hold are named on stderr and lead to exit code 2. It changes nothing.

The cluster is reached through your own kubectl, with your own rights: it lists ConfigMaps of one namespace.`,
  positionals: { usage: '[FILE...]', min: 0, max: 10_000, description: 'evidence documents, or folders of them' },
  options: {
    ...SOURCE_OPTIONS,
    now: { type: 'string', value: 'TIME', description: 'judge what is stale at this time instead of now' },
    format: { type: 'string', choices: ['text', 'json'], default: 'text', description: 'for people or for programs' },
  },
  examples: [
    ['phoenix evidence list --namespace state-hub', 'what the cluster has'],
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
      const blocks = chainsOf(documents).map(
        (chain) => `${paint(io, 'bold', printable(chain.title))}\n${rows(chain, now, io)}`,
      );
      io.stdout(blocks.join('\n'));
    }
    return problems.length === 0 ? 0 : 2;
  },
});

const COLOR = { passed: 'green', failed: 'red', aborted: 'yellow' } as const;

function rows({ documents }: Chain, now: Date, io: CommandIo): string {
  const mode = Math.max(4, ...documents.map(({ evidence }) => printable(evidence.mode).length));
  const head = `  finished (UTC)    verdict  valid until  ${'mode'.padEnd(mode)}  run                     reason\n`;
  const row = ({ evidence: e }: SourcedEvidence): string => {
    const until = isStale(e, now) ? paint(io, 'yellow', 'STALE     ') : e.expiresAt.slice(0, 10);
    const verdict = paint(io, COLOR[e.verdict], e.verdict.padEnd(7));
    const reason = `${e.cleanup.ok ? '' : paint(io, 'yellow', 'NOT CLEANED UP; ')}${printable(e.reason)}`;
    const run = e.runId.padEnd(22);
    return `  ${e.finishedAt.slice(0, 16).replace('T', ' ')}  ${verdict}  ${until}   ${printable(e.mode).padEnd(mode)}  ${run}  ${reason}\n`;
  };
  return paint(io, 'dim', head) + documents.map(row).join('');
}
