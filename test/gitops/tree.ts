import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadAll } from 'js-yaml';
import { kustomizationYaml } from '../../lib/gitops/_kustomization';
import type { Manifest, OutputFile, RenderedUnit } from '../../lib/gitops/rendered';
import { manifestYaml } from '../../lib/gitops/yaml';

/** Every object in the files, without those that are no Kubernetes objects of a cluster. */
export function objectsIn(files: readonly OutputFile[]): Record<string, any>[] {
  return files
    .filter((file) => file.path.endsWith('.yaml') && !file.path.endsWith('/kustomization.yaml'))
    .flatMap((file) => loadAll(file.text) as Record<string, any>[]);
}

/** The one object with a name. */
export function named(files: readonly OutputFile[], kind: string, name: string): Record<string, any> {
  const found = objectsIn(files).filter((x) => x.kind === kind && x.metadata.name === name);
  if (found.length !== 1) {
    throw new Error(`${found.length} objects called ${kind} ${name}`);
  }
  return found[0] ?? {};
}

/** A deploy folder on disk: `dist/manifests` of the units, an engine's files, and a folder of Secrets. */
export function writeTree(units: readonly RenderedUnit[], files: readonly OutputFile[]): string {
  const root = mkdtempSync(join(tmpdir(), 'phoenix-tree-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const unit of units) {
    const folder = unit.folder ?? `dist/manifests/${unit.name}`;
    const objects = unit.folder === undefined ? unit.objects.map((x) => x.manifest) : [handOwned];
    const names = objects.map((x) => `${x.kind}.${x.metadata.namespace ?? ''}.${x.metadata.name}.yaml`);
    objects.forEach((x, i) => write(`${folder}/${names[i]}`, manifestYaml(x)));
    write(`${folder}/kustomization.yaml`, kustomizationYaml(names));
  }
  files.forEach((file) => write(`dist/${file.path}`, file.text));
  return root;
}

/** What `kubectl kustomize` makes of a folder. */
export function kustomize(folder: string): Record<string, any>[] {
  const yaml = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
  return loadAll(yaml) as Record<string, any>[];
}

export const hasKubectl = ((): boolean => {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const handOwned: Manifest = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db-owner', namespace: 'shop' } };
