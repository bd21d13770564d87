// What delivery costs: units as objects and YAML alone, then the same with Flux and Argo CD. Needs `npm run build`.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { ArgoCd, Flux, graphOf, manifestYaml } = require('../build/inside/rest.js');

const flux = new Flux({ path: './deploy', external: { cnpg: {}, 'barman-plugin': { namespace: 'cnpg-system' } } });
const argo = new ArgoCd({ repository: 'https://git.example.org/bench', path: './deploy' });
const BAR_UNITS = 200;
const BAR_MS = 1000;
const GRAPH_UNITS = 6000;

/** `count` units as five to a service, with objects of the size that State Hub has. */
function unitsOf(count) {
  return Array.from({ length: count }, (_, i) => {
    const service = `s${Math.floor(i / 5)}`;
    const [suffix, role] = [
      ['base', 'core'],
      ['database', 'core'],
      ['api', 'core'],
      ['monitoring', 'monitoring'],
      ['drills', 'drills'],
    ][i % 5];
    const before = {
      base: [],
      database: ['base'],
      api: ['base', 'database'],
      monitoring: ['base'],
      drills: ['api', 'database'],
    };
    return {
      name: `${service}-${suffix}`,
      group: service,
      role,
      dependsOn: before[suffix].map((x) => `${service}-${x}`),
      dependsOnExternal: suffix === 'base' ? ['barman-plugin', 'cnpg'] : [],
      objects: Array.from({ length: 8 }, (_, j) => objectOf(service, suffix, j)),
    };
  });
}

function objectOf(service, suffix, j) {
  const [apiVersion, kind] =
    suffix === 'database' && j === 0
      ? ['postgresql.cnpg.io/v1', 'Cluster']
      : suffix === 'drills'
        ? ['batch/v1', 'CronJob']
        : ['v1', 'ConfigMap'];
  return {
    constructPath: `${service}/${suffix}/${j}`,
    traits: { holdsData: kind === 'Cluster', carriesScripts: false },
    manifest: {
      apiVersion,
      kind,
      metadata: { name: `${suffix}-${j}`, namespace: service, labels: { 'app.kubernetes.io/part-of': service } },
      spec: Object.fromEntries(
        Array.from({ length: 30 }, (_, k) => [`field${k}`, { value: `text ${k}`, list: [k, 'x'] }]),
      ),
    },
  };
}

function time(run) {
  run();
  const before = performance.now();
  const result = run();
  return { ms: performance.now() - before, result };
}

const write = (units) => units.map((unit) => unit.objects.map((x) => manifestYaml(x.manifest)));
console.log('units   manifests    + Flux  + Argo CD    + both  files');
let failed = false;
for (const count of [50, 100, BAR_UNITS, 400, 800]) {
  const units = unitsOf(count);
  const alone = time(() => write(units));
  const withFlux = time(() => flux.files(flux.decorate(units)));
  const withArgo = time(() => argo.files(argo.decorate(units)));
  const both = time(() => {
    const decorated = argo.decorate(flux.decorate(units));
    return [...flux.files(decorated), ...argo.files(decorated), ...write(decorated)];
  });
  const more = both.ms - alone.ms;
  const files = withFlux.result.length + withArgo.result.length;
  const cells = [alone.ms, withFlux.ms, withArgo.ms, more].map((ms) => `${ms.toFixed(0)} ms`.padStart(9));
  console.log(`${String(count).padStart(5)}   ${cells.join('  ')}  ${String(files).padStart(5)}`);
  failed ||= count === BAR_UNITS && more > BAR_MS;
}
const graph = time(() => graphOf(unitsOf(GRAPH_UNITS)));
console.log(`order of ${GRAPH_UNITS} units: ${graph.ms.toFixed(0)} ms, with making them`);
console.log(
  `${BAR_UNITS} units in both forms in at most ${BAR_MS} ms more than the manifests alone: ${failed ? 'NO' : 'yes'}`,
);
process.exitCode = failed ? 1 : 0;
