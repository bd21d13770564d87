import type { RenderedObject, RenderedUnit } from './rendered';

/** The units with more annotations on their objects; objects that get none stay as they are. */
export function annotate(
  units: readonly RenderedUnit[],
  annotationsFor: (object: RenderedObject, unit: RenderedUnit) => Readonly<Record<string, string>>,
): readonly RenderedUnit[] {
  return units.map((unit) => ({
    ...unit,
    objects: unit.objects.map((object) => withAnnotations(object, annotationsFor(object, unit))),
  }));
}

function withAnnotations(object: RenderedObject, added: Readonly<Record<string, string>>): RenderedObject {
  if (Object.keys(added).length === 0) {
    return object;
  }
  const { manifest } = object;
  const all = Object.entries({ ...manifest.metadata.annotations, ...added });
  const annotations = Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { ...object, manifest: { ...manifest, metadata: { ...manifest.metadata, annotations } } };
}
