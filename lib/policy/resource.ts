import type { PathSegment } from './_path';
import type { ObjectRef, Origin } from './finding';
import type { KindEntry } from './schema/_catalog';

/** An object under judgement. */
export interface Resource {
  /** `apiVersion/kind`. */
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  /** Whether its kind has no namespace, whatever the manifest says. */
  readonly clusterScoped: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** As it was written. */
  readonly manifest: YamlObject;
  /** With the defaults that the API server and the webhooks write. */
  readonly effective: YamlObject;
  /** `effective.spec`, or an empty object. */
  readonly spec: YamlObject;
  readonly ref: ObjectRef;
  /** Whether its kind has no schema here: it may make anything. */
  readonly foreign: boolean;
  /** Whether its schema was refused: rules that read its fields pass it over. */
  readonly broken: boolean;
}

/** YAML as it comes: rules look before they trust, and read only what passed the schema. */
// oxlint-disable-next-line typescript/no-explicit-any -- the YAML edge
export type YamlObject = Readonly<Record<string, any>>;

/** A manifest to judge, and where it came from. */
export interface PolicyInput {
  readonly manifest: unknown;
  readonly origin?: Origin;
  /** Places of values that are encrypted, and empty here. */
  readonly sealed?: readonly (readonly PathSegment[])[];
}

/** A plain object, not a list and not null. */
export function isObject(value: unknown): value is YamlObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object, or an empty one. */
export function objectOr(value: unknown): YamlObject {
  return isObject(value) ? value : EMPTY;
}

/** The value as a list, or an empty one. */
export function listOr(value: unknown): readonly YamlObject[] {
  return Array.isArray(value) ? (value as YamlObject[]) : NONE;
}

/** What is known of any value that may be a manifest. */
export function refOf(manifest: unknown, origin: Origin): ObjectRef {
  const { apiVersion, kind, metadata } = objectOr(manifest);
  const { name, namespace, generateName } = objectOr(metadata);
  const known = text(name) || (text(generateName) === '' ? '(no name)' : `${text(generateName)}*`);
  const [version, what] = [text(apiVersion), text(kind) || 'document'];
  return typeof namespace === 'string' && namespace !== ''
    ? { apiVersion: version, kind: what, name: known, origin, namespace }
    : { apiVersion: version, kind: what, name: known, origin };
}

/** `apiVersion/kind`. */
export function idOf({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>): string {
  return ids.get(apiVersion)?.get(kind) ?? newId(apiVersion, kind);
}

/** A resource of a manifest that is an object; `entry` is its kind, where that has a schema. */
export function makeResource(
  manifest: YamlObject,
  effective: YamlObject,
  broken: boolean,
  ref: ObjectRef,
  entry?: KindEntry,
): Resource {
  const metadata = objectOr(manifest['metadata']);
  return {
    id: entry?.id ?? idOf(ref),
    kind: ref.kind,
    name: ref.name,
    namespace: ref.namespace ?? '',
    clusterScoped: entry?.scope === 'Cluster',
    labels: objectOr(metadata['labels']),
    annotations: objectOr(metadata['annotations']),
    manifest,
    effective,
    spec: objectOr(effective['spec']),
    ref,
    foreign: entry === undefined,
    broken,
  };
}

/** One string for each kind: looking one up that was just put together costs more than the rest of a check. */
const ids = new Map<string, Map<string, string>>();
const MAX_IDS = 1000;

function newId(apiVersion: string, kind: string): string {
  const id = `${apiVersion}/${kind}`;
  if (ids.size < MAX_IDS) {
    const kinds = ids.get(apiVersion) ?? new Map<string, string>();
    ids.set(apiVersion, kinds.set(kind, id));
  }
  return id;
}

const EMPTY: YamlObject = Object.freeze({});
const NONE: readonly YamlObject[] = Object.freeze([]);

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
