import type { IConstruct } from 'constructs';
import { manifestsBelow } from '../_manifests';
import { canonicalJson, sha256 } from '../evidence/digest';

/** Digest of the objects that a drill tests: with other manifests its evidence is about something else. */
export function digestOf(tested: readonly IConstruct[]): string {
  return sha256(canonicalJson(tested.flatMap((construct) => manifestsBelow(construct))));
}
