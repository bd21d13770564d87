// What the policy costs, in process and as a command. Needs `npm run build`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, dump } from 'js-yaml';

const require = createRequire(import.meta.url);
const BARS = { 20: 50, 1000: 120, 20000: 600 };
const COMMAND_BAR = 500;
const SHARE_BAR = 0.1;

/** Services like State Hub, each in a namespace of its own, as many as give this number of objects; the last is cut off. */
function objects(count) {
  const folder = new URL('../dist/manifests', import.meta.url).pathname;
  const texts = readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('kustomization.yaml'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  const out = [];
  for (let i = 0; out.length < count; i++) {
    for (const text of texts) {
      out.push(load(text.replaceAll('state-hub', `hub-${i}`)));
    }
  }
  return out.slice(0, count);
}

const facts = JSON.parse(readFileSync(new URL('../dist/docs/platform.json', import.meta.url), 'utf8'));
const external = (manifests) => {
  const names = [...new Set(manifests.map((m) => m.metadata.namespace ?? m.metadata.name))];
  const secrets = facts.external.filter(({ kind, namespace }) => kind === 'Secret' && namespace === 'state-hub');
  return [
    ...facts.external,
    ...names.flatMap((name) =>
      secrets.map((secret) => ({ ...secret, namespace: name, name: secret.name.replace('state-hub', name) })),
    ),
  ];
};

/** Milliseconds that a profile spent in a function and what it calls. */
function timeBelow({ nodes, samples, timeDeltas }, name) {
  const inside = new Set();
  for (const { id, callFrame, children = [] } of nodes) {
    if (callFrame.functionName === name || inside.has(id)) {
      [id, ...children].forEach((one) => inside.add(one));
    }
  }
  return samples.reduce((all, id, i) => all + (inside.has(id) ? timeDeltas[i] / 1000 : 0), 0);
}

if (process.argv[2] === 'worker') {
  const manifests = objects(Number(process.argv[3]));
  const platform = { ...facts, external: external(manifests) };
  const inputs = manifests.map((manifest) => ({ manifest }));
  const started = performance.now();
  const before = process.cpuUsage();
  const { checkManifests } = require('../build/inside/policy.js');
  const report = checkManifests(inputs, { platform });
  const first = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  const again = performance.now();
  checkManifests(inputs, { platform });
  const second = performance.now() - again;
  console.log(
    JSON.stringify({
      first,
      second,
      cpu: (user + system) / 1000,
      findings: report.findings.length,
      passed: report.passed,
      rss: process.memoryUsage().rss / 2 ** 20,
    }),
  );
} else if (process.argv[2] === 'share') {
  // Of the whole process, from its start to the last file: that is what a person waits for.
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 200 });
  session.post('Profiler.start');
  const { stateHub } = require('./_state-hub.cjs');
  const { PhoenixApp } = require('../build/lib');
  const app = new PhoenixApp({ outdir: mkdtempSync(join(tmpdir(), 'phoenix-bench-')) });
  for (let i = 0; i < Number(process.argv[3]); i++) {
    stateHub(app, `hub-${i}`);
  }
  app.synth();
  const all = performance.now();
  session.post('Profiler.stop', (error, { profile }) =>
    console.log(JSON.stringify({ judging: timeBelow(profile, 'checkManifests'), all })),
  );
} else {
  console.log('objects   first run   processor   second   checks   MiB   findings   bar');
  for (const [count, bar] of Object.entries(BARS)) {
    const runs = Array.from({ length: 5 }, () =>
      JSON.parse(
        spawnSync(process.execPath, [new URL(import.meta.url).pathname, 'worker', count], { encoding: 'utf8' }).stdout,
      ),
    ).sort((a, b) => a.first - b.first);
    const { first, second, cpu, passed, rss, findings } = runs[2];
    const row = [
      count.padStart(7),
      `${first.toFixed(0)} ms`.padStart(11),
      `${cpu.toFixed(0)} ms`.padStart(11),
      `${second.toFixed(0)} ms`.padStart(8),
      String(passed).padStart(8),
      rss.toFixed(0).padStart(5),
      String(findings).padStart(10),
    ];
    console.log(`${row.join(' ')}   ${bar} ms: ${first <= bar ? 'yes' : 'NO'}`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-bench-'));
  const manifests = objects(1000);
  manifests.forEach((manifest, i) => writeFileSync(join(folder, `${i}.yaml`), dump(manifest)));
  writeFileSync(join(folder, 'facts'), JSON.stringify({ ...facts, external: external(manifests) }));
  const cli = new URL('../build/lib/cli/main.js', import.meta.url).pathname;
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now();
    const { status, stdout } = spawnSync(process.execPath, [cli, 'check', '.', '--platform', 'facts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { ms: performance.now() - started, status, stdout };
  }).sort((a, b) => a.ms - b.ms);
  console.log(
    `phoenix check, 1000 files: ${times[2].ms.toFixed(0)} ms, exit ${times[2].status}, bar ${COMMAND_BAR} ms: ${times[2].ms <= COMMAND_BAR ? 'yes' : 'NO'}`,
  );
  console.log('services   policy   of synth   share   bar');
  for (const services of [1, 20, 100]) {
    const runs = Array.from({ length: 5 }, () =>
      JSON.parse(
        spawnSync(process.execPath, [new URL(import.meta.url).pathname, 'share', services], { encoding: 'utf8' })
          .stdout,
      ),
    ).sort((a, b) => a.judging / a.all - b.judging / b.all);
    const { judging, all } = runs[2];
    const row = [
      String(services).padStart(8),
      `${judging.toFixed(0)} ms`.padStart(8),
      `${all.toFixed(0)} ms`.padStart(10),
      `${((100 * judging) / all).toFixed(0)} %`.padStart(7),
    ];
    console.log(`${row.join(' ')}   ${SHARE_BAR * 100} %: ${judging <= SHARE_BAR * all ? 'yes' : 'NO'}`);
  }
}
