import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commandBlocks } from '../../lib/docs/commands/check';
import { stateHub } from './state-hub';

const home = mkdtempSync(join(tmpdir(), 'phoenix-guards-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const blocks = stateHub()
  .app.files()
  .filter(({ path }) => path.includes('/runbooks/'))
  .flatMap((file) => commandBlocks(file).map(({ text }) => ({ path: file.path, text })));

/** Runs a block as somebody would who filled in the value, with a kubectl that only writes down what it was told. */
function run(block: string, fill: Readonly<Record<string, string>>, primary: string | undefined): string[] {
  writeFileSync(
    join(home, 'kubectl'),
    `#!/bin/sh
case "$*" in
  *pg_stat_replication*) echo 2 ;;
  *currentPrimary*) ${primary === undefined ? 'echo "connection refused" >&2; exit 1' : `printf %s ${primary}`} ;;
  *) echo "$*" >>${home}/told ;;
esac
`,
  );
  chmodSync(join(home, 'kubectl'), 0o755);
  writeFileSync(join(home, 'told'), '');
  const filled = block.replace(/^(\w+)= #.*$/gm, (line, name: string) =>
    name in fill ? `${name}=${fill[name]}` : line,
  );
  // As in a terminal: each line by itself, and a line that fails does not end the shell.
  const script = filled.split('\n').map((line) => `eval '${line.replaceAll("'", `'\\''`)}'`);
  spawnSync('bash', ['--norc', '--noprofile', '-i'], {
    timeout: 20_000,
    input: `${script.join('\n')}\n`,
    env: { PATH: `${home}:${process.env['PATH']}`, HOME: home },
  });
  return readFileSync(join(home, 'told'), 'utf8').split('\n').filter(Boolean);
}

describe('what cannot be undone', () => {
  const destroys = blocks.filter(({ text }) => text.includes(' destroy '));

  it.each(destroys)('gives up the instance that was named: $path', ({ text }) => {
    const told = run(text, { instance: 'state-hub-db-2', node: 'railiance02' }, 'state-hub-db-1');
    expect(told.filter((line) => line.includes('destroy'))).toEqual([
      'cnpg --namespace state-hub destroy state-hub-db 2',
    ]);
  });

  it.each(destroys)('never the primary: $path', ({ text }) => {
    const told = run(text, { instance: 'state-hub-db-1', node: 'railiance01' }, 'state-hub-db-1');
    expect(told.filter((line) => line.includes('destroy'))).toEqual([]);
  });

  it.each(destroys)('nothing where nobody knows who the primary is: $path', ({ text }) => {
    const told = run(text, { instance: 'state-hub-db-2', node: 'railiance02' }, undefined);
    expect(told.filter((line) => line.includes('destroy'))).toEqual([]);
  });

  it('no fence is put on the primary that the operator names', () => {
    const [{ text }, ...others] = blocks.filter(
      (block) => block.path.includes('TwoPrimaries') && / fencing on /.test(block.text),
    ) as [(typeof blocks)[0]];
    expect(others).toEqual([]);
    const fences = (instance: string) =>
      run(text, { instance }, 'state-hub-db-1').filter((line) => line.includes('fencing on'));
    expect(fences('state-hub-db-1')).toEqual([]);
    expect(fences('state-hub-db-2')).toEqual(['cnpg --namespace state-hub fencing on state-hub-db state-hub-db-2']);
  });

  it('nothing at all where a value is not filled in, in any block of any page', () => {
    const asking = blocks.filter(({ text }) => /^\w+= #/m.test(text) && text.includes('kubectl'));
    expect(asking.length).toBeGreaterThan(8);
    const harm = /\b(destroy|delete|promote|fencing on|drain|cordon|taint|restart)\b/;
    for (const { path, text } of asking) {
      expect({ path, told: run(text, {}, 'state-hub-db-1').filter((line) => harm.test(line)) }).toEqual({
        path,
        told: [],
      });
    }
  });
});
