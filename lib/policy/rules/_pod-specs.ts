import type { PathSegment } from '../_path';
import { type PodContainer, WORKLOADS, containersOf } from '../_pods';
import { type Resource, type YamlObject, isObject, objectOr } from '../resource';
import type { World } from '../world';

const POOLER = 'postgresql.cnpg.io/v1/Pooler';
const POOLER_SPEC = ['spec', 'template', 'spec'];

/** Kinds with a pod of their own or the template of one, also where an operator fills in the rest. */
export const POD_KINDS: readonly string[] = [...WORKLOADS, POOLER];

/** A pod spec, where it is, and what runs in it. */
interface PodSpec {
  readonly spec: YamlObject;
  readonly path: readonly PathSegment[];
  readonly containers: readonly PodContainer[];
}

/** The pod spec that an object holds. */
export function podSpecOf(resource: Resource, world: World): PodSpec | undefined {
  if (resource.id === POOLER) {
    const spec: unknown = objectOr(resource.spec['template'])['spec'];
    return isObject(spec) ? { spec, path: POOLER_SPEC, containers: containersOf(spec, POOLER_SPEC) } : undefined;
  }
  const pods = world.pods(resource);
  return pods?.spec === undefined ? undefined : (pods as PodSpec);
}
