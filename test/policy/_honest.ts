import type { PathSegment } from '../../lib/policy/_path';
import type { Finding } from '../../lib/policy/finding';
import type { Seeded } from './_seed';

/** Steps from a field to what holds it: an item and its list count as one place. */
const UP = 2;

/**
 * Whether a finding is where the fault is: on its path or below; or on what holds the field, if it then names the field
 * or its value; or where the fault says that it has to be instead.
 */
export function isAt(finding: Finding, seeded: Seeded, elsewhere?: RegExp): boolean {
  const { rule, object, path: place } = finding;
  return (
    (object.origin.file === seeded.file && seeded.paths.some((path) => covers(finding, path, seeded.words))) ||
    elsewhere?.test(`${rule} ${object.kind} ${object.name} ${place}`) === true
  );
}

function covers(
  { segments, message, fix = '' }: Finding,
  path: readonly PathSegment[],
  words: readonly string[],
): boolean {
  if (begins(segments, path)) {
    return true;
  }
  const whole = segments.length === 0;
  const holder = begins(path, segments) && path.length - segments.length <= (whole ? 1 : UP);
  return holder && words.some((word) => `${message} ${fix}`.includes(word));
}

function begins(path: readonly PathSegment[], start: readonly PathSegment[]): boolean {
  return start.every((segment, i) => path[i] === segment);
}
