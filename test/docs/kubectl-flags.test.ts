import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readShell, UNKNOWN } from '../../lib/docs/commands/_shell';
import { VERBS } from '../../lib/docs/commands/_kubectl-verbs';
import { commandBlocks } from '../../lib/docs/commands/check';
import { stateHub } from './state-hub';

const version = spawnSync('kubectl', ['version', '--client', '--output', 'json'], { encoding: 'utf8' });
const minor = version.status === 0 ? Number.parseInt(JSON.parse(version.stdout).clientVersion.minor, 10) : 0;

/** Every different kubectl command of the documents, without what a plugin or a container gets. */
function kubectlCommands(): string[][] {
  const all = stateHub()
    .app.files()
    .filter(({ path }) => path.startsWith('docs/'))
    .flatMap(commandBlocks)
    .flatMap(({ text }) => readShell(text).commands)
    .map(({ words }) => words.map((word) => word.text.replaceAll(UNKNOWN, 'x')))
    .filter(([program, verb]) => program === 'kubectl' && verb !== 'cnpg')
    .map((words) => (words.includes('--') ? words.slice(1, words.indexOf('--')) : words.slice(1)));
  return [...new Map(all.map((words) => [words.join(' '), words])).values()];
}

/** kubectl reads all flags before it prints help, and ends with an error at the first that it does not know. */
const knows = (words: readonly string[]) => spawnSync('kubectl', [...words, '--help'], { encoding: 'utf8' });

describe.skipIf(minor < 30)('every kubectl command of every document', () => {
  it('has only flags that kubectl itself knows for this verb', () => {
    const commands = kubectlCommands();
    expect(commands.length).toBeGreaterThan(50);
    const refused = commands
      .map((words) => ({ words, run: knows(words) }))
      .filter(({ run }) => run.status !== 0)
      .map(({ words, run }) => `${words.join(' ')}: ${run.stderr.split('\n')[0]}`);
    expect(refused).toEqual([]);
  }, 60_000);

  it('and the table has only verbs and flags of kubectl', () => {
    const nouns: Record<string, string[][]> = {
      rollout: [['status'], ['restart']],
      create: [[], ['secret', 'generic'], ['job']],
      auth: [['can-i']],
      top: [['pod']],
    };
    const refused = Object.entries(VERBS).flatMap(([verb, { flags }]) =>
      Object.entries(flags)
        .filter(([flag, value]) =>
          (nouns[verb] ?? [[]]).every((noun) =>
            ['1', '1s', 'none'].every(
              (x) => knows([verb, ...noun, ...(value === 'switch' ? [flag] : [flag, x])]).status !== 0,
            ),
          ),
        )
        .map(([flag]) => `${verb} ${flag}`),
    );
    expect(refused).toEqual([]);
  }, 60_000);

  it('and a flag of another verb would be seen', () => {
    expect(knows(['get', 'pods', '--selector', 'a=b']).status).toBe(0);
    expect(knows(['get', 'pods', '--grace-period', '1']).status).not.toBe(0);
    expect(knows(['delete', 'pods', '--sort-by', '.x']).status).not.toBe(0);
  });
});
