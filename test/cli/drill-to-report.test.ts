import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { phoenix } from './_phoenix';
import { bundle, DrillChild } from '../support/drill-child';
import { storedEvidence } from '../support/drill-run';
import { FakeJob } from '../support/fake-job';
import { Bed } from '../support/fake-operator';
import { serveToKubectl, type KubectlCluster } from './_kubeconfig';

const folder = mkdtempSync(join(tmpdir(), 'phoenix-report-'));
let bed: Bed;
let cluster: KubectlCluster;
let runner = '';

beforeAll(async () => {
  runner = bundle(folder);
  bed = await Bed.start({ behaviour: { outageMs: 800 } });
  cluster = await serveToKubectl(bed.kubernetes, join(folder, 'kubeconfig'));
});
afterAll(async () => {
  await cluster.close();
  await bed.stop();
  rmSync(folder, { recursive: true });
});

const run = (...argv: readonly string[]) =>
  phoenix(argv, { cwd: folder, env: { ...process.env, KUBECONFIG: join(folder, 'kubeconfig') } });

/** The Job's container: the program as it is shipped, against real servers. Its log is cut every second. */
async function container(job: FakeJob): Promise<void> {
  job.pod({ waiting: { reason: 'ContainerCreating' } });
  await sleep(600);
  job.run();
  const child = new DrillChild(runner, bed);
  let told = 0;
  for (let round = 0; child.process.exitCode === null || told < child.lines.length; round++) {
    const lines = child.lines.slice(told);
    job.say(...lines.map((line) => JSON.stringify(line)));
    told += lines.length;
    await sleep(100);
    if (round % 10 === 9) {
      job.cut('{"time":"2026', round % 20 === 9);
    }
  }
  const { code, lines, termination } = await child.finished;
  job.say(...lines.slice(told).map((line) => JSON.stringify(line)));
  job.end(code ?? 137, termination);
}

it('the sequence of the README works: run, pull, verify, report, with a real failover and a log that breaks', async () => {
  const containers = [{ name: 'drill', command: ['node', '/opt/phoenix/runner.cjs', 'failover'] }];
  const spec = { jobTemplate: { spec: { template: { spec: { containers } } } } };
  const metadata = { name: 'state-hub-failover-drill', namespace: 'state-hub' };
  bed.kubernetes.put({ apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec });
  FakeJob.onEach(bed.kubernetes, container);

  const start = () => run('drill', 'failover', 'state-hub-failover-drill', '--namespace', 'state-hub');
  let drill = await start();
  for (let again = 0; again < 3 && drill.out.includes('load-not-steady'); again++) {
    // A machine that is busy with other tests; nothing was touched.
    rmSync(join(folder, 'evidence'), { recursive: true });
    bed.kubernetes.remove('/api/v1/namespaces/state-hub/configmaps/state-hub-drill-failover');
    drill = await start();
  }
  expect(drill).toMatchObject({ code: 0, out: expect.stringMatching(/^passed: writes were back after /) });
  const phases = [...drill.err.matchAll(/^\d\d:\d\d:\d\d (lease|preconditions|load|trigger|observe|settle|verify|clean up)$/gm)]; // prettier-ignore
  expect(phases.map((match) => match[1])).toEqual(['preconditions', 'load', 'trigger', 'observe', 'settle', 'verify', 'clean up']); // prettier-ignore

  const [file, ...others] = readdirSync(join(folder, 'evidence'));
  expect(others).toEqual([]);
  expect([readFileSync(join(folder, 'evidence', file!), 'utf8')]).toEqual(storedEvidence(bed));
  expect(await run('evidence', 'pull', '--namespace', 'state-hub')).toEqual({
    code: 0,
    out: '1 in the cluster, 0 new in evidence\n',
    err: '',
  });
  expect(await run('evidence', 'verify', 'evidence')).toMatchObject({ code: 0 });
  expect(await run('report', 'evidence')).toMatchObject({ code: 0, err: 'wrote report.html: 1 document, 0 problems\n' }); // prettier-ignore
}, 120_000);
