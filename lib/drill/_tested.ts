import type { IConstruct } from 'constructs';
import { canonicalJson, sha256 } from '../evidence/digest';
import { manifestsBelow } from '../platform/check-node-loss';

/** Digest of the objects that a drill tests: with other manifests its evidence is about something else. */
export function digestOf(tested: readonly IConstruct[]): string {
  return sha256(canonicalJson(tested.flatMap((construct) => manifestsBelow(construct))));
}
