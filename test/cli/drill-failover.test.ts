import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { phoenix } from './_phoenix';
import { seal } from '../../lib/evidence/digest';
import type { Evidence } from '../../lib/evidence/evidence';
import { checkManifests } from '../../lib/policy/check';
import { failoverSample } from '../evidence/_samples';
import { FakeJob } from '../support/fake-job';
import { FakeKubernetes, type ApiRequest } from '../support/fake-kubernetes';
import { serveToKubectl, type KubectlCluster } from './_kubeconfig';

const ROOT = resolve(__dirname, '../..');
const DRILL = ['shop-failover-drill', '--namespace', 'shop'];
let kubernetes: FakeKubernetes;
let cluster: KubectlCluster;
let folder = '';

beforeEach(async () => {
  kubernetes = await FakeKubernetes.listen();
  folder = mkdtempSync(join(tmpdir(), 'phoenix-drill-'));
  cluster = await serveToKubectl(kubernetes, join(folder, 'kubeconfig'));
  kubernetes.put(cronJob('shop-failover-drill', 'failover'));
});
afterEach(async () => {
  await kubernetes.close();
  await cluster.close();
});

function cronJob(name: string, subcommand: string) {
  const containers = [{ name: 'drill', command: ['node', '/opt/phoenix/runner.cjs', subcommand] }];
  const spec = { activeDeadlineSeconds: 600, backoffLimit: 0, template: { spec: { containers } } };
  const jobTemplate = { metadata: { labels: { 'app.kubernetes.io/name': name } }, spec };
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace: 'shop' }, spec: { jobTemplate } };
}

const run = (...argv: readonly string[]) =>
  phoenix(argv, { cwd: folder, env: { ...process.env, KUBECONFIG: join(folder, 'kubeconfig') } });

const drill = (...more: readonly string[]) => run('drill', 'failover', ...DRILL, ...more);

/** A line of the runner's log. */
const line = (event: string, message: string, fields: object = {}) =>
  JSON.stringify({ time: '2026-11-23T04:17:01.000Z', event, message, ...fields });

const progress = (second: number) => line('progress', `observe | ${second} s | writes 900 ok`);

function sample(change: Partial<Evidence> = {}): Evidence {
  return seal({ ...failoverSample({ day: 1, previous: null }), ...change });
}

/** As the runner's store writes it. */
function store(...documents: readonly Evidence[]): void {
  const metadata = { name: 'shop-evidence', namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'phoenix-drill' } }; // prettier-ignore
  const data = Object.fromEntries(documents.map((d) => [`${d.runId}.json`, JSON.stringify(d)]));
  kubernetes.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
}

const jobs = () => kubernetes.list('/apis/batch/v1/namespaces/shop/jobs');
const kept = () => (existsSync(join(folder, 'evidence')) ? readdirSync(join(folder, 'evidence')) : []);

describe('phoenix drill failover, through the real kubectl', () => {
  const unclean = { ok: false, notes: ['Lease shop-failover-drill: no answer; it expires after 30 s'] };

  it.each([
    ['passed', {}, 0],
    ['failed', {}, 1],
    ['aborted', {}, 2],
    ['passed', unclean, 3],
    ['failed', unclean, 1],
  ] as const)('follows a run that %s (%j), keeps its evidence, and exits with %i', async (verdict, cleanup, code) => {
    const change = 'ok' in cleanup ? { cleanup, handover: ['pods: shop-db-1 not ready'] } : {};
    const evidence = sample({ verdict, reason: `it ${verdict}`, ...change });
    FakeJob.onEach(kubernetes, (job) => {
      job.run();
      job.say(progress(1), '(node:1) Warning: no JSON', line('evidence', 'done', { evidence }));
      job.end(code);
    });
    const result = await drill();

    expect(result.code).toBe(code);
    expect(result.out).toBe(`${verdict}: it ${verdict}\nevidence/${evidence.runId}.json\n`);
    expect(result.err).toContain('04:17:01 observe | 1 s | writes 900 ok');
    expect(result.err).toContain('(node:1) Warning: no JSON');
    expect(result.err.includes('not cleaned up\n  Lease shop-failover-drill: no answer')).toBe('ok' in cleanup);
    expect(result.err.includes('for whoever takes over\n  pods: shop-db-1 not ready')).toBe('ok' in cleanup);
    expect(JSON.parse(readFileSync(join(folder, 'evidence', `${evidence.runId}.json`), 'utf8'))).toEqual(evidence);
  });

  it('makes the Job that kubectl create job --from makes, whose CronJob notes its success', async () => {
    FakeJob.onEach(kubernetes, (job) => {
      job.run();
      job.end(0);
    });
    await drill();
    const { uid } = kubernetes.find('/apis/batch/v1/namespaces/shop/cronjobs/shop-failover-drill')!.metadata;

    expect(jobs()).toMatchObject([
      {
        metadata: {
          name: expect.stringMatching(/^shop-failover-drill-\d{14}$/),
          namespace: 'shop',
          labels: { 'app.kubernetes.io/name': 'shop-failover-drill' },
          annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
          ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'shop-failover-drill', uid, controller: true }], // prettier-ignore
        },
        spec: { activeDeadlineSeconds: 600, backoffLimit: 0 },
      },
    ]);
  });

  it('gives its Job a name of 63 characters at most, whatever that of the CronJob', async () => {
    const name = 'x'.repeat(52);
    kubernetes.put(cronJob(name, 'failover'));
    FakeJob.onEach(kubernetes, (job) => {
      job.run();
      job.end(0);
    });
    await run('drill', 'failover', name, '-n', 'shop');

    expect(jobs()[0]!.metadata.name).toMatch(/^x{52}-\d{10}$/);
  });

  it('and evidence pull afterwards keep the same bytes', async () => {
    const evidence = sample({ repetitions: [] });
    FakeJob.onEach(kubernetes, (job) => {
      job.run();
      store(evidence);
      job.say(line('evidence', 'done', { evidence }));
      job.end(0);
    });
    await drill();

    expect(await run('evidence', 'pull', '-n', 'shop')).toEqual({
      code: 0,
      out: '1 in the cluster, 0 new in evidence\n',
      err: '',
    });
    expect(kept()).toHaveLength(1);
    writeFileSync(join(folder, 'evidence', `${evidence.runId}.json`), 'mine');
    expect((await run('evidence', 'pull', '-n', 'shop')).err).toContain('which was kept');
    // Jobs are named by the second.
    await sleep(1000);
    expect((await drill()).err).toContain('is there already with other content, and was kept');
  });
});

describe('while the container has not started, phoenix drill failover', () => {
  it('waits, says for what, and follows from the first line', async () => {
    const evidence = sample();
    FakeJob.onEach(kubernetes, async (job) => {
      await sleep(700);
      job.pod();
      await sleep(700);
      job.pod({ waiting: { reason: 'ContainerCreating' } });
      await sleep(1500);
      job.run();
      job.say(line('start', 'first line', { runId: evidence.runId }), line('evidence', 'done', { evidence }));
      job.end(0);
    });
    const { code, err } = await drill();

    expect(code).toBe(0);
    expect(err.match(/^waiting: .*$/gm)).toEqual([
      'waiting: it has no pod yet',
      'waiting: Pending',
      'waiting: ContainerCreating',
    ]);
    expect(err).toContain('first line');
  });

  it.each<[string, (job: FakeJob) => void, string]>([
    [
      'an image that is not there',
      (job) => job.pod({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "node:22"' } }),
      'ImagePullBackOff: Back-off pulling image "node:22"',
    ],
    [
      'no node that takes it',
      (job) => job.pod(undefined, { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available: 3 Insufficient cpu.' }] }), // prettier-ignore
      'Unschedulable: 0/3 nodes are available: 3 Insufficient cpu.',
    ],
    [
      'a quota, which leaves no pod at all',
      (job) => job.warn('Job', 'FailedCreate', 'Error creating: pods "x" is forbidden: exceeded quota: shop'),
      'FailedCreate: Error creating: pods "x" is forbidden: exceeded quota: shop',
    ],
    [
      'a volume that cannot be mounted',
      (job) => {
        job.pod({ waiting: { reason: 'ContainerCreating' } });
        job.warn('Pod', 'FailedMount', 'MountVolume.SetUp failed for volume "runner": configmap "shop-drill-runner" not found'); // prettier-ignore
      },
      'FailedMount: MountVolume.SetUp failed for volume "runner": configmap "shop-drill-runner" not found',
    ],
  ])('says that it is %s, gives up, and leaves no Job that starts later', async (_, happens, why) => {
    FakeJob.onEach(kubernetes, happens);
    const { code, out, err } = await drill('--start-timeout', '1');

    expect({ code, out }).toEqual({ code: 4, out: '' });
    expect(err.split(`waiting: ${why}\n`)).toHaveLength(2);
    expect(err).toContain(`the drill did not start: ${why}\nits Job was deleted: nothing was taken away`);
    expect(jobs()).toEqual([]);
    // Without it, the API server leaves the pods of a Job behind.
    expect(kubernetes.requests.at(-1)).toMatchObject({ verb: 'delete', body: { propagationPolicy: 'Background' } });
  });

  it('says how to delete the Job where it may not', async () => {
    kubernetes.rules = [
      { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['get', 'create'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ];
    const { code, err } = await drill('--start-timeout', '1');

    expect(code).toBe(4);
    expect(err).toContain('the drill did not start: it has no pod yet\ndelete its Job, or it may start when nobody looks: kubectl --namespace shop delete job shop-failover-drill-'); // prettier-ignore
  });
});

describe('when something goes away meanwhile, phoenix drill failover', () => {
  it.each([
    ['cleanly', true],
    ['by a reset', false],
  ])('comes back to a log that was cut %s in the middle of a line, and tells each line once', async (_, cleanly) => {
    const evidence = sample();
    const asked: URLSearchParams[] = [];
    FakeJob.onEach(kubernetes, async (job) => {
      job.run();
      for (let i = 0; i < 4; i++) {
        await sleep(900);
        job.say(progress(3 * i), progress(3 * i + 1), progress(3 * i + 2));
        await sleep(200);
        job.cut('{"time":"2026-11-23T04:1', cleanly);
      }
      await sleep(300);
      job.say(line('evidence', 'done', { evidence }));
      job.end(0);
      asked.push(...job.asked);
    });
    const { code, err } = await drill();

    expect(code).toBe(0);
    expect(err.match(/observe \| \d+ s/g)).toEqual(Array.from({ length: 12 }, (_, i) => `observe | ${i} s`));
    expect(err).not.toContain('{"time"');
    expect(asked.filter((query) => query.has('sinceTime')).length).toBeGreaterThan(2);
  });

  it('says that the API server is away and back, and reads on', async () => {
    const evidence = sample();
    FakeJob.onEach(kubernetes, async (job) => {
      job.run();
      job.say(progress(1));
      await sleep(900);
      kubernetes.fault = () => ({ drop: true });
      job.cut('', false);
      job.say(progress(2));
      await sleep(3000);
      kubernetes.fault = () => undefined;
      job.say(progress(3), line('evidence', 'done', { evidence }));
      await sleep(1500);
      job.end(0);
    });
    const { code, err } = await drill();

    expect(code).toBe(0);
    expect(err).toMatch(/no answer from the cluster \(.*\); the drill runs on in it, trying again/);
    expect(err).toMatch(/the cluster answers again, after \d+ s/);
    expect(err.match(/observe \| \d s/g)).toEqual(['observe | 1 s', 'observe | 2 s', 'observe | 3 s']);
  });

  it.each<[string, (job: FakeJob, evidence: Evidence) => Promise<void> | void]>([
    [
      'the pod went after it had named its run',
      async (job, { runId }) => {
        job.run();
        job.say(line('start', 'failover drill', { runId }));
        await sleep(900);
        job.losePod();
        job.finish({ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' });
      },
    ],
    [
      'only the last message of the pod is left',
      (job, { runId }) => {
        job.refuses = { code: 500, reason: 'InternalError', message: 'dial tcp 10.0.0.2:10250: no route to host' };
        job.run();
        job.end(0, `failover passed: it did\nrun ${runId}, sha256:00, cleanup ok`);
      },
    ],
    [
      'the log may not be read',
      (job) => {
        job.refuses = { code: 403, reason: 'Forbidden', message: 'cannot get resource "pods/log"' };
        job.run();
        job.end(0);
      },
    ],
    [
      'the evidence in the log is not what was written',
      (job, evidence) => {
        job.run();
        job.say(line('start', '', { runId: evidence.runId }), line('evidence', '', { evidence: { ...evidence, reason: 'all is well' } })); // prettier-ignore
        job.end(0);
      },
    ],
  ])(
    'takes the evidence from the cluster where %s',
    async (_, happens) => {
      const later = new Date(Date.now() + 60_000).toISOString();
      const evidence = sample({ startedAt: later, finishedAt: later, reason: 'it did' });
      const other = sample({ runId: '20260101t000000-aaaaaa', startedAt: '2026-01-01T00:00:00.000Z' });
      store(other, evidence);
      FakeJob.onEach(kubernetes, (job) => happens(job, evidence));
      const { code, out } = await drill();

      expect({ code, out }).toEqual({ code: 0, out: `passed: it did\nevidence/${evidence.runId}.json\n` });
      expect(readFileSync(join(folder, 'evidence', `${evidence.runId}.json`), 'utf8')).toBe(JSON.stringify(evidence));
    },
    20_000,
  );

  it('never takes the evidence of another run, nor one that does not hold', async () => {
    const later = new Date(Date.now() + 60_000).toISOString();
    const [one, two] = ['a', 'b'].map((x) => sample({ runId: `20261101t031000-${x.repeat(6)}`, startedAt: later }));
    store(one!, two!);
    FakeJob.onEach(kubernetes, (job) => {
      job.run();
      job.say(line('evidence', 'done', { evidence: { ...one, verdict: 'passed', repetitions: 'none' } }));
      job.end(1);
    });
    const { code, err } = await drill();

    expect(code).toBe(4);
    expect(err).toContain('the evidence in the log does not match schema evidence.v1');
    expect(err).toContain('the drill left no evidence: exit code 1');
    expect(kept()).toEqual([]);
  });

  it.each<[string, (job: FakeJob) => Promise<void> | void, string]>([
    [
      'says its last words where a run left no evidence',
      (job) => {
        job.run();
        job.say(line('error', 'the config is wrong'));
        job.end(2, 'the config is wrong');
      },
      'the drill left no evidence: exit code 2: the config is wrong; its last words: the config is wrong',
    ],
    [
      'ends where somebody deletes the Job',
      async (job) => {
        job.run();
        await sleep(700);
        job.losePod();
        kubernetes.remove(`/apis/batch/v1/namespaces/shop/jobs/${job.name}`);
      },
      'the drill left no evidence: its Job was deleted; its last words: none',
    ],
    [
      'ends with the Job where the node of its pod is lost',
      async (job) => {
        job.refuses = { code: 500, reason: 'InternalError', message: 'dial tcp 10.0.0.2:10250: no route to host' };
        job.run();
        await sleep(700);
        job.finish({ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'it was deleted' });
      },
      'the drill left no evidence: BackoffLimitExceeded: it was deleted; its last words: none',
    ],
  ])('%s', async (_, happens, message) => {
    FakeJob.onEach(kubernetes, happens);
    const { code, err } = await drill();

    expect(code).toBe(4);
    expect(err).toContain(message);
    expect(err).toContain('look at it: kubectl --namespace shop describe job shop-failover-drill-');
    expect(kept()).toEqual([]);
  });
});

describe('phoenix drill failover does not start', () => {
  it('a CronJob that is not there, or that is no failover drill', async () => {
    kubernetes.put(cronJob('shop-readiness-check', 'readiness'));

    expect(await run('drill', 'failover', 'x', '-n', 'shop')).toMatchObject({ code: 4, err: expect.stringContaining("there is no CronJob 'x' in namespace 'shop'; list them: kubectl --namespace shop get cronjobs") }); // prettier-ignore
    expect(await run('drill', 'failover', 'shop-readiness-check', '-n', 'shop')).toMatchObject({ code: 4, err: expect.stringContaining("CronJob 'shop-readiness-check' is no failover drill; it was not started") }); // prettier-ignore
    expect(jobs()).toEqual([]);
  });

  it('where the account may not, with the words of the API server', async () => {
    kubernetes.rules = [{ apiGroups: ['batch'], resources: ['cronjobs'], verbs: ['get'] }];

    expect(await drill()).toMatchObject({ code: 4, err: expect.stringMatching(/the drill was not started: POST .* 403 Forbidden/) }); // prettier-ignore
  });

  it('a second time where the answer to the first was lost', async () => {
    const made = (request: ApiRequest): boolean => request.verb === 'create' && request.resource === 'jobs';
    FakeJob.onEach(kubernetes, (job) => {
      job.run();
      job.say(line('evidence', 'done', { evidence: sample() }));
      job.end(0);
    });
    kubernetes.loseAnswers(made, 1);

    expect((await drill()).code).toBe(0);
    expect(kubernetes.requests.filter(made)).toHaveLength(1);
  });

  it.each([
    [['x'], '--namespace is missing'],
    [[], 'NAME is missing'],
    [['x'.repeat(60), '--namespace', 'shop'], 'NAME must be the name of a CronJob, at most 52 characters'],
    [['x', '--namespace', '../x'], "--namespace must be the name of a namespace, got '../x'"],
    [['x', '--namespace', 'shop', '--start-timeout', 'soon'], "--start-timeout must be a number of seconds, got 'soon'"], // prettier-ignore
    [['x', '--namespace', 'shop', '--context', 'nowhere'], 'context "nowhere" does not exist'],
    [['x', '--colour'], "unknown option '--colour'"],
    [['x', '--manifest'], "there is no CronJob 'x' below 'dist/manifests'"],
  ])('answers %j with one line and exit code 4, which is no verdict', async (args, message) => {
    const { code, err } = await run('drill', 'failover', ...args);

    expect(code).toBe(4);
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(2);
  });
});

describe('phoenix drill failover --manifest', () => {
  it('writes a Job for a commit that the policy accepts, and runs nothing', async () => {
    cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
    const { code, out } = await run('drill', 'failover', 'state-hub-failover-drill', '--manifest');
    const job = load(out) as any;

    expect(code).toBe(0);
    expect(job).toMatchObject({
      kind: 'Job',
      metadata: { name: expect.stringMatching(/^state-hub-failover-drill-\d{14}$/), namespace: 'state-hub' },
    });
    expect(job.metadata.ownerReferences).toBeUndefined();
    expect(job.spec.ttlSecondsAfterFinished).toBeUndefined();
    expect(
      checkManifests([{ manifest: job }]).findings.filter(({ rule }) => ['schema', 'job-not-in-git'].includes(rule)),
    ).toEqual([]);
    expect(kubernetes.requests).toEqual([]);
  });

  it('refuses a CronJob that is no failover drill', async () => {
    cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });

    expect(await run('drill', 'failover', 'state-hub-readiness-check', '--manifest')).toMatchObject({ code: 4, out: '' }); // prettier-ignore
  });
});
