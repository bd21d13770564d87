import type { PathSegment } from '../_path';
import { type PodContainer, WORKLOADS, containersOf } from '../_pods';
import { type Resource, type YamlObject, isObject, objectOr } from '../resource';
import type { World } from '../world';

const CLUSTER = 'postgresql.cnpg.io/v1/Cluster';
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

/** What a pod or one of its containers asks for and may use, and where the one that has `resources` is. */
export interface Asked {
  readonly resources: unknown;
  readonly path: readonly PathSegment[];
}

/** Kinds with `resources`: those with a pod spec, and a Cluster, whose instances have them. */
export const ASKING: readonly string[] = [...POD_KINDS, CLUSTER];

/** All `resources` of an object: of its pod as a whole and of each container. */
export function askedBy(resource: Resource, world: World): readonly Asked[] {
  if (resource.id === CLUSTER) {
    return [{ resources: resource.spec['resources'], path: ['spec'] }];
  }
  const pod = podSpecOf(resource, world);
  return pod === undefined
    ? []
    : [
        { resources: pod.spec['resources'], path: pod.path },
        ...pod.containers.map(({ container, path }) => ({ resources: container['resources'] as unknown, path })),
      ];
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
