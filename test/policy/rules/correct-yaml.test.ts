import { describe, expect, it } from 'vitest';
import { checkManifests } from '../../../lib/policy/check';
import { findingLine } from '../../../lib/policy/finding';
import { rules } from '../../../lib/policy/registry';
import { CORRECT, type Objects } from './correct-cases';

/** What rules say about objects; a misspelt rule is a mistake of the test. */
function judge(names: readonly string[], objects: Objects): readonly string[] {
  const some = rules.filter((rule) => names.includes(rule.name));
  expect(some.map((rule) => rule.name)).toEqual(names.toSorted());
  return checkManifests(
    objects.map((manifest) => ({ manifest })),
    { rules: some },
  )
    .findings.filter((finding) => finding.rule !== 'unknown-kind')
    .map(findingLine);
}

describe('correct YAML is left alone, and its wrong neighbour is not', () => {
  it.each(CORRECT)('%s', (_, names, fine, wrong) => {
    expect(judge(names, fine)).toEqual([]);
    expect(judge(names, wrong)).not.toEqual([]);
  });
});
