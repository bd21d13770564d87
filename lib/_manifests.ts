import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Manifest } from './gitops/rendered';

let rendered: Map<ApiObject, Manifest> | undefined;

/** What is written for an object, JSON patches included. */
export function manifestOf(object: ApiObject): Manifest {
  const known = rendered?.get(object);
  if (known !== undefined) {
    return known;
  }
  const manifest = object.toJson() as Manifest;
  rendered?.set(object, manifest);
  return manifest;
}

/** All objects below a construct, as they are written. */
export function manifestsBelow(scope: IConstruct): Manifest[] {
  return scope.node
    .findAll()
    .filter((construct) => ApiObject.isApiObject(construct))
    .map(manifestOf);
}

/**
 * Renders each object once while `work` runs: predictions, proofs, digests, the policy and the files all ask for the
 * same ones, and nothing changes an app while it is synthesized.
 */
export function renderingOnce<T>(work: () => T): T {
  const outer = rendered;
  rendered ??= new Map();
  try {
    return work();
  } finally {
    rendered = outer;
  }
}
