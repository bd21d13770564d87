import type { ApiObject } from 'cdk8s';

const HOLDS_DATA = 'cdk8s-phoenix:holds-data';
const CARRIES_SCRIPTS = 'cdk8s-phoenix:carries-scripts';

/** What a delivery engine must know about an object and cannot see in its kind. */
export interface ObjectTraits {
  /** Deleting the object deletes data or the way back to it: never pruned without a person's word. */
  readonly holdsData: boolean;
  /** Text in it may contain `${...}` that no engine may substitute. */
  readonly carriesScripts: boolean;
}

/** Marks an object whose deletion would delete data, or the way back to it. */
export function markHoldsData(object: ApiObject): void {
  object.node.addMetadata(HOLDS_DATA, true);
}

/** Marks an object that carries scripts or templates, where `${...}` is not for the engine. */
export function markCarriesScripts(object: ApiObject): void {
  object.node.addMetadata(CARRIES_SCRIPTS, true);
}

/** The traits of one object. */
export function traitsOf(object: ApiObject): ObjectTraits {
  const types = new Set(object.node.metadata.map((entry) => entry.type));
  return { holdsData: types.has(HOLDS_DATA), carriesScripts: types.has(CARRIES_SCRIPTS) };
}
