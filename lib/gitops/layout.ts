import { Refusal } from '../_refusal';
import { kustomizationYaml } from './_kustomization';
import { manifestYaml } from './yaml';
import type { Manifest, OutputFile, RenderedObject, RenderedUnit } from './rendered';

/**
 * The files below `manifests/`: one folder a unit, one object a file, and an explicit sorted `kustomization.yaml`, so
 * that Flux, Argo CD and `kubectl apply -k` all build the same thing and trip over nothing else.
 *
 * @throws if two objects are the same object for Kubernetes, or would share a file
 */
export function layoutUnits(units: readonly RenderedUnit[]): OutputFile[] {
  refuseDuplicates(units);
  return units.filter((unit) => unit.folder === undefined).flatMap(layoutUnit);
}

function layoutUnit(unit: RenderedUnit): OutputFile[] {
  const folder = `manifests/${unit.name}`;
  const files = new Map<string, RenderedObject>();
  for (const object of unit.objects) {
    const name = fileName(object.manifest);
    const other = files.get(name);
    if (other !== undefined) {
      throw new Refusal(
        `${object.constructPath}: '${folder}/${name}' is also the file of ${other.constructPath}; give one of the two another name`,
      );
    }
    files.set(name, object);
  }
  const names = [...files.keys()].sort();
  return [
    { path: `${folder}/kustomization.yaml`, text: kustomizationYaml(names) },
    ...names.map((name) => ({
      path: `${folder}/${name}`,
      // When it is written: the texts of all services together are many times what the objects are.
      get text() {
        return objectYaml(files.get(name)!);
      },
    })),
  ];
}

function objectYaml(object: RenderedObject): string {
  return `# Generated from ${object.constructPath}. Do not edit.\n${manifestYaml(object.manifest)}`;
}

/** `Kind.namespace.name.yaml`, unambiguous because neither a kind nor a namespace has a dot. */
function fileName(manifest: Manifest): string {
  const { name, namespace } = manifest.metadata;
  const parts = [manifest.kind, ...(namespace === undefined ? [] : [namespace]), name];
  return `${parts.join('.').replace(/[^-.\w]/g, '_')}.yaml`;
}

/** One object in two places is applied twice and pruned by whichever place loses it first. */
function refuseDuplicates(units: readonly RenderedUnit[]): void {
  const owners = new Map<string, string>();
  for (const unit of units) {
    for (const { manifest, constructPath } of unit.objects) {
      const { name, namespace } = manifest.metadata;
      const group = manifest.apiVersion.includes('/') ? manifest.apiVersion.split('/')[0] : '';
      const key = `${group}/${manifest.kind}/${namespace ?? ''}/${name}`;
      const other = owners.get(key);
      if (other !== undefined) {
        const place = namespace === undefined ? `'${name}'` : `'${name}' in namespace '${namespace}'`;
        throw new Refusal(
          `${constructPath}: ${manifest.kind} ${place} is already defined by ${other}; give one of the two another name`,
        );
      }
      owners.set(key, constructPath);
    }
  }
}
