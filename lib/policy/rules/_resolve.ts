import type { PathSegment } from '../_path';
import type { Report } from '../rule';
import type { Lookup, World } from '../world';
import { inNamespace } from './_labels';

/** A name in one object that stands for another. */
export interface Target {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string | readonly PathSegment[];
}

/** Looks a name up, reports one that leads nowhere, and says what was found. */
export function resolve(target: Target, world: World, report: Report): Lookup {
  const { kind, namespace, name, path } = target;
  const found = world.lookUp(kind, namespace, name);
  if (found.status === 'missing') {
    report.fail(
      path,
      `there is no ${kind} '${name}'${inNamespace(namespace)}`,
      found.meant === undefined ? undefined : `write '${found.meant}'`,
    );
  } else if (found.status === 'unknown') {
    report.skip(
      world.incomplete
        ? 'a file that may hold what is named cannot be read'
        : `nothing is known of the ${kind}s${inNamespace(namespace)}`,
    );
  }
  return found;
}
