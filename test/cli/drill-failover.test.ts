import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { commands } from '../../lib/cli/registry';
import { runCli } from '../../lib/cli/_run';
import { checkManifests } from '../../lib/policy/check';
import { failoverSample } from '../evidence/_samples';

const ROOT = resolve(__dirname, '../..');

/**
 * A script that stands where kubectl would, at the edge of the Kubernetes API: it notes how it was called and prints
 * the log of a run.
 */
function kubectl(log: readonly string[], fails = ''): { folder: string; calls: () => string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-drill-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'log'), log.map((line) => `${line}\n`).join(''));
  const script = `#!/bin/sh\necho "$@" >> '${folder}/calls'\ncase "$*" in\n*'${fails || 'nothing-fails'}'*) echo 'Error from server (NotFound): cronjobs.batch "x" not found' >&2; exit 1;;\n*' logs '*) cat '${folder}/log';;\nesac\n`;
  writeFileSync(join(folder, 'bin/kubectl'), script);
  chmodSync(join(folder, 'bin/kubectl'), 0o755);
  return { folder, calls: () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') };
}

async function run(cwd: string, args: readonly string[], path = `${cwd}/bin:${process.env.PATH}`) {
  let out = '';
  let err = '';
  const io = {
    stdout: (text: string) => (out += text),
    stderr: (text: string) => (err += text),
    stdin: Readable.from([]),
    env: { PATH: path },
    cwd,
    color: false,
  };
  return { code: await runCli(['drill', 'failover', ...args], io, commands, '0'), out, err };
}

const line = (event: string, message: string, fields: object = {}) =>
  JSON.stringify({ time: '2026-11-23T04:17:01.000Z', event, message, ...fields });

describe('phoenix drill failover', () => {
  it.each([
    ['passed', 0],
    ['failed', 2],
    ['aborted', 1],
  ] as const)('follows a run that %s, keeps its evidence, and exits with %i', async (verdict, code) => {
    const evidence = { ...failoverSample({ day: 1, previous: null }), verdict, reason: `it ${verdict}` };
    const fake = kubectl([
      line('progress', 'load | 1 s | writes 900 ok, 0 failed, 0 indeterminate | primary shop-db-1'),
      '(node:1) Warning: no JSON',
      line('evidence', 'done', { evidence }),
    ]);
    const result = await run(fake.folder, ['shop-failover-drill', '--namespace', 'shop', '--context', 'lab']);
    expect(result.code).toBe(code);
    expect(result.err).toContain('04:17:01 load | 1 s | writes 900 ok');
    expect(result.err).toContain('(node:1) Warning: no JSON');
    expect(result.out).toBe(`${verdict}: it ${verdict}\nevidence/${evidence.runId}.json\n`);
    expect(JSON.parse(readFileSync(join(fake.folder, 'evidence', `${evidence.runId}.json`), 'utf8'))).toEqual(evidence);
    const [create, , logs] = fake.calls();
    expect(create).toMatch(
      /^--namespace shop --context lab create job --from=cronjob\/shop-failover-drill shop-failover-drill-\d{14}$/,
    );
    expect(logs).toContain(`logs --follow job/${create!.split(' ').at(-1)}`);
  });

  it('says what to look at where a run left no evidence', async () => {
    const fake = kubectl([line('error', 'the config is wrong')]);
    const result = await run(fake.folder, ['shop-failover-drill', '--namespace', 'shop']);
    expect(result.code).toBe(1);
    expect(result.err).toContain('left no evidence; its last words: the config is wrong');
    expect(existsSync(join(fake.folder, 'evidence'))).toBe(false);
  });

  it('gives the words of kubectl where there is no such drill', async () => {
    const fake = kubectl([], 'create job');
    const result = await run(fake.folder, ['x', '--namespace', 'shop']);
    expect(result).toMatchObject({
      code: 1,
      err: expect.stringContaining('kubectl create job failed: Error from server (NotFound)'),
    });
  });

  it.each([
    [['x'], '--namespace is missing'],
    [[], 'NAME is missing'],
    [['x'.repeat(60), '--namespace', 'shop'], 'is too long for a Job with a date: 75 characters, 63 are allowed'],
    [['x', '--manifest'], "there is no CronJob 'x' below 'dist/manifests'"],
  ])('answers %j with one line and exit code 1', async (args, message) => {
    expect(await run(mkdtempSync(join(tmpdir(), 'phoenix-drill-')), args)).toMatchObject({
      code: 1,
      err: expect.stringContaining(message),
    });
  });

  it('says that kubectl is missing', async () => {
    const result = await run(mkdtempSync(join(tmpdir(), 'phoenix-drill-')), ['x', '--namespace', 'shop'], '/nowhere');
    expect(result).toMatchObject({ code: 1, err: expect.stringContaining("there is no 'kubectl' in the PATH") });
  });

  it('--manifest writes a Job for a commit that the policy accepts, and runs nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'phoenix-drill-'));
    cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
    const { code, out } = await run(folder, ['state-hub-failover-drill', '--manifest'], '/nowhere');
    const job = load(out) as any;
    expect(code).toBe(0);
    expect(job).toMatchObject({
      kind: 'Job',
      metadata: { name: expect.stringMatching(/^state-hub-failover-drill-\d{14}$/), namespace: 'state-hub' },
    });
    expect(job.spec.ttlSecondsAfterFinished).toBeUndefined();
    expect(
      checkManifests([{ manifest: job }]).findings.filter(({ rule }) => ['schema', 'job-not-in-git'].includes(rule)),
    ).toEqual([]);
    expect(readdirSync(folder)).toEqual(['dist']);
  });
});
