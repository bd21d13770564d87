// One measurement in a process of its own: node bench/_policy-worker.cjs check N, or synth N.
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

const dist = join(__dirname, '../dist');

/** `count` objects: State Hub again and again, each time in namespaces of its own. */
exports.manifests = (count) => {
  const { load } = require('js-yaml');
  const texts = ['manifests', 'flux', 'argocd'].flatMap((folder) =>
    readdirSync(join(dist, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml') && !file.endsWith('kustomization.yaml'))
      .toSorted()
      .map((file) => readFileSync(join(dist, folder, file), 'utf8')),
  );
  const out = [];
  for (let i = 0; out.length < count; i += 1) {
    const name = i === 0 ? 'state-hub' : `state-hub-${i}`;
    if (out.length > 0 && out.length + texts.length > count) {
      // No whole copy fits any more: a part of one would have findings.
      out.push({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${out.length}`, namespace: 'state-hub' } });
      i -= 1;
      continue;
    }
    for (const text of texts.slice(0, count)) {
      out.push(load(i === 0 ? text : text.replaceAll('state-hub', name)));
    }
  }
  return out;
};

/** What the manifests leave out because somebody else owns it. */
exports.platform = (count) => {
  const { secrets } = JSON.parse(readFileSync(join(dist, 'docs/secrets.json'), 'utf8'));
  const copies = Math.ceil(count / 20);
  const external = ['argocd', 'cnpg-system', 'flux-system', 'kube-system', 'monitoring', 'ops-bridge'].map((name) => ({
    kind: 'Namespace',
    name,
  }));
  for (const name of ['cloudnative-pg', 'barman-cloud']) {
    external.push({ kind: 'Kustomization', namespace: 'flux-system', name });
  }
  external.push({ kind: 'Secret', namespace: 'flux-system', name: 'sops-age' });
  for (let i = 0; i < copies; i += 1) {
    const rename = (text) => (i === 0 ? text : text.replaceAll('state-hub', `state-hub-${i}`));
    for (const secret of secrets) {
      const keys = secret.keys.map(({ key }) => key);
      external.push({ kind: 'Secret', namespace: rename(secret.namespace), name: rename(secret.name), keys });
    }
  }
  return {
    kubernetes: '1.34',
    cloudNativePg: '1.30',
    nodes: ['node-1', 'node-2', 'node-3'],
    storageClasses: { 'local-path': 'nodeLocal' },
    external,
  };
};

if (require.main === module) {
  const count = Number(process.argv[2]);
  const inputs = exports.manifests(count).map((manifest) => ({ manifest }));
  const platform = exports.platform(count);
  const start = performance.now();
  const cpu = process.cpuUsage();
  const { checkManifests } = require('../build/lib/policy/check');
  const report = checkManifests(inputs, { platform });
  const first = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const again = performance.now();
  checkManifests(inputs, { platform });
  console.log(
    JSON.stringify({
      objects: report.objects,
      findings: report.findings.length,
      rules: [...new Set(report.findings.map(({ rule }) => rule))],
      passed: report.passed,
      skipped: report.skipped.length,
      ms: first,
      cpu: (user + system) / 1000,
      again: performance.now() - again,
      peak: process.resourceUsage().maxRSS,
    }),
  );
}
