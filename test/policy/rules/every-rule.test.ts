import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePath } from '../../../lib/policy/_path';
import { checkManifests } from '../../../lib/policy/check';
import { rules } from '../../../lib/policy/registry';
import type { PolicyRule } from '../../../lib/policy/rule';
import { rulesDocument } from '../../../lib/policy/rules-document';
import { set } from '../_set';

const FOLDER = join(__dirname, '../../../lib/policy/rules');

/** Everything that the engine says about the example of a rule, with nothing but that rule running. */
function judge(rule: PolicyRule, objects: readonly unknown[]) {
  const report = checkManifests(
    objects.map((manifest) => ({ manifest })),
    { rules: [rule], platform: rule.example().platform ?? {} },
  );
  return report.findings;
}

describe('the registry', () => {
  it('lists every rule of the folder, by name', () => {
    const files = readdirSync(FOLDER)
      .filter((file) => !file.startsWith('_'))
      .map((file) => file.replace(/\.ts$/, ''));
    expect(rules.map((rule) => rule.name)).toEqual(files.toSorted());
  });

  it('has no rule without a source, a remedy or a summary of its own', () => {
    const poor = rules.filter(
      (rule) =>
        !/[#(].+[.)]$/.test(rule.why) ||
        rule.why.length < 60 ||
        !/^[a-z].*[^.]$/.test(rule.remediation) ||
        !/^[a-z].*[^.]$/.test(rule.summary) ||
        rule.kinds.length === 0,
    );
    expect(poor.map((rule) => rule.name)).toEqual([]);
    expect(new Set(rules.map((rule) => rule.summary)).size).toBe(rules.length);
  });
});

describe.each(rules.map((rule) => [rule.name, rule] as const))('%s', (name, rule) => {
  const { fine, broken } = rule.example();
  const changed = fine.map((object, i) => (i === broken.object ? set(object, broken.path, broken.value) : object));

  it('finds nothing wrong with its example', () => {
    expect(judge(rule, fine)).toEqual([]);
  });

  it('fires when one fact is changed, says where, and what to do', () => {
    const findings = judge(rule, changed);
    expect(findings.map((finding) => finding.rule)).toContain(name);
    expect(findings.map((finding) => finding.rule).filter((rule_) => rule_ !== name)).toEqual([]);
    for (const finding of findings) {
      expect(finding.message).toMatch(/^(?![A-Z][a-z]+ing\b).*[^.]$/s);
      expect(finding.fix).toBeTruthy();
      expect(finding.severity).toBe(rule.severity);
    }
  });

  it('changes exactly one fact', () => {
    expect(parsePath(broken.path).length).toBeGreaterThan(0);
    expect(JSON.stringify(changed)).not.toBe(JSON.stringify(fine));
  });
});

it('docs/rules.md is what the rules say; npm run rules writes it', () => {
  expect(readFileSync(join(__dirname, '../../../docs/rules.md'), 'utf8')).toBe(rulesDocument());
});
