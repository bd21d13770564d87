// One measurement: node bench/synth-worker.mjs phoenix|stock|empty N OUTDIR
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [, , kind, count, outdir] = process.argv;
if (outdir === undefined) {
  throw new Error('say where to write: the default is dist/, which is State Hub');
}
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

const charts = kind === 'empty' ? 1 : app.charts.length;
console.log(JSON.stringify({ ms, charts, peak: process.resourceUsage().maxRSS }));
