// One measurement: node bench/synth-worker.mjs phoenix|stock|empty N
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const [, , kind, count] = process.argv;
const outdir = mkdtempSync(join(tmpdir(), 'phoenix-bench-'));
const start = performance.now();
let app;
if (kind === 'empty') {
  const { App, Chart } = require('cdk8s');
  const { ServiceAccount } = require('cdk8s-plus-28');
  app = new App({ outdir });
  new ServiceAccount(new Chart(app, 'empty'), 'account');
} else {
  const { stateHub } = require('./_state-hub.cjs');
  const { PhoenixApp } = require('../build/lib');
  const { App } = require('cdk8s');
  app = kind === 'phoenix' ? new PhoenixApp({ outdir }) : new App({ outdir });
  for (let i = 0; i < Number(count); i += 1) {
    stateHub(app, `hub-${i}`);
  }
}
app.synth();
const ms = performance.now() - start;

const files = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const bytes = files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
rmSync(outdir, { recursive: true });
const manifests = files.filter((entry) => entry.name.endsWith('.yaml') && entry.name !== 'kustomization.yaml');
const charts = kind === 'empty' ? 1 : app.charts.length;
console.log(JSON.stringify({ ms, charts, objects: manifests.length, bytes, peak: process.resourceUsage().maxRSS }));
