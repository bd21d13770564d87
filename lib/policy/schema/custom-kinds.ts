import { refuse } from '../../_refuse';
import type { PublishedNode } from './_convert';
import { type KindEntry, compiledKinds, metadataDefinitions } from './_catalog';
import { crdBundle } from './_crd';
import { pointer, schemaEngine } from './_engine';
import { simplified } from './_simplify';

/**
 * Kinds of CustomResourceDefinitions that a user brings along, checked as strictly as those of this package. What a
 * schema says in a way that is not understood here is left out, and counted as skipped with every object of the kind.
 *
 * @param definitions CRD objects of `apiextensions.k8s.io/v1`; anything else among them is passed over
 * @throws if one of them has no group, kind or versions
 */
export function customKinds(definitions: readonly unknown[]): readonly KindEntry[] {
  const groups = new Map<string, PublishedNode[]>();
  const unjudged = new Map<string, readonly string[]>();
  for (const definition of definitions.filter(isDefinition)) {
    const { crd, notes } = checked(definition);
    const { group, names } = crd['spec'] as { group: string; names: { kind: string } };
    groups.set(group, [...(groups.get(group) ?? []), crd]);
    notes.forEach((about, version) => unjudged.set(`${group}/${version}/${names.kind}`, about));
  }
  return [...groups].flatMap(([group, crds]) => {
    const bundle = crdBundle(group, crds, metadataDefinitions());
    const ajv = schemaEngine();
    ajv.addSchema({ $id: group, ...bundle.schema });
    const entries = compiledKinds(bundle, (kind) => ajv.compile({ $ref: `${group}#/kinds/${pointer(kind)}` }));
    return entries.map((entry) => ({ ...entry, unjudged: unjudged.get(entry.id) ?? [] }));
  });
}

/** Whether a value says that it is a CustomResourceDefinition. */
export function isDefinition(value: unknown): value is PublishedNode {
  return (value as PublishedNode | null | undefined)?.['kind'] === 'CustomResourceDefinition';
}

/** A definition with schemas that can be converted, and what was left out of each version. */
function checked(definition: PublishedNode): { crd: PublishedNode; notes: ReadonlyMap<string, readonly string[]> } {
  const spec = (definition['spec'] ?? {}) as PublishedNode;
  const where = `CustomResourceDefinition '${String(definition['metadata']?.name)}'`;
  for (const [field, value] of [
    ['spec.group', spec['group']],
    ['spec.names.kind', spec['names']?.kind],
  ]) {
    if (typeof value !== 'string' || value === '') {
      refuse(where, `'${field}' must be a name, got ${JSON.stringify(value)}`);
    }
  }
  const versions: unknown = spec['versions'];
  if (!Array.isArray(versions) || versions.some((one) => typeof (one as PublishedNode | null)?.['name'] !== 'string')) {
    refuse(where, `'spec.versions' must be a list of versions, each with its name, got ${JSON.stringify(versions)}`);
  }
  const notes = new Map<string, readonly string[]>();
  const known = (versions as PublishedNode[]).map((version) => {
    const { schema, left } = simplified(version['schema']?.openAPIV3Schema);
    notes.set(String(version['name']), left);
    return { ...version, schema: { openAPIV3Schema: schema } };
  });
  return { crd: { ...definition, spec: { ...spec, versions: known } }, notes };
}
