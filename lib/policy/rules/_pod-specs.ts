import { WORKLOADS } from '../_pods';
import type { PathSegment } from '../_path';
import { type Resource, type YamlObject, isObject, objectOr } from '../resource';
import type { World } from '../world';

const POOLER = 'postgresql.cnpg.io/v1/Pooler';

/** Kinds with a pod of their own or the template of one, also where an operator fills in the rest. */
export const POD_KINDS: readonly string[] = [...WORKLOADS, POOLER];

/** A pod spec, and where it is. */
interface PodSpec {
  readonly spec: YamlObject;
  readonly path: readonly PathSegment[];
}

/** The pod spec that an object holds. */
export function podSpecOf(resource: Resource, world: World): PodSpec | undefined {
  if (resource.id === POOLER) {
    const spec: unknown = objectOr(resource.spec['template'])['spec'];
    return isObject(spec) ? { spec, path: ['spec', 'template', 'spec'] } : undefined;
  }
  const pods = world.pods(resource);
  return pods?.spec === undefined ? undefined : (pods as PodSpec);
}
