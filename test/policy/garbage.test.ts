import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkManifests } from '../../lib/policy/check';
import { readManifests } from '../../lib/policy/reading';
import { stateHub, threePhoenix } from './state-hub';

const CLUSTER = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db, namespace: shop}
spec: {instances: 3, storage: {size: 1Gi}}
`;

/** Reads and judges; what comes out are findings, never an exception. */
function check(source: string | Uint8Array) {
  const read = readManifests(source, 'x.yaml');
  return [...read.findings, ...checkManifests(read.inputs).findings];
}

/** Levels of lists that double at each level, as nine short lines that stand for a billion values. */
const LAUGHS = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
  .split('')
  .map((name, i) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefghi'[i]}`).join()}]`)
  .join('\n')}\n`;

describe('a file that is', () => {
  it.each([
    ['cut off', CLUSTER.slice(0, -4), 'line '],
    ['indented with tabs', 'a:\n\tb: 1\n', 'line 2'],
    ['a map with a key twice', 'a: 1\nb: 2\na: 3\n', 'line 3'],
    ['not UTF-8', Uint8Array.from([0x61, 0x3a, 0x20, 0xff, 0xfe]), 'not UTF-8'],
    ['a billion laughs', LAUGHS, 'aliases'],
    ['a loop of aliases', 'a: &a\n  b: *a\n', 'nested more than'],
    ['nested without end', `${'['.repeat(5000)}${']'.repeat(5000)}`, ''],
    ['an unknown tag', 'a: !!js/function x\n', 'line 1'],
    ['an alias of nothing', 'a: *b\n', 'line 1'],
  ])('%s is a finding with its place', (_, source, place) => {
    const findings = check(source);
    expect(findings[0]).toMatchObject({
      rule: 'unreadable',
      severity: 'error',
      object: { origin: { file: 'x.yaml' } },
    });
    expect(findings[0]?.message).toContain(place);
  });

  it('marked with a BOM, written with anchors and merge keys, or in several documents is read', () => {
    expect(readManifests(`\uFEFF${CLUSTER}`, 'x').inputs).toHaveLength(1);
    expect(readManifests(Buffer.from(`\uFEFF${CLUSTER}`), 'x').inputs).toHaveLength(1);
    const merged = readManifests('base: &b {a: 1}\nkind: X\nmore: {<<: *b, c: 2}\n', 'x').inputs[0]?.manifest;
    expect(merged).toMatchObject({ more: { a: 1, c: 2 } });
    expect(readManifests(`---\n${CLUSTER}---\n---\n${CLUSTER}...\n`, 'x').inputs).toHaveLength(2);
  });

  it('full of words that YAML 1.1 takes for booleans is read as kubectl reads it', () => {
    const findings = check(
      CLUSTER.replace('instances: 3', 'postgresql: {parameters: {synchronous_commit: on}}, instances: 3'),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({ rule: 'schema', path: 'spec.postgresql.parameters.synchronous_commit' }),
    );
  });

  it('full of numbers of YAML 1.1 is read as kubectl reads it', () => {
    const values = { '0755': 493, '-0755': -493, '1_000': 1000, '0o17': 15, '0x1F': 31, '08': 8, '12:30': '12:30' };
    for (const [text, value] of Object.entries(values)) {
      expect(readManifests(`kind: X\na: ${text}\n`, 'x').inputs[0]?.manifest).toMatchObject({ a: value });
    }
  });

  it('ten megabytes in one string, or in one key, is a finding', () => {
    const long = check(CLUSTER.replace('name: db', `name: ${'x'.repeat(10_000_000)}`));
    expect(long.map(({ rule }) => rule)).toContain('schema');
    const [unknown] = check(`${CLUSTER}${'y'.repeat(10_000_000)}: 1\n`);
    expect(unknown?.message.length).toBeLessThan(1000);
  });
});

describe('whatever the input is,', () => {
  it('any text gives findings or nothing, never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(Array.isArray(check(text))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('any bytes do, too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(Array.isArray(check(bytes))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('any value as a manifest does, too', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 5 }), (manifest) => {
        expect(checkManifests([{ manifest }]).objects).toBe(1);
      }),
      { numRuns: 500 },
    );
  });

  it('any value in the place of any field of a real manifest does, too, and no rule breaks off', () => {
    const places = stateHub.flatMap((input, i) => pathsOf(input.manifest).map((path) => [i, path] as const));
    const peer = places.find(([, path]) => path.join('.') === 'spec.ingress.0.from.0.namespaceSelector');
    expect(peer).toBeDefined();
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.anything(), ([i, path], value) => {
        const inputs = stateHub.map((input, j) =>
          i === j ? { ...input, manifest: replaced(input.manifest, path, value) } : input,
        );
        const { objects, findings } = checkManifests(inputs, { platform: threePhoenix });
        expect(objects).toBe(stateHub.length);
        expect(findings.filter(({ rule }) => rule === 'internal')).toEqual([]);
      }),
      { numRuns: 300, examples: [[peer as (typeof places)[number], null]] },
    );
  });

  it('null in the place of any field is no field at all, for every layer', () => {
    const places = stateHub.flatMap((input, i) =>
      pathsOf(input.manifest)
        .filter((path) => typeof path.at(-1) === 'string')
        .map((path) => [i, path] as const),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), ([i, path]) => {
        const findings = (value: unknown) =>
          checkManifests(
            stateHub.map((input, j) =>
              i === j ? { ...input, manifest: replaced(input.manifest, path, value) } : input,
            ),
            { platform: threePhoenix },
          ).findings;
        expect(findings(null)).toEqual(findings(undefined));
      }),
      { numRuns: 200 },
    );
  });
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, below]) => {
        const at = [...path, Array.isArray(value) ? Number(key) : key];
        return [at, ...pathsOf(below, at)];
      })
    : [];
}

function replaced(root: unknown, path: Path, value: unknown): unknown {
  const copy = structuredClone(root) as any;
  let at = copy;
  path.slice(0, -1).forEach((key) => (at = at[key]));
  if (value === undefined) {
    delete at[path.at(-1) as string];
  } else {
    at[path.at(-1) as string] = value;
  }
  return copy;
}
