import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { phoenix } from './_phoenix';
import type { Evidence } from '../../lib/evidence/evidence';
import { FakeKubernetes } from '../support/fake-kubernetes';
import { failoverSample } from '../evidence/_samples';
import { serveToKubectl, type KubectlCluster } from './_kubeconfig';

const NOW = ['--now', '2026-11-23T20:00:00Z'];
const first = failoverSample({ day: 16, previous: null });
const second = failoverSample({ day: 22, previous: first });
let kubernetes: FakeKubernetes;
let cluster: KubectlCluster;
let folder = '';
let env: Record<string, string | undefined> = {};

beforeEach(async () => {
  kubernetes = await FakeKubernetes.listen();
  folder = mkdtempSync(join(tmpdir(), 'phoenix-evidence-'));
  mkdirSync(join(folder, 'tmp'));
  cluster = await serveToKubectl(kubernetes, join(folder, 'kubeconfig'));
  env = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig') };
});
afterEach(async () => {
  await kubernetes.close();
  await cluster.close();
});

const run = (...argv: string[]) => phoenix(argv, { cwd: folder, env });

function store(data: Record<string, string>, labels = { 'app.kubernetes.io/managed-by': 'phoenix-drill' }): void {
  const metadata = { name: 'state-hub-evidence', namespace: 'state-hub', labels };
  kubernetes.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
}

function keys(...documents: Evidence[]): Record<string, string> {
  return Object.fromEntries(documents.map((d) => [`${d.runId}.json`, JSON.stringify(d)]));
}

describe('evidence of a cluster, through the real kubectl', () => {
  it('is listed', async () => {
    store(keys(first, second));
    const { code, out, err } = await run('evidence', 'list', '-n', 'state-hub', ...NOW);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(
      [
        'Failover drill, state-hub on threephoenix',
        '  finished (UTC)    verdict  valid until  mode           run                     reason',
        `  2026-11-16 03:13  passed   2026-12-07   deletePrimary  ${first.runId}  ${first.reason}`,
        `  2026-11-22 03:13  passed   2026-12-13   deletePrimary  ${second.runId}  ${second.reason}`,
        '',
      ].join('\n'),
    );
  });

  it('is listed by drill, with what is stale and what was left behind', async () => {
    const cleanup = { ok: false, notes: ['a table'] };
    store(keys(first, failoverSample({ day: 22, previous: first, change: { cleanup } }), failoverSample({ day: 10, previous: null, change: { platform: 'lab' } }))); // prettier-ignore
    const { out } = await run('evidence', 'list', '-n', 'state-hub', '--now', '2026-12-08T00:00:00Z');

    expect(out.match(/^Failover drill, .*/gm)).toEqual(['Failover drill, state-hub on lab', 'Failover drill, state-hub on threephoenix']); // prettier-ignore
    expect(out.match(/STALE/g)).toHaveLength(2);
    expect(out).toMatch(/ 2026-12-13 .* NOT CLEANED UP; writes were back/);
  });

  it('is pulled byte for byte, and what is there is never overwritten', async () => {
    store(keys(first, second));

    expect(await run('evidence', 'pull', '-n', 'state-hub')).toMatchObject({ code: 0, out: '2 in the cluster, 2 new in evidence\n' }); // prettier-ignore
    expect(readFileSync(join(folder, 'evidence', `${first.runId}.json`), 'utf8')).toBe(JSON.stringify(first));
    expect(await run('evidence', 'verify', 'evidence', ...NOW)).toMatchObject({ code: 0 });

    writeFileSync(join(folder, 'evidence', `${first.runId}.json`), 'mine');
    const again = await run('evidence', 'pull', '-n', 'state-hub');

    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('which was kept') });
    expect(readFileSync(join(folder, 'evidence', `${first.runId}.json`), 'utf8')).toBe('mine');
  });

  it('of other ConfigMaps is not read', async () => {
    store(keys(first), { 'app.kubernetes.io/managed-by': 'somebody' });

    expect(await run('evidence', 'verify', '-n', 'state-hub')).toMatchObject({ code: 2, out: '! there is no evidence\n' }); // prettier-ignore
  });

  it('that the API does not show is one line and exit code 1', async () => {
    kubernetes.rules = [];
    const { code, err } = await run('evidence', 'list', '-n', 'state-hub');

    expect(code).toBe(1);
    expect(err).toMatch(/^phoenix evidence list: the cluster does not show its evidence: GET .* 403 Forbidden/);
  });

  it('leaves no proxy and no folder behind, also after an error', async () => {
    env['TMPDIR'] = join(folder, 'tmp');
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = join(folder, 'tmp');
    try {
      store(keys(first));
      await run('evidence', 'list', '-n', 'state-hub');
      kubernetes.rules = [];
      await run('evidence', 'list', '-n', 'state-hub');
    } finally {
      process.env['TMPDIR'] = before;
      if (before === undefined) {
        delete process.env['TMPDIR'];
      }
    }
    const commands = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).map((pid) => cmdline(pid)); // prettier-ignore

    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    expect(commands.filter((line) => line.includes(folder))).toEqual([]);
  });

  it.each([
    [['--context', 'nowhere'], 'kubectl cannot open the cluster: context "nowhere" does not exist'],
    [['--kubeconfig', '/nowhere/config'], 'kubectl cannot open the cluster: '],
  ])('asks for %j in vain, in one line', async (args, message) => {
    const { code, err } = await run('evidence', 'list', '-n', 'state-hub', ...args);

    expect(code).toBe(1);
    expect(err).toContain(`phoenix evidence list: ${message}`);
    expect(err.trimEnd().split('\n')).toHaveLength(2);
  });

  it('needs kubectl, and says so', async () => {
    env = { PATH: folder };

    expect(await run('evidence', 'list', '-n', 'state-hub')).toMatchObject({ code: 1, err: expect.stringContaining('there is no kubectl on the PATH') }); // prettier-ignore
  });

  it('needs to know where', async () => {
    expect(await run('evidence', 'list')).toMatchObject({ code: 1, err: expect.stringContaining('or the namespace of the drills with --namespace') }); // prettier-ignore
    expect(await run('evidence', 'list', '-n', '../x')).toMatchObject({ code: 1, err: expect.stringContaining("got '../x'") }); // prettier-ignore
  });
});

describe('phoenix evidence verify', () => {
  function files(...documents: Evidence[]): void {
    documents.forEach((d, i) => writeFileSync(join(folder, `${i}.json`), JSON.stringify(d)));
  }

  it('finds a whole chain whole', async () => {
    files(first, second);

    expect(await run('evidence', 'verify', '.', ...NOW)).toEqual({
      code: 0,
      out: `✓ Failover drill, state-hub on threephoenix: 2 read, newest ${second.runId} passed, valid until 2026-12-13 03:10 UTC\n`,
      err: '',
    });
  });

  it.each([
    ['a word changed', { ...second, reason: 'all is well' }, 'was changed after it was written'],
    ['a link missing', failoverSample({ day: 22, previous: null }), 'breaks the chain'],
    ['a field too many', { ...second, more: 1 } as Evidence, 'does not match schema'],
  ])('finds %s', async (_, changed, message) => {
    files(first, changed);

    expect(await run('evidence', 'verify', '0.json', '1.json', ...NOW)).toMatchObject({ code: 2, out: expect.stringContaining(message) }); // prettier-ignore
  });

  it('says what is stale', async () => {
    files(first, second);
    const { code, out } = await run('evidence', 'verify', '.', '--now', '2027-01-01T00:00:00Z');

    expect({ code, out: out.slice(0, 1) }).toEqual({ code: 2, out: '!' });
    expect(out).toContain('STALE since 2026-12-13 03:10 UTC');
  });

  it('never lets a document drive the terminal', async () => {
    files({ ...first, service: '\u001b[2Jgone' });
    const { out, err } = await run('evidence', 'list', '0.json');

    expect(out + err).not.toContain('\u001b');
  });
});

describe('phoenix report', () => {
  it('writes one page, the same bytes again, and exits with 2 where the newest run is stale', async () => {
    writeFileSync(join(folder, 'a.json'), JSON.stringify(first));

    expect(await run('report', 'a.json', ...NOW)).toEqual({ code: 0, out: '', err: 'wrote report.html: 1 document, 0 problems\n' }); // prettier-ignore
    expect((await run('report', 'a.json', 'a.json', ...NOW, '-o', '-')).out).toBe(readFileSync(join(folder, 'report.html'), 'utf8')); // prettier-ignore
    expect((await run('report', 'a.json', '--now', '2027-01-01T00:00:00Z')).code).toBe(2);
  });

  it.each([
    [['x.json'], "x.json': no such file or directory"],
    [['tmp'], "'tmp' holds no .json file"],
    [['tmp', '--now', 'soon'], "--now must be a time such as 2026-11-23T03:10:00Z, got 'soon'"],
  ])('answers %j with one line and exit code 1', async (args, message) => {
    const { code, err } = await run('report', ...args);

    expect(code).toBe(1);
    expect(err).toContain(message);
  });
});

function cmdline(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
