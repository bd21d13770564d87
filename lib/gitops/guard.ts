import { refuse } from '../_refuse';
import type { Manifest, RenderedObject } from './rendered';
import { recreationsOf } from './recreation';

/**
 * Kinds whose deletion deletes data or the way back to it, whoever made them and whether or not they were marked:
 * a Namespace takes all that is in it along, a CustomResourceDefinition every object of its kind.
 */
const PRECIOUS: ReadonlySet<string> = new Set([
  '/Namespace',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'barmancloud.cnpg.io/ObjectStore',
  'postgresql.cnpg.io/Cluster',
  'postgresql.cnpg.io/Database',
]);

/** Whether no engine may delete the object without a person's word. */
export function holdsData(object: RenderedObject): boolean {
  return object.traits.holdsData || isPrecious(object.manifest);
}

/** Whether objects of this kind hold data, or the way back to it. */
export function isPrecious(manifest: Pick<Manifest, 'apiVersion' | 'kind'>): boolean {
  return PRECIOUS.has(groupKind(manifest));
}

/** Refuses metadata that makes an engine delete what holds data, to make it anew. */
export function refuseRecreation(object: RenderedObject): void {
  const [found] = holdsData(object) ? recreationsOf(object.manifest.metadata) : [];
  if (found !== undefined) {
    refuse(
      object.constructPath,
      `it holds data, and its ${found.field.slice(0, -1)} '${found.key}: ${found.value}' ${found.effect}; take it out`,
    );
  }
}

/** Whether text in the object must reach the cluster as it is, `${...}` included. */
export function carriesScripts(object: RenderedObject): boolean {
  return object.traits.carriesScripts || hasVariable(object.manifest);
}

/** API group and kind: `apps/Deployment`, `/Secret`. */
export function groupKind(manifest: Pick<Manifest, 'apiVersion' | 'kind'>): string {
  const slash = manifest.apiVersion.indexOf('/');
  return `${slash === -1 ? '' : manifest.apiVersion.slice(0, slash)}/${manifest.kind}`;
}

function hasVariable(value: unknown): boolean {
  if (typeof value === 'string') {
    return value.includes('${');
  }
  return typeof value === 'object' && value !== null && Object.values(value).some(hasVariable);
}
