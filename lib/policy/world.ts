import { EVERYWHERE, addedKeys, madeFrom, mayMakePods } from './_made-by-others';
import { type Pods, podsOf, scaleTargets } from './_pods';
import { kindKey } from './_kind-key';
import { nearest } from './schema/_suggest';
import type { PlatformFacts } from './platform-facts';
import { type Resource, objectOr } from './resource';
import { selects } from './selector';

/** Keys of a Secret or ConfigMap: `any` where they are not known. */
export type Keys = readonly string[] | 'any';

/** Whether a name that points somewhere arrives there. */
export type Lookup =
  | { readonly status: 'found' }
  /** Nothing of that name; `meant` is one that is certainly meant. */
  | { readonly status: 'missing'; readonly meant?: string }
  /** Nothing is known of such objects in that namespace. */
  | { readonly status: 'unknown' };

/** Namespaces that every cluster has, or that the operator and the GitOps engines bring along. */
const NAMESPACES = ['argocd', 'cnpg-system', 'default', 'flux-system', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Kinds that another repository or a chart may bring: one is missing only where others of its kind are here. */
const OFTEN_ELSEWHERE: ReadonlySet<string> = new Set([
  'AppProject',
  'Deployment',
  'IngressClass',
  'Kustomization',
  'PriorityClass',
  'RuntimeClass',
  'Secret',
  'Service',
  'StatefulSet',
  'VolumeAttributesClass',
]);

const FOUND: Lookup = { status: 'found' };
const UNKNOWN: Lookup = { status: 'unknown' };

/** What is known under one name. */
interface Named {
  readonly resource?: Resource;
  /** Keys of what a controller makes or somebody else owns. */
  readonly keys?: Keys | undefined;
  /** Made by a controller, or there in every cluster: it says nothing of where others of its kind are written. */
  readonly made: boolean;
}

/** A value that was computed once, and what was left out of it. */
interface Fact {
  readonly value: unknown;
  readonly doubt: Resource | undefined;
}

/** All objects of one check, indexed so that a rule finds what it needs in constant time. */
export class World {
  private readonly kinds = new Map<string, Resource[]>();
  private readonly homes = new Map<string, Map<string, Resource[]>>();
  private readonly names = new Map<string, Map<string, Map<string, Named>>>();
  private readonly homePods = new Map<string, Pods[]>();
  /** Namespaces in which others may make pods as well. */
  private readonly openHomes = new Set<string>();
  private readonly podOf = new Map<Resource, Pods>();
  private readonly facts = new Map<unknown, Map<object, Fact>>();
  private readonly replaced = new Map<Resource, Resource>();
  private readonly refused = new Map<string, Map<string, Resource>>();
  private doubt: Resource | undefined;

  public constructor(
    public readonly resources: readonly Resource[],
    public readonly platform: PlatformFacts,
    public readonly incomplete = false,
  ) {
    for (const name of NAMESPACES) {
      this.name('Namespace', '', name, { keys: 'any', made: true });
    }
    for (const { kind, namespace, name, keys } of platform.external ?? []) {
      this.name(kind, namespace ?? '', name, { keys: keys ?? 'any', made: false });
    }
    for (const resource of resources) {
      for (const { kind, name, keys } of madeFrom(resource)) {
        this.name(kind, resource.namespace, name, { keys, made: true });
      }
    }
    const scaled = scaleTargets(resources);
    for (const resource of resources) {
      const key = kindKey(resource.kind, resource.ref.apiVersion);
      const names = below(below(this.names, key), resource.namespace);
      const before = names.get(resource.name);
      if (before?.resource !== undefined) {
        this.replaced.set(before.resource, resource);
      }
      // A controller may fill in what is declared empty.
      names.set(resource.name, { resource, keys: before?.keys, made: false });
      if (mayMakePods(resource)) {
        this.openHomes.add(resource.namespace);
      }
      if (resource.broken) {
        below(this.refused, resource.id).set(resource.namespace, resource);
      } else {
        push(this.kinds, resource.id, resource);
        push(below(this.homes, resource.id), resource.namespace, resource);
      }
      const pods = podsOf(resource, scaled);
      if (pods !== undefined) {
        this.podOf.set(resource, pods);
        push(this.homePods, pods.namespace, pods);
      }
    }
  }

  /** All objects of a kind, `apiVersion/kind`, but those that their schema refused. */
  public all(id: string): readonly Resource[] {
    this.doubt ??= this.refused.get(id)?.values().next().value;
    return this.kinds.get(id) ?? [];
  }

  /** As `all`, of one namespace. */
  public in(namespace: string, id: string): readonly Resource[] {
    this.doubt ??= this.refused.get(id)?.get(namespace);
    return this.homes.get(id)?.get(namespace) ?? [];
  }

  /**
   * The name under which objects of a kind are looked up: `Cluster` for the kind of that name that has a schema here, and
   * `Cluster.cluster.x-k8s.io` for one of another group.
   */
  public key(kind: string, apiVersion: string): string {
    return kindKey(kind, apiVersion);
  }

  /** The object of that kind, as `key` names it, or `undefined`, also where its schema refused it. */
  public find(kind: string, namespace: string, name: string): Resource | undefined {
    const resource = this.named(kind, namespace, name)?.resource;
    if (resource?.broken === true) {
      this.doubt ??= resource;
      return undefined;
    }
    return resource;
  }

  /** The next object of the same group, kind and name, but one that its schema refused. */
  public declaredAgain(resource: Resource): Resource | undefined {
    let next = this.replaced.get(resource);
    while (next !== undefined && (next.broken || groupOf(next) !== groupOf(resource))) {
      next = this.replaced.get(next);
    }
    return next;
  }

  /**
   * An object that was asked for since the last call and left out because its schema refused it. What a rule found
   * meanwhile may be no more than a consequence.
   */
  public takeDoubt(): Resource | undefined {
    const doubt = this.doubt;
    this.doubt = undefined;
    return doubt;
  }

  /** Whether an object is here, made by an operator, or declared external. */
  public exists(kind: string, namespace: string, name: string): boolean {
    return this.named(kind, namespace, name) !== undefined;
  }

  /** The keys of a Secret or ConfigMap, where it is known and says them. */
  public keys(kind: string, namespace: string, name: string): Keys {
    const found = this.named(kind, namespace, name);
    const others = found?.keys ?? (kind === 'ConfigMap' ? EVERYWHERE.get(name) : undefined);
    if (found?.resource === undefined) {
      return others ?? 'any';
    }
    return found.resource.broken || others === 'any' ? 'any' : [...dataKeys(found.resource), ...(others ?? [])];
  }

  /** As `exists`, with a suggestion, and an honest answer where nothing is known. */
  public lookUp(kind: string, namespace: string, name: string): Lookup {
    const known = this.names.get(kind)?.get(namespace);
    if (known?.has(name) === true || (kind === 'ConfigMap' && EVERYWHERE.has(name))) {
      return FOUND;
    }
    if (OFTEN_ELSEWHERE.has(kind) && ![...(known?.values() ?? [])].some(({ made }) => !made)) {
      return UNKNOWN;
    }
    if (this.incomplete || this.mayBe(kind, namespace, name)) {
      return UNKNOWN;
    }
    const meant = nearest(name, [...(known?.keys() ?? [])]);
    return { status: 'missing', ...(meant === undefined ? {} : { meant }) };
  }

  /** Whether an object of that name has no namespace yet, or the one that names it has none. */
  private mayBe(kind: string, namespace: string, name: string): boolean {
    const homes = this.names.get(kind) ?? new Map<string, Map<string, Named>>();
    if (namespace === '') {
      return [...homes.values()].some((known) => known.has(name));
    }
    const homeless = homes.get('')?.get(name);
    return homeless !== undefined && homeless.resource?.clusterScoped !== true;
  }

  /** What a function makes of the whole set, made once. */
  public once<T>(compute: (world: World) => T): T {
    return this.onceFor<World, T>(this, compute);
  }

  /** What a function makes of an object of the set, made once; what was left out of it is a doubt each time. */
  public onceFor<K extends object, T>(key: K, compute: (key: K, world: World) => T): T {
    let facts = this.facts.get(compute);
    if (facts === undefined) {
      this.facts.set(compute, (facts = new Map()));
    }
    let fact = facts.get(key);
    if (fact === undefined) {
      const before = this.takeDoubt();
      fact = { value: compute(key, this), doubt: this.doubt };
      this.doubt = before;
      facts.set(key, fact);
    }
    this.doubt ??= fact.doubt;
    return fact.value as T;
  }

  /** The pods that an object makes. */
  public pods(resource: Resource): Pods | undefined {
    return this.podOf.get(resource);
  }

  /** The pods of a namespace that a label selector takes. An empty selector takes all. */
  public selected(namespace: string, selector: unknown): readonly Pods[] {
    const out: Pods[] = [];
    for (const pods of this.candidates(namespace, selector)) {
      if (selects(selector, pods.labels)) {
        out.push(pods);
      }
    }
    return out;
  }

  /** In a namespace with many pods, those that have the first label of the selector. */
  private candidates(namespace: string, selector: unknown): readonly Pods[] {
    const all = this.homePods.get(namespace) ?? [];
    if (all.length <= FEW) {
      return all;
    }
    const [first] = Object.entries(objectOr(objectOr(selector)['matchLabels']));
    return first === undefined ? all : (this.onceFor(all, byLabel).get(`${first[0]}=${String(first[1])}`) ?? []);
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

  /** Whether all pods of a namespace are known: where nothing here makes any, or something unknown may, somebody else does. */
  public knowsPods(namespace: string): boolean {
    return this.homePods.has(namespace) && !this.openHomes.has(namespace);
  }

  /** Whether a Namespace is declared or named as external: then one that is neither is a mistake. */
  public knowsNamespaces(): boolean {
    return (this.names.get('Namespace')?.get('')?.size ?? 0) > NAMESPACES.length;
  }

  private named(kind: string, namespace: string, name: string): Named | undefined {
    return this.names.get(kind)?.get(namespace)?.get(name);
  }

  private name(kind: string, namespace: string, name: string, what: Named): void {
    below(below(this.names, kind), namespace).set(name, what);
  }
}

function groupOf({ id }: Resource): string {
  return id.slice(0, id.indexOf('/'));
}

/** Up to here, looking at each is faster than an index. */
const FEW = 32;

function byLabel(all: readonly Pods[]): ReadonlyMap<string, readonly Pods[]> {
  const index = new Map<string, Pods[]>();
  for (const pods of all) {
    for (const label in pods.labels) {
      for (const value of [pods.labels[label]].flat()) {
        push(index, `${label}=${String(value)}`, pods);
      }
    }
  }
  return index;
}

function dataKeys(resource: Resource): readonly string[] {
  const written = ['data', 'stringData', 'binaryData'].flatMap((field) =>
    Object.keys(objectOr(resource.manifest[field])),
  );
  return [...written, ...addedKeys(resource.manifest)];
}

function below<K, V>(map: Map<string, Map<K, V>>, at: string): Map<K, V> {
  let found = map.get(at);
  if (found === undefined) {
    found = new Map();
    map.set(at, found);
  }
  return found;
}

function push<T>(map: Map<string, T[]>, at: string, value: T): void {
  const list = map.get(at);
  if (list === undefined) {
    map.set(at, [value]);
  } else {
    list.push(value);
  }
}
