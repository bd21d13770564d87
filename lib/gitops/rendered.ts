import type { ExternalObject } from '../policy/platform-facts';
import type { ObjectTraits } from './traits';
import type { UnitRole } from './unit';

/** A Kubernetes object as it is written. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ManifestMetadata;
  readonly [field: string]: unknown;
}

/** The part of `metadata` that this library reads and writes. */
export interface ManifestMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** One object of a unit and where it came from. */
export interface RenderedObject {
  readonly manifest: Manifest;
  /** Path of the construct that made it, for messages: `state-hub/database/Cluster/Resource`. */
  readonly constructPath: string;
  readonly traits: ObjectTraits;
}

/** A unit as data: everything that delivery, policy and documents need to know of it. */
export interface RenderedUnit {
  /** Stable name, also the folder below `manifests/`: `state-hub-database`. */
  readonly name: string;
  /** Path of the chart, for messages: `state-hub/database`. */
  readonly constructPath: string;
  /** Name of the service the unit belongs to: `state-hub`. A chart right below the app is its own group. */
  readonly group: string;
  readonly role: UnitRole;
  /** Hand-owned folder instead of objects, relative to the deploy folder: `secrets`. */
  readonly folder?: string;
  readonly objects: readonly RenderedObject[];
  /** Names of units that come first, direct edges as declared, sorted. */
  readonly dependsOn: readonly string[];
  /** Names of units that somebody else owns and that come first, sorted. */
  readonly dependsOnExternal: readonly string[];
}

/** A file to write, with its path below the output folder. */
export interface OutputFile {
  readonly path: string;
  readonly text: string;
}

/** How one GitOps engine takes the units. Pure: units in, units and files out. */
export interface Delivery {
  readonly engine: 'flux' | 'argocd';
  /** The deploy folder below the repository's root, `''` for the root, and the output folder in it. */
  readonly folder: string;
  readonly output: string;
  /** What must be in the cluster before the engine can work, and belongs to the platform. */
  readonly external: readonly ExternalObject[];
  /** The units with what this engine wants to see on each object, such as sync waves or prune protection. */
  decorate(units: readonly RenderedUnit[]): readonly RenderedUnit[];
  /** The engine's own objects, below `flux/` or `argocd/`. Gets the decorated units. */
  files(units: readonly RenderedUnit[]): readonly OutputFile[];
}
