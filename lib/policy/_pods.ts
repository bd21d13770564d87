import type { PathSegment } from './_path';
import { type Resource, type YamlObject, listOr, objectOr } from './resource';
import type { Labels } from './selector';

/** The pods that one object makes. */
export interface Pods {
  readonly owner: Resource;
  readonly namespace: string;
  readonly labels: Labels;
  /** How many there are meant to be, or at least where they are scaled; `undefined` where it is not fixed. */
  readonly replicas: number | undefined;
  /** The pod's spec and where it is; absent for pods that an operator makes. */
  readonly spec?: YamlObject;
  readonly path: readonly PathSegment[];
  /** All containers of the spec, init containers first. */
  readonly containers: readonly PodContainer[];
  /** Ports that the containers declare, and those that their probes ask. */
  readonly ports: readonly PodPort[];
}

/** One container of a pod. */
export interface PodContainer {
  readonly container: YamlObject;
  /** Where it is in the object. */
  readonly path: readonly PathSegment[];
  /** Whether it ends before the others start: a sidecar does not. */
  readonly init: boolean;
}

/** A port that pods listen on. */
export interface PodPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
}

const TEMPLATE: Readonly<Record<string, readonly PathSegment[]>> = {
  'apps/v1/DaemonSet': ['spec', 'template'],
  'apps/v1/Deployment': ['spec', 'template'],
  'apps/v1/ReplicaSet': ['spec', 'template'],
  'apps/v1/StatefulSet': ['spec', 'template'],
  'batch/v1/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  'batch/v1/Job': ['spec', 'template'],
  'v1/Pod': [],
};

/** Kinds with a pod template, or that are a pod. */
export const WORKLOADS = Object.keys(TEMPLATE);

/** As `WORKLOADS`, and those for which CloudNativePG makes the pods. */
export const POD_OWNERS: readonly string[] = [
  ...WORKLOADS,
  'postgresql.cnpg.io/v1/Cluster',
  'postgresql.cnpg.io/v1/Pooler',
];

const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'];

const POSTGRES_PORTS = [
  { name: 'postgresql', port: 5432, protocol: 'TCP' },
  { name: 'status', port: 8000, protocol: 'TCP' },
  { name: 'metrics', port: 9187, protocol: 'TCP' },
];
const POOLER_PORTS = [
  { name: 'pgbouncer', port: 5432, protocol: 'TCP' },
  { name: 'metrics', port: 9127, protocol: 'TCP' },
];

/** The pods of an object, or `undefined`. Includes what CloudNativePG makes, which no manifest shows. */
export function podsOf(resource: Resource, scaled: ReadonlyMap<string, number> = NOT_SCALED): Pods | undefined {
  const path = TEMPLATE[resource.id];
  if (path !== undefined) {
    return templatePods(resource, path, scaled.get(`${resource.namespace} ${resource.kind} ${resource.name}`));
  }
  if (resource.id === 'postgresql.cnpg.io/v1/Cluster') {
    const inherited = objectOr(objectOr(resource.spec['inheritedMetadata'])['labels']);
    return {
      owner: resource,
      namespace: resource.namespace,
      labels: {
        ...inherited,
        'cnpg.io/cluster': resource.name,
        'cnpg.io/podRole': 'instance',
        'cnpg.io/instanceRole': ['primary', 'replica', 'unhealthy'],
        // Deprecated, and still there.
        role: ['primary', 'replica', 'unhealthy'],
        'app.kubernetes.io/name': 'postgresql',
        'app.kubernetes.io/managed-by': 'cloudnative-pg',
        'app.kubernetes.io/instance': resource.name,
        'app.kubernetes.io/component': 'database',
      },
      replicas: numberOr(resource.spec['instances']),
      path: [],
      containers: [],
      ports: POSTGRES_PORTS,
    };
  }
  if (resource.id === 'postgresql.cnpg.io/v1/Pooler') {
    const template = objectOr(objectOr(resource.spec['template'])['metadata']);
    return {
      owner: resource,
      namespace: resource.namespace,
      labels: {
        ...objectOr(template['labels']),
        'cnpg.io/poolerName': resource.name,
        'cnpg.io/podRole': 'pooler',
        'cnpg.io/cluster': String(objectOr(resource.spec['cluster'])['name']),
      },
      replicas: numberOr(resource.spec['instances']),
      path: [],
      containers: [],
      ports: POOLER_PORTS,
    };
  }
  return undefined;
}

function templatePods(resource: Resource, path: readonly PathSegment[], least: number | undefined): Pods {
  let template: YamlObject = resource.effective;
  for (const segment of path) {
    template = objectOr(template[segment]);
  }
  const labels = objectOr(objectOr(template['metadata'])['labels']);
  if (resource.broken) {
    // It makes pods with labels all the same: what selects them is not wrong as well. More is not known.
    return {
      owner: resource,
      namespace: resource.namespace,
      labels,
      replicas: undefined,
      path: [],
      containers: [],
      ports: [],
    };
  }
  const spec = objectOr(template['spec']);
  const at = [...path, 'spec'];
  const containers = containersOf(spec, at);
  const fixed = ['Deployment', 'StatefulSet', 'ReplicaSet'].includes(resource.kind);
  return {
    owner: resource,
    namespace: resource.namespace,
    labels,
    replicas: fixed
      ? (least ?? numberOr(resource.spec['replicas']) ?? 1)
      : resource.kind === 'DaemonSet'
        ? undefined
        : 1,
    spec,
    path: at,
    containers,
    ports: containers.flatMap(({ container }) => [...declaredPorts(container), ...probedPorts(container)]),
  };
}

function declaredPorts(container: YamlObject): readonly PodPort[] {
  return listOr(container['ports']).map((port) => ({
    ...(typeof port['name'] === 'string' ? { name: port['name'] } : {}),
    port: Number(port['containerPort']),
    protocol: String(port['protocol'] ?? 'TCP'),
  }));
}

/** A container need not declare a port to listen on it; a probe tells as much. */
function probedPorts(container: YamlObject): readonly PodPort[] {
  return listOr(container['ports']).length === 0
    ? []
    : PROBES.flatMap((probe) =>
        ['httpGet', 'tcpSocket', 'grpc'].flatMap((action) => {
          const port: unknown = objectOr(objectOr(container[probe])[action])['port'];
          return typeof port === 'number' ? [{ port, protocol: 'TCP' }] : [];
        }),
      );
}

const NOT_SCALED: ReadonlyMap<string, number> = new Map();

/** `namespace kind name` of what a HorizontalPodAutoscaler scales, and the fewest replicas that it leaves. */
export function scaleTargets(resources: readonly Resource[]): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const { kind, broken, namespace, spec } of resources) {
    if (kind === 'HorizontalPodAutoscaler' && !broken) {
      const target = objectOr(spec['scaleTargetRef']);
      out.set(`${namespace} ${target['kind']} ${target['name']}`, numberOr(spec['minReplicas']) ?? 1);
    }
  }
  return out;
}

/** All containers of the pod spec that is at a place, init containers first. */
export function containersOf(spec: YamlObject, at: readonly PathSegment[]): readonly PodContainer[] {
  const init = listOr(spec['initContainers']).map((container, i) => ({
    container,
    path: [...at, 'initContainers', i],
    init: container['restartPolicy'] !== 'Always',
  }));
  const main = listOr(spec['containers']).map((container, i) => ({
    container,
    path: [...at, 'containers', i],
    init: false,
  }));
  return init.length === 0 ? main : [...init, ...main];
}

function numberOr(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
