import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { needsPerson } from '../evidence/standing';
import { reportPage } from '../evidence/report/page';
import { command } from './_command';
import { judgedAt, readEvidenceFiles } from './_evidence-files';

/** `phoenix report`: evidence in, one HTML page out. */
export const report = command({
  name: 'report',
  summary: 'make one HTML page from the evidence of drills',
  help: `
Reads evidence documents and writes one HTML page: the verdict, what every client saw during the failover, predicted
against measured against objective, every check, the history over runs, and which evidence is stale.

The page is one file. It loads nothing, works offline and prints on paper. Evidence that was changed, breaks its chain
or does not match its schema is named at the top. Reading needs no cluster and no network.

Exit code 2 says that the page was written and something on it needs a person: a newest run that did not pass or is
stale, or evidence that does not hold.`,
  positionals: { usage: 'FILE...', min: 1, max: 10_000, description: 'evidence documents, or folders that hold them' },
  options: {
    output: { type: 'string', short: 'o', value: 'FILE', default: 'report.html', description: 'the page to write; - for stdout' }, // prettier-ignore
    now: { type: 'string', value: 'TIME', description: 'judge what is stale at this time instead of now' },
  },
  examples: [
    ['phoenix report evidence/ -o report.html', 'one page about all that was pulled'],
    ['phoenix report run.json --now 2026-11-23T00:00:00Z -o -', 'the same bytes whenever it runs'],
  ],
  run({ options, positionals }, io) {
    const now = judgedAt(options.now);
    const history = readEvidenceFiles(io, positionals);
    const page = reportPage(history, now);
    if (options.output === '-') {
      io.stdout(page);
    } else {
      writeFileSync(resolve(io.cwd, options.output), page);
      io.stderr(
        `wrote ${options.output}: ${count(history.documents.length, 'document')}, ${count(history.problems.length, 'problem')}\n`,
      );
    }
    return needsPerson(history, now) ? 2 : 0;
  },
});

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
