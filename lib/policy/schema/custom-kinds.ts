import type { PublishedNode } from './_convert';
import { type KindEntry, compiledKinds, metadataDefinitions } from './_catalog';
import { crdBundle } from './_crd';
import { pointer, schemaEngine } from './_engine';

/**
 * Kinds of CustomResourceDefinitions that a user brings along, checked as strictly as those of this package.
 *
 * @param definitions CRD objects of `apiextensions.k8s.io/v1`; anything else among them is passed over
 * @throws if a schema uses a keyword that this library does not know
 */
export function customKinds(definitions: readonly unknown[]): readonly KindEntry[] {
  const groups = new Map<string, PublishedNode[]>();
  for (const definition of definitions) {
    const crd = definition as PublishedNode | null;
    if (crd?.['kind'] === 'CustomResourceDefinition') {
      const group = String(crd['spec']?.group);
      groups.set(group, [...(groups.get(group) ?? []), crd]);
    }
  }
  return [...groups].flatMap(([group, crds]) => {
    const bundle = crdBundle(group, crds, metadataDefinitions());
    const ajv = schemaEngine();
    ajv.addSchema({ $id: group, ...bundle.schema });
    return compiledKinds(bundle, (kind) => ajv.compile({ $ref: `${group}#/kinds/${pointer(kind)}` }));
  });
}
