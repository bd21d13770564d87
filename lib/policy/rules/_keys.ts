import type { Resource } from '../resource';
import type { Report } from '../rule';
import { nearest } from '../schema/_suggest';
import type { World } from '../world';
import type { ReferredKind } from './_reference-table';
import { referencesOf } from './_references';
import { resolve } from './_resolve';

/** Reports each name of one of these kinds that leads nowhere. */
export function checkNames(
  kinds: readonly ReferredKind[],
  resource: Resource,
  world: World,
  report: Report,
  namespace = resource.namespace,
): void {
  for (const { kind, name, path } of world.onceFor(resource, referencesOf)) {
    if (kinds.includes(kind)) {
      resolve({ kind, name, namespace, path }, world, report);
    }
  }
}

/** Reports each key that is read from an object which is known and does not have it. */
export function checkKeys(kind: 'Secret' | 'ConfigMap', resource: Resource, world: World, report: Report): void {
  for (const reference of world.onceFor(resource, referencesOf)) {
    if (reference.kind !== kind || reference.keys.length === 0) {
      continue;
    }
    const keys = world.keys(kind, resource.namespace, reference.name);
    if (keys === 'any') {
      continue;
    }
    for (const { key, path } of reference.keys.filter((one) => !keys.includes(one.key))) {
      const meant = nearest(key, keys);
      const has = keys.length === 0 ? 'no key at all' : keys.join(', ');
      const written = path.at(-1) === 'key';
      report.fail(
        path,
        `${kind} '${reference.name}' has no key '${key}'; it has ${has}`,
        meant === undefined || !written ? `add the key '${key}'` : `write '${meant}'`,
      );
    }
  }
}
