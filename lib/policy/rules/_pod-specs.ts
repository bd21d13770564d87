import { WORKLOADS } from '../_pods';
import type { PathSegment } from '../_path';
import { type Resource, type YamlObject, isObject, objectOr } from '../resource';
import type { World } from '../world';

const POOLER = 'postgresql.cnpg.io/v1/Pooler';

/** Kinds with a pod of their own or the template of one, also where an operator fills in the rest. */
export const POD_KINDS: readonly string[] = [...WORKLOADS, POOLER];

/** The pod spec that an object holds, and where. */
export function podSpecOf(
  resource: Resource,
  world: World,
): { readonly spec: YamlObject; readonly path: readonly PathSegment[] } | undefined {
  if (resource.id === POOLER) {
    const spec: unknown = objectOr(resource.spec['template'])['spec'];
    return isObject(spec) ? { spec, path: ['spec', 'template', 'spec'] } : undefined;
  }
  const pods = world.pods(resource);
  return pods?.spec === undefined ? undefined : { spec: pods.spec, path: pods.path };
}
