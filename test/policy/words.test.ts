import { describe, expect, it } from 'vitest';
import { WORDED_RULES, celWords } from '../../lib/policy/_cel-words';
import { checkManifests } from '../../lib/policy/check';
import { readManifests } from '../../lib/policy/reading';
import { builtInKinds } from '../../lib/policy/schema/_catalog';
import type { ExtrasNode } from '../../lib/policy/schema/_crd';
import { patternInWords } from '../../lib/policy/schema/_explain';

const kinds = [...builtInKinds().values()];

/** Every text under a key, anywhere in a value. */
function textsOf(value: unknown, key: string): string[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, below]) => [
        ...(name === key && typeof below === 'string' ? [below] : []),
        ...textsOf(below, key),
      ])
    : [];
}

function rulesOf(node: ExtrasNode | undefined): string[] {
  return node === undefined
    ? []
    : [
        ...(node.r ?? []).map(({ rule }) => rule),
        ...Object.values(node.p ?? {}).flatMap(rulesOf),
        ...rulesOf(node.i),
        ...rulesOf(node.a),
      ];
}

const judged = new Set(kinds.flatMap((kind) => rulesOf(kind.extras())).filter((rule) => !/\boldSelf\b/.test(rule)));

describe('a CEL rule of the schemas', () => {
  it.each([...judged])('is said in words, and not by its text: %s', (rule) => {
    const words = celWords(rule);
    expect(words).toBeDefined();
    for (const text of [words?.message, words?.fix ?? '']) {
      expect(text).not.toMatch(/\bself\b|has\(|&&|\|\||[.]$/);
    }
  });

  it('is there for all words', () => {
    expect(WORDED_RULES.filter((rule) => !judged.has(rule))).toEqual([]);
  });

  it('says what to write in its own place', () => {
    const source = `apiVersion: postgresql.cnpg.io/v1
kind: Database
metadata: {name: shop, namespace: shop}
spec: {name: postgres, owner: shop, cluster: {name: db}, icuLocale: de}
`;
    const { findings } = checkManifests(readManifests(source, 'x').inputs, { rules: [] });
    expect(findings).toMatchObject([
      {
        path: 'spec',
        message: "'icuLocale' needs localeProvider: icu (no such key: localeProvider)",
        fix: expect.stringContaining('localeProvider'),
      },
      { path: 'spec.name', message: expect.stringMatching(/^must not be 'postgres': PostgreSQL needs this database/) },
    ]);
  });
});

describe('a pattern of the schemas', () => {
  it.each([...new Set(kinds.flatMap((kind) => textsOf(kind.bundle(), 'pattern')))])(
    'is said in words: %s',
    (pattern) => {
      expect(patternInWords(pattern)).toBeDefined();
    },
  );

  it('of a time shows one', () => {
    const source = `apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: drill, namespace: shop}
spec: {acquireTime: "2026-03-01 02:00"}
`;
    expect(checkManifests(readManifests(source, 'x').inputs, { rules: [] }).findings).toMatchObject([
      { message: "must be a time such as '2026-03-01T02:00:00Z', got '2026-03-01 02:00'" },
    ]);
  });
});

describe('a file that cannot be read', () => {
  it('is to be rendered first where it is a template, and corrected where it is not', () => {
    const [template] = readManifests('metadata:\n  name: {{ .Values.name }}-web\n', 'x').findings;
    expect(template?.fix).toContain(
      "render it first, and check what comes out ('helm template ... | phoenix check -')",
    );
    const [other] = readManifests('metadata: {name: x\n', 'x').findings;
    expect(other?.fix).toBe('correct the file; nothing in it was checked');
  });
});
