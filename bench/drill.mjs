// Measures the failover drill against real PostgreSQL servers whose truth is known:
//   node --import tsx bench/drill.mjs [outage|failovers|kills|load|lost ...] [--runs N] [--lanes N] [--seconds 1,5,20]
//     [--cases refused,silent,dropped,stall]
// outage: error of the measured write outage at 1, 5 and 20 s, where connections are refused; where they are accepted
// and nobody speaks; where packets are dropped; and where the primary is fine and its writes wait. failovers: 50 with synchronous replication lose nothing.
// kills: SIGKILL at 30 random moments, then the next run sweeps and passes. load: acknowledged writes a second and
// memory of the runner. lost: without synchronous replication the lost writes are found, every time.
// Lanes are beds side by side; one lane measures best, because the servers of a bed share the machine with the others.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Bed, HEALTHY_BEHAVIOUR } from '../test/support/fake-operator.ts';
import { bundle, DrillChild } from '../test/support/drill-child.ts';
import { BED_LOAD, bedConfig, leftBehind } from '../test/support/drill-run.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string' },
    lanes: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '1,5,20' },
    cases: { type: 'string', default: 'refused,silent,dropped,stall' },
  },
});
const parts = { outage, failovers, kills, load, lost };
const BOUNDS = { recoverySeconds: 60, redundancySeconds: 60, armSeconds: 1 };
const MEASURED = { objective: { rpoSeconds: 0, rtoSeconds: 60 } };
/** As in a cluster: half a second without a write is an outage. */
const PRECISE = { ...BED_LOAD, silenceMs: 500, attemptTimeoutMs: 5000 };
const folder = mkdtempSync(join(tmpdir(), 'phoenix-bench-'));
const runner = bundle(folder);
let missed = 0;

try {
  for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) {
    await parts[name](values.runs === undefined ? undefined : Number(values.runs));
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(
  `load average ${loadavg()
    .map((n) => n.toFixed(1))
    .join(' ')}`,
);
process.exit(missed === 0 ? 0 : 1);

async function outage(runs = 20) {
  for (const [what, seconds] of values.cases.split(',').flatMap((c) => values.seconds.split(',').map((n) => [c, n]))) {
    const results = await inLanes(runs, { synchronous: true }, (bed) =>
      what === 'stall' ? stalled(bed, Number(seconds)) : lostPrimary(bed, what, Number(seconds)),
    );
    const errors = results.map(({ error }) => error);
    const bounds = results.map(({ bound }) => bound);
    const worst = Math.max(...errors.map(Math.abs));
    bar(worst <= 100, `${what} for ${seconds} s, ${runs} runs: error ${summary(errors)} ms, bar 100`);
    bar(
      results.every(({ error, bound }) => Math.abs(error) <= bound),
      `${what} for ${seconds} s: errors within what the drill itself says, ${summary(bounds)} ms`,
    );
  }
}

async function lostPrimary(bed, link, seconds) {
  Object.assign(bed.behaviour, HEALTHY_BEHAVIOUR, { outageMs: seconds * 1000, link });
  const { code, evidence } = await run(bed, { ...MEASURED, load: { ...PRECISE, settleSeconds: 0.1 } });
  need(code === 0, `run failed: ${evidence?.reason}`);
  return judged(evidence, truth(bed));
}

/** After a failover of one second, a lock that keeps every write waiting. */
async function stalled(bed, seconds) {
  Object.assign(bed.behaviour, HEALTHY_BEHAVIOUR, { outageMs: 1000 });
  const load = { ...PRECISE, settleSeconds: seconds + 2 };
  // Only the drill's table is locked: a health endpoint that says ok is right.
  const probes = bedConfig(bed).failover.probes.map((probe) => ({ ...probe, health: false }));
  const child = new DrillChild(runner, bed, { failover: { bounds: BOUNDS, ...MEASURED, load, probes } });
  await child.says('phase', 'settle');
  await sleep(500);
  const stall = await bed.database.stall(seconds * 1000);
  const { code, evidence } = await child.finished;
  need(code === 0, `run failed: ${evidence?.reason}`);
  need(stall.sessions < 50, `${stall.sessions} sessions, as many as the role may have`);
  return judged(evidence, truth(bed) + stall.ms);
}

function truth(bed) {
  const { killedAt, servedAt } = bed.truths.at(-1);
  return servedAt - killedAt;
}

function judged({ repetitions: [repetition] }, real) {
  return { error: repetition.writeOutageMs - real, bound: repetition.resolutionMs.write };
}

async function failovers(runs = 50) {
  const each = 10;
  const results = await inLanes(Math.ceil(runs / each), { synchronous: true }, async (bed) => {
    Object.assign(bed.behaviour, HEALTHY_BEHAVIOUR);
    const { code, evidence } = await run(bed, { repetitions: each, load: PRECISE });
    need(code === 0, `run failed: ${evidence?.reason}`);
    return evidence.repetitions;
  });
  const all = results.flat();
  const sum = (pick) => all.reduce((total, repetition) => total + pick(repetition.writes), 0);
  const lost = sum((w) => w.lost + w.duplicated + w.refusedPresent);
  bar(
    all.length >= runs && lost === 0,
    `${all.length} failovers: ${lost} lost or doubled of ${sum((w) => w.acknowledged)} acknowledged writes, ${sum((w) => w.indeterminate)} indeterminate of which ${sum((w) => w.indeterminatePresent)} are there`,
  );
  console.log(`write outage ${summary(all.map((r) => r.writeOutageMs))} ms`);
}

async function kills(runs = 30) {
  const moments = await inLanes(runs, { synchronous: true }, async (bed) => {
    Object.assign(bed.behaviour, HEALTHY_BEHAVIOUR, { outageMs: 1000 });
    let moment;
    while (moment === undefined) {
      const child = new DrillChild(runner, bed, { failover: { bounds: BOUNDS } });
      await sleep(100 + Math.random() * 3200);
      child.process.kill('SIGKILL');
      const { lines, code: ended } = await child.finished;
      // A run that was over before does not count.
      moment = ended === null ? (lines.findLast((line) => line.event === 'phase')?.message ?? 'start') : undefined;
      await bed.work;
    }
    const { code, evidence } = await run(bed, {});
    const left = await leftBehind(bed);
    need(code === 0 && left.length === 0, `after a kill in '${moment}': ${evidence?.reason}, left ${left.join(', ')}`);
    return moment;
  });
  const counts = [...new Set(moments)].map((one) => `${moments.filter((m) => m === one).length} in '${one}'`);
  bar(
    moments.length === runs,
    `${moments.length} kills (${counts.join(', ')}): the next run passed and nothing was left`,
  );
}

async function load() {
  const bed = await Bed.start({ synchronous: true, tls: true });
  const child = new DrillChild(runner, bed, {
    failover: { bounds: BOUNDS, load: { ...BED_LOAD, writers: 16, readers: 4, intervalMs: 0, baselineSeconds: 10 } },
  });
  let peak = 0;
  const watching = setInterval(() => {
    try {
      peak = Math.max(
        peak,
        Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.process.pid}/status`, 'utf8'))?.[1] ?? 0),
      );
    } catch {
      // It has ended.
    }
  }, 100);
  const { code, evidence, lines } = await child.finished;
  clearInterval(watching);
  await bed.stop();
  need(code === 0, `run failed: ${evidence?.reason}`);
  const steady = lines.filter((line) => line.event === 'progress' && line.phase === 'load');
  const rate = (steady.at(-1).ok - steady[0].ok) / (steady.at(-1).elapsed - steady[0].elapsed);
  bar(
    rate >= 1000,
    `${Math.round(rate)} acknowledged writes a second over TLS, synchronous, 16 writers and 4 readers, bar 1000`,
  );
  bar(
    peak < 150 * 1024,
    `runner at most ${Math.round(peak / 1024)} MB resident after ${evidence.repetitions[0].writes.acknowledged} writes, bar 150`,
  );
}

async function lost(runs = 20) {
  const counts = await inLanes(runs, { synchronous: false }, async (bed) => {
    Object.assign(bed.behaviour, HEALTHY_BEHAVIOUR, { lagMs: 200 });
    const preconditions = { synchronous: false, archiving: true, backupMaxAgeSeconds: 0 };
    const { code, evidence } = await run(bed, { preconditions });
    need(
      code === 1 && evidence.reason.startsWith('acknowledged-writes-kept'),
      `not found: ${code} ${evidence?.reason}`,
    );
    return evidence.repetitions[0].writes.lost;
  });
  bar(
    counts.every((n) => n > 0),
    `asynchronous, ${counts.length} runs: failed each time, lost writes ${summary(counts)}`,
  );
}

function run(bed, failover) {
  return new DrillChild(runner, bed, { failover: { bounds: BOUNDS, ...failover } }).finished;
}

/** Runs `work` so many times, each lane on a bed of its own. */
async function inLanes(runs, options, work) {
  const results = [];
  let left = runs;
  const lane = async () => {
    const bed = await Bed.start(options);
    try {
      while (left-- > 0) {
        results.push(await work(bed));
        await bed.work;
      }
    } finally {
      await bed.stop();
    }
  };
  await Promise.all(Array.from({ length: Number(values.lanes) }, lane));
  return results;
}

function need(holds, problem) {
  if (!holds) {
    missed++;
    throw new Error(problem);
  }
}

function bar(reached, text) {
  missed += reached ? 0 : 1;
  console.log(`${reached ? 'ok    ' : 'MISSED'} ${text}`);
}

function summary(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const at = (p) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))]);
  return `${at(0)} to ${at(1)}, median ${at(0.5)}`;
}
