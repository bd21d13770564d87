import { type Pods, podsOf } from './_pods';
import { nearest } from './schema/_suggest';
import type { PlatformFacts } from './platform-facts';
import { type Resource, type YamlObject, listOr, objectOr } from './resource';

/** Keys of a Secret or ConfigMap: `any` where they are not known. */
export type Keys = readonly string[] | 'any';

/** Whether a name that points somewhere arrives there. */
export type Lookup =
  | { readonly status: 'found'; readonly keys: Keys }
  /** Nothing of that name; `meant` is one that is certainly meant. */
  | { readonly status: 'missing'; readonly meant?: string }
  /** Nothing is known of such objects in that namespace. */
  | { readonly status: 'unknown' };

const BASIC_AUTH = ['username', 'password'];
const APP_KEYS = [
  ...BASIC_AUTH,
  'host',
  'port',
  'dbname',
  'user',
  'pgpass',
  'uri',
  'jdbc-uri',
  'fqdn-uri',
  'fqdn-jdbc-uri',
];

/** All objects of one check, indexed so that a rule finds what it needs in constant time. */
export class World {
  private readonly kinds = new Map<string, Resource[]>();
  private readonly kindsByNamespace = new Map<string, Resource[]>();
  private readonly memory = new Map<unknown, unknown>();
  private readonly names = new Names<Resource>();
  private readonly operatorMade = new Names<Keys>();
  private readonly podIndex = new Map<string, Pods[]>();
  private readonly podOf = new Map<Resource, Pods>();

  public constructor(
    public readonly resources: readonly Resource[],
    public readonly platform: PlatformFacts,
  ) {
    for (const resource of resources) {
      this.names.set(resource.kind, resource.namespace, resource.name, resource);
      // What the schema refused has a name, but nobody should read its fields.
      if (resource.broken) {
        continue;
      }
      (this.kinds.get(resource.id) ?? this.add(this.kinds, resource.id)).push(resource);
      const home = `${resource.id} ${resource.namespace}`;
      (this.kindsByNamespace.get(home) ?? this.add(this.kindsByNamespace, home)).push(resource);
      const pods = podsOf(resource);
      if (pods !== undefined) {
        this.podOf.set(resource, pods);
        this.indexPods(pods);
      }
      if (resource.id.startsWith('postgresql.cnpg.io/')) {
        this.addOperatorMade(resource);
      }
    }
    for (const external of platform.external ?? []) {
      this.operatorMade.set(external.kind, external.namespace ?? '', external.name, external.keys ?? 'any');
    }
  }

  /** All objects of a kind, `apiVersion/kind`, but for those that the schema refused. */
  public all(id: string): readonly Resource[] {
    return this.kinds.get(id) ?? [];
  }

  /** As `all`, of one namespace. */
  public in(namespace: string, id: string): readonly Resource[] {
    return this.kindsByNamespace.get(`${id} ${namespace}`) ?? [];
  }

  /** What a rule computes once for the whole set. */
  public once<T>(key: unknown, compute: () => T): T {
    if (!this.memory.has(key)) {
      this.memory.set(key, compute());
    }
    return this.memory.get(key) as T;
  }

  /** The object of that kind (without its group), or `undefined`, also where the schema refused it. */
  public find(kind: string, namespace: string, name: string): Resource | undefined {
    const resource = this.names.get(kind, namespace, name);
    return resource?.broken === true ? undefined : resource;
  }

  /** Whether an object is here, made by an operator, or declared external. */
  public exists(kind: string, namespace: string, name: string): boolean {
    return (
      this.names.get(kind, namespace, name) !== undefined || this.operatorMade.get(kind, namespace, name) !== undefined
    );
  }

  /** As `exists`, with keys, a suggestion, and an honest answer where nothing is known. */
  public lookUp(kind: string, namespace: string, name: string): Lookup {
    const resource = this.names.get(kind, namespace, name);
    if (resource !== undefined) {
      return { status: 'found', keys: resource.broken ? 'any' : dataKeys(resource) };
    }
    const made = this.operatorMade.get(kind, namespace, name);
    if (made !== undefined) {
      return { status: 'found', keys: made };
    }
    const known = this.namesOf(kind, namespace);
    const judged = kind === 'Secret' ? known.some((k) => !k.operator) : true;
    if (!judged) {
      return { status: 'unknown' };
    }
    const meant = nearest(
      name,
      known.map((k) => k.name),
    );
    return { status: 'missing', ...(meant === undefined ? {} : { meant }) };
  }

  /** The pods that an object makes. */
  public pods(resource: Resource): Pods | undefined {
    return this.podOf.get(resource);
  }

  /** The pods of a namespace that a label selector takes. An empty selector takes all. */
  public selected(namespace: string, selector: unknown): readonly Pods[] {
    const labels = objectOr(objectOr(selector)['matchLabels']);
    const first = Object.entries(labels)[0];
    const candidates =
      this.podIndex.get(first === undefined ? namespace : `${namespace} ${first[0]}=${String(first[1])}`) ?? [];
    return candidates.filter((pods) => selects(selector, pods.labels));
  }

  /** Namespaces whose labels a selector takes, of those that are known. */
  public namespacesSelected(selector: unknown): readonly string[] {
    const byName = objectOr(objectOr(selector)['matchLabels'])['kubernetes.io/metadata.name'];
    if (typeof byName === 'string') {
      return [byName];
    }
    return this.all('v1/Namespace')
      .filter((ns) => selects(selector, { ...ns.labels, 'kubernetes.io/metadata.name': ns.name }))
      .map((ns) => ns.name);
  }

  private namesOf(kind: string, namespace: string): { name: string; operator: boolean }[] {
    const external = new Set(
      (this.platform.external ?? [])
        .filter((one) => one.kind === kind && (one.namespace ?? '') === namespace)
        .map((one) => one.name),
    );
    return [
      ...this.names.in(kind, namespace).map((name) => ({ name, operator: false })),
      ...this.operatorMade.in(kind, namespace).map((name) => ({ name, operator: !external.has(name) })),
    ];
  }

  private indexPods(pods: Pods): void {
    const keys = [pods.namespace];
    for (const label in pods.labels) {
      keys.push(`${pods.namespace} ${label}=${pods.labels[label]}`);
    }
    for (const at of keys) {
      (this.podIndex.get(at) ?? this.add(this.podIndex, at)).push(pods);
    }
  }

  private addOperatorMade(resource: Resource): void {
    const { namespace, name, spec } = resource;
    const add = (kind: string, suffix: string, keys: Keys = 'any'): void => {
      this.operatorMade.set(kind, namespace, `${name}${suffix}`, keys);
    };
    if (resource.kind === 'Cluster') {
      add('Secret', '-ca', ['ca.crt', 'ca.key']);
      add('Secret', '-server', ['tls.crt', 'tls.key', 'ca.crt']);
      add('Secret', '-replication', ['tls.crt', 'tls.key', 'ca.crt']);
      const initdb = objectOr(objectOr(spec['bootstrap'])['initdb']);
      if (initdb['secret'] === undefined) {
        add('Secret', '-app', APP_KEYS);
      }
      if (spec['enableSuperuserAccess'] === true && spec['superuserSecret'] === undefined) {
        add('Secret', '-superuser', APP_KEYS);
      }
      const disabled = (objectOr(objectOr(spec['managed'])['services'])['disabledDefaultServices'] ?? []) as string[];
      for (const type of ['rw', 'ro', 'r']) {
        if (!disabled.includes(type)) {
          add('Service', `-${type}`);
        }
      }
      for (const service of listOr(objectOr(objectOr(spec['managed'])['services'])['additional'])) {
        const made = String(objectOr(objectOr(service['serviceTemplate'])['metadata'])['name']);
        this.operatorMade.set('Service', namespace, made, 'any');
      }
      add('ServiceAccount', '');
      this.operatorMade.set('ConfigMap', namespace, 'cnpg-default-monitoring', ['queries']);
    }
    if (resource.kind === 'DatabaseRole' && objectOr(spec['clientCertificate'])['enabled'] === true) {
      add('Secret', '-client-cert', ['tls.crt', 'tls.key', 'ca.crt']);
    }
    if (resource.kind === 'Pooler') {
      add('Service', '');
    }
  }

  private add<T>(map: Map<string, T[]>, at: string): T[] {
    const list: T[] = [];
    map.set(at, list);
    return list;
  }
}

/** Whether labels match a selector with `matchLabels` and `matchExpressions`. */
export function selects(selector: unknown, labels: Readonly<Record<string, unknown>>): boolean {
  const { matchLabels, matchExpressions } = objectOr(selector);
  for (const [name, value] of Object.entries(objectOr(matchLabels))) {
    if (labels[name] !== value) {
      return false;
    }
  }
  return listOr(matchExpressions).every((expression) => matches(expression, labels));
}

function matches(expression: YamlObject, labels: Readonly<Record<string, unknown>>): boolean {
  const value = labels[String(expression['key'])];
  const values = (expression['values'] ?? []) as readonly unknown[];
  switch (expression['operator']) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}

function dataKeys(resource: Resource): Keys {
  const keys = ['data', 'stringData', 'binaryData'].flatMap((field) => Object.keys(objectOr(resource.manifest[field])));
  return keys;
}

/** Values by kind, namespace and name, without joining the three into one text for each look. */
class Names<T> {
  private readonly kinds = new Map<string, Map<string, Map<string, T>>>();

  public get(kind: string, namespace: string, name: string): T | undefined {
    return this.kinds.get(kind)?.get(namespace)?.get(name);
  }

  public set(kind: string, namespace: string, name: string, value: T): void {
    const namespaces = this.kinds.get(kind) ?? new Map<string, Map<string, T>>();
    const names = namespaces.get(namespace) ?? new Map<string, T>();
    this.kinds.set(kind, namespaces.set(namespace, names.set(name, value)));
  }

  public in(kind: string, namespace: string): readonly string[] {
    return [...(this.kinds.get(kind)?.get(namespace)?.keys() ?? [])];
  }
}
