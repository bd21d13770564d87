// How synthesis scales, and what one service costs: npm run bench
//
// Each figure is one process of its own, so that heap and caches of one size do not help or hurt the next.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('./synth-worker.mjs', import.meta.url));
const flags = ['--max-old-space-size=12000'];
const folder = mkdtempSync(join(tmpdir(), 'phoenix-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** What a worker says, what it wrote, and how long its process took; nothing where it was stopped. */
function run(kind, n, { timeout, options = flags } = {}) {
  const outdir = join(folder, 'out');
  mkdirSync(outdir);
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [...options, worker, kind, `${n}`, outdir], {
    encoding: 'utf8',
    ...(timeout === undefined ? {} : { timeout }),
  });
  const whole = performance.now() - start;
  const files = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  const manifests = files.filter((entry) => entry.name.endsWith('.yaml') && entry.name !== 'kustomization.yaml');
  rmSync(outdir, { recursive: true });
  if (status !== 0 && timeout === undefined) {
    throw new Error(stderr);
  }
  return status === 0 ? { ...JSON.parse(stdout), whole, bytes, objects: manifests.length } : undefined;
}
const seconds = (ms) => (ms / 1000).toFixed(2).padStart(8);

const sizes = (process.argv[2] ?? '1,100,250,500,1000').split(',').map(Number);
console.log("PhoenixApp, N services of State Hub's size");
console.log('     N   charts  objects  seconds    MiB out  peak MiB');
const times = new Map();
for (const n of sizes) {
  const r = run('phoenix', n);
  times.set(n, r.ms);
  console.log(
    `${`${n}`.padStart(6)} ${`${r.charts}`.padStart(8)} ${`${r.objects}`.padStart(8)} ${seconds(r.ms)} ${(r.bytes / 2 ** 20).toFixed(1).padStart(10)} ${`${Math.round(r.peak / 1024)}`.padStart(9)}`,
  );
}
for (const n of sizes) {
  if (times.has(2 * n)) {
    console.log(`time(${2 * n}) / time(${n}) = ${(times.get(2 * n) / times.get(n)).toFixed(2)}`);
  }
}

console.log('\nThe same charts by the stock App, stopped when it takes more than ten times as long');
for (const n of [20, 50, 100, 1200]) {
  const phoenix = run('phoenix', n);
  const limit = Math.ceil(Math.max(60_000, 10 * phoenix.ms));
  const stockTime = run('stock', n, { timeout: limit })?.ms;
  const compared =
    stockTime === undefined
      ? `stopped after ${seconds(limit)} s, ratio more than ${(limit / phoenix.ms).toFixed(1)}`
      : `stock ${seconds(stockTime)} s, ratio ${(stockTime / phoenix.ms).toFixed(1)}`;
  console.log(`${`${phoenix.charts}`.padStart(6)} charts: PhoenixApp ${seconds(phoenix.ms)} s, ${compared}`);
}

console.log('\nOne service as a whole process, median of 9, in turn with an empty cdk8s-plus-28 app');
const walls = { phoenix: [], empty: [] };
for (let i = 0; i < 9; i += 1) {
  for (const kind of ['phoenix', 'empty']) {
    walls[kind].push(run(kind, 1, { options: [] }).whole);
  }
}
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const [one, empty] = [median(walls.phoenix), median(walls.empty)];
console.log(
  `one service ${one.toFixed(0)} ms, empty app ${empty.toFixed(0)} ms, difference ${(one - empty).toFixed(0)} ms`,
);
