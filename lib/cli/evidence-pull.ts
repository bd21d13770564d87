import { join } from 'node:path';
import { readHistory } from '../evidence/history';
import { command } from './_command';
import { keepEvidence } from './_evidence-files';
import { SOURCE_OPTIONS, storedTexts } from './_evidence-source';
import { printable } from '../_printable';

const SAFE_NAME = /^[a-z0-9][-a-z0-9]{0,60}\.json$/;

/** `phoenix evidence pull`: from the ConfigMaps of a cluster to files. */
export const evidencePull = command({
  name: 'evidence pull',
  summary: 'copy the evidence of a cluster into files, byte for byte',
  help: `
Copies every evidence document of a namespace into a folder, one file a run. The cluster keeps only the newest ones;
pulled files are the long memory, so commit them. A file that is already there with other content is never
overwritten: it is named, and the exit code is 2, because evidence does not change.

What is pulled is verified: each document, and its links to the others that the cluster has. The whole chain, with what
was pulled before, is verified by 'phoenix evidence verify' on the folder.`,
  options: {
    ...SOURCE_OPTIONS,
    namespace: { ...SOURCE_OPTIONS.namespace, description: 'namespace of the drills; required' },
    output: { type: 'string', short: 'o', value: 'DIR', default: 'evidence', description: 'folder for the files' },
  },
  examples: [['phoenix evidence pull --namespace state-hub', 'into evidence/']],
  async run({ options }, io) {
    const texts = await storedTexts(io, options);
    const problems = readHistory(texts).problems.map((p) => `${p.source}: ${p.problem}`);
    let added = 0;
    for (const { source, name, text } of texts) {
      if (!SAFE_NAME.test(name)) {
        problems.push(`${source}: is not the name of a run, not written`);
        continue;
      }
      const kept = keepEvidence(io, options.output, name, text);
      added += kept === 'added' ? 1 : 0;
      if (kept === 'differs') {
        problems.push(`${source}: differs from ${join(options.output, name)}, which was kept`);
      }
    }
    io.stdout(`${texts.length} in the cluster, ${added} new in ${options.output}\n`);
    problems.forEach((problem) => io.stderr(`${printable(problem)}\n`));
    return problems.length === 0 ? 0 : 2;
  },
});
