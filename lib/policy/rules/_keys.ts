import type { Resource } from '../resource';
import type { Report } from '../rule';
import { nearest } from '../schema/_suggest';
import type { World } from '../world';
import { referencesOf } from './_references';

/** Reports each key that is read from an object which is known and does not have it. */
export function checkKeys(kind: 'Secret' | 'ConfigMap', resource: Resource, world: World, report: Report): void {
  for (const reference of referencesOf(resource)) {
    if (reference.kind !== kind || reference.key === undefined) {
      continue;
    }
    const found = world.lookUp(kind, resource.namespace, reference.name);
    if (found.status !== 'found' || found.keys === 'any' || found.keys.includes(reference.key)) {
      continue;
    }
    const meant = nearest(reference.key, found.keys);
    const has = found.keys.length === 0 ? 'no key at all' : found.keys.join(', ');
    report.fail(
      [...reference.path, 'key'],
      `${kind} '${reference.name}' has no key '${reference.key}'; it has ${has}`,
      meant === undefined ? undefined : `write '${meant}'`,
    );
  }
}
