import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accepts } from '../../lib/policy/schema/_accepts';
import type { PathSegment } from '../../lib/policy/_path';
import { evaluate, evaluated } from '../../lib/policy/cel';
import { builtInKinds, quickRules } from '../../lib/policy/schema/_catalog';
import type { ExtrasNode } from '../../lib/policy/schema/_crd';
import type { SchemaBundle, SchemaNode } from '../../lib/policy/schema/_engine';
import { hasField, resolve } from '../../lib/policy/schema/_suggest';
import { set } from './_set';

const kinds = [...builtInKinds().values()];
const kind = (id: string) => builtInKinds().get(id)!;

/** Values at the edges of what schemas ask for. */
const NUMBERS = [0, 1, -1, 2, 3, 1.5, 100, 8080, 65_535, 65_536, 70_000, 2 ** 31, 2 ** 31 - 1];
const WORDS =
  'web x X_ a.b a/b a.b.c/d 1Gi 100m 1MB 5432 TCP v1 10.0.0.0/8 10.0.0.1 s3://b/p oci://a.b/c https://a.b 30s 30d YQ== 1.5 ' +
  `2026-01-01T00:00:00Z sha256:00 \ud83d\ude00 ${'a'.repeat(64)}`;
const TEXTS = ['', '0 0 2 * * *', ...WORDS.split(' ')];
const OTHERS = [null, undefined, true, [], {}, [{}], [1, 1], ['a', 'a'], { a: 1 }, { name: 'x' }];
const EDGES: readonly unknown[] = [...NUMBERS, ...TEXTS, ...OTHERS];

/** A value that obeys a schema, as far as the edges and luck allow. */
function valueOf(node: SchemaNode | undefined, bundle: SchemaBundle, depth = 0): fc.Arbitrary<unknown> {
  const at = resolve(node, bundle) ?? {};
  const [type = 'object'] = [at.type ?? 'object'].flat();
  if (at.enum === undefined && type === 'array') {
    const min = at.minItems ?? 0;
    return fc.array(valueOf(at.items, bundle, depth + 1), {
      minLength: min,
      maxLength: Math.max(min, depth > 3 ? 0 : 2),
    });
  }
  if (at.enum === undefined && type === 'object') {
    return objectOf(at, bundle, depth);
  }
  const alone = accepts({ $defs: {}, kinds: { x: at } }, 'x');
  return fc.constantFrom(...[...(at.enum ?? EDGES)].filter(alone));
}

function objectOf(node: SchemaNode, bundle: SchemaBundle, depth: number): fc.Arbitrary<unknown> {
  const { required = [], properties = {}, additionalProperties, exactlyOne, atLeastOne } = node;
  const others = Object.keys(properties).filter((name) => !required.includes(name));
  const chosen = fc.subarray(others, { maxLength: Math.min(depth > 3 ? 0 : 4, others.length) });
  const one = fc.constantFrom(...(exactlyOne ?? atLeastOne ?? []).map((name) => [name]), ...(exactlyOne ? [] : [[]]));
  return fc.tuple(chosen, one).chain(([some, choice]) => {
    const names = [...required, ...some.filter((name) => exactlyOne?.includes(name) !== true), ...choice];
    const fields = Object.fromEntries(names.map((name) => [name, valueOf(properties[name], bundle, depth + 1)]));
    const free = typeof additionalProperties === 'object' && depth < 5;
    return fc.record(free ? { ...fields, key: valueOf(additionalProperties, bundle, depth + 1) } : fields, {
      noNullPrototype: true,
    });
  });
}

/** Replaces, removes or adds in one place of a value, the n-th of all its places. */
function spoilt(value: unknown, n: number, edge: unknown): unknown {
  const places: PathSegment[][] = [];
  const walk = (at: unknown, path: PathSegment[]): void => {
    if (typeof at === 'object' && at !== null) {
      for (const [key, below] of Object.entries(at)) {
        places.push([...path, Array.isArray(at) ? Number(key) : key], [...path, 'extra']);
        walk(below, [...path, Array.isArray(at) ? Number(key) : key]);
      }
    }
  };
  walk(value, []);
  const place = places[n % Math.max(places.length, 1)];
  return place === undefined ? edge : set(value, place, edge);
}

/** Every CEL rule of a kind, once. */
function rulesOf(node: ExtrasNode | undefined): string[] {
  const below = [...Object.values(node?.p ?? {}), node?.a, node?.i].filter((one) => one !== undefined);
  return [...new Set([...(node?.r ?? []).map(({ rule }) => rule), ...below.flatMap(rulesOf)])];
}

describe('the quick check', () => {
  const seen = { accepted: 0, refused: 0 };

  it.each(kinds.map((one) => [one.id, one] as const))('accepts of %s what ajv accepts, and nothing else', (_, one) => {
    const ajv = one.validator();
    const quick = one.accepts();
    fc.assert(
      fc.property(
        valueOf(one.schema(), one.bundle()),
        fc.option(fc.nat()),
        fc.constantFrom(...EDGES),
        (good, n, edge) => {
          const value = n === null ? good : spoilt(good, n, edge);
          const accepted = quick(value);
          seen[accepted ? 'accepted' : 'refused'] += 1;
          expect(accepted).toBe(ajv(value));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('was asked about both', () => {
    expect(seen.accepted).toBeGreaterThan(1000);
    expect(seen.refused).toBeGreaterThan(1000);
  });

  const check = (schema: object) => accepts({ $defs: {}, kinds: { x: schema } }, 'x');

  it('accepts nothing by a keyword that it does not know', () => {
    expect(check({ type: 'string' })('a')).toBe(true);
    expect(check({ type: 'string', format: 'date' })('a')).toBe(false);
    expect(check({ enum: [{ a: 1 }] })({ a: 1 })).toBe(false);
    expect(check({ $ref: '#/$defs/y', type: 'string' })('a')).toBe(false);
  });

  it.each([
    [{ type: 'string', maxLength: 1 }, '\ud83d\ude00', '\ud83d\ude00a'],
    [{ type: 'string', minLength: 2 }, '\ud83d\ude00a', '\ud83d\ude00'],
    [{ type: 'string', pattern: '^a' }, 'ab', 'ba'],
    [{ enum: ['a', 1] }, 1, '1'],
    [{ minimum: 1 }, 1, 0],
    [{ maximum: 1 }, 1, 2],
    [{ minItems: 1 }, [1], []],
    [{ maxItems: 1 }, [1], [1, 1]],
    [{ listMapKeys: ['a'] }, [{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 1 }]],
    [{ unique: [] }, ['a', 'b'], ['a', 'a']],
    [{ required: ['a'] }, { a: null }, { b: 1 }],
    [{ exactlyOne: ['a', 'b'] }, { a: 1 }, { a: 1, b: 1 }],
    [{ exactlyOne: ['a', 'b'] }, { b: 1, c: 1 }, { c: 1 }],
    [{ atLeastOne: ['a', 'b'] }, { a: 1, b: 1 }, { a: '' }],
    [{ atMostOne: ['a', 'b'] }, {}, { a: 1, b: 1 }],
    [{ propertyNames: { maxLength: 1 } }, { a: 1 }, { ab: 1 }],
    [{ additionalProperties: { type: 'string' } }, { a: 'b' }, { a: 1 }],
    [{ type: 'object', minProperties: 1 }, { a: 1 }, {}],
    [{ type: 'object', maxProperties: 1 }, { a: 1 }, { a: 1, b: 1 }],
    [{ type: ['integer', 'string'] }, 1, 1.5],
    [{ type: 'number' }, 1.5, Number.NaN],
    [{ type: 'array', items: { type: 'integer' } }, [1], [1, undefined]],
    [
      { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
      { a: undefined },
      { b: undefined },
    ],
  ])('by %j takes %j, not %j', (schema, good, bad) => {
    expect(check(schema)(good)).toBe(true);
    expect(check(schema)(bad)).toBe(false);
  });

  it('lets fields be missing in a part of an object, and still knows the others', () => {
    const part = kind('postgresql.cnpg.io/v1/Cluster').accepts({ incomplete: true });
    const patch = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', spec: { storage: { size: '1Gi' } } };
    expect(part(patch)).toBe(true);
    expect(kind('postgresql.cnpg.io/v1/Cluster').accepts()(patch)).toBe(false);
    expect(part({ ...patch, spec: { storage: { sizes: '1Gi' } } })).toBe(false);
  });

  it('takes a wildcard for anything, and only where it stands', () => {
    const loose = kind('v1/ConfigMap').accepts({ wildcard: 'ANY' });
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ANY', labels: 'ANY' } };
    expect(loose(map)).toBe(true);
    expect(kind('v1/ConfigMap').accepts()(map)).toBe(false);
    expect(loose({ ...map, metadata: { name: 'ANY', label: 'ANY' } })).toBe(false);
    expect(loose({ ...map, metadata: { name: 'Any' } })).toBe(false);
  });
});

/** Values of the names that a rule speaks of, with the texts that it compares them to. */
function selfOf(rule: string): fc.Arbitrary<unknown> {
  const texts = [...rule.matchAll(/'([^']*)'/g)].map(([, text]) => text!);
  const names = [...new Set(rule.replace(/'[^']*'/g, '').match(/\b[a-z]\w*\b/gi))].filter((one) => one !== 'self');
  const leaf = fc.constantFrom<unknown>(
    ...texts,
    ...texts.map((text) => `${text}x`),
    '',
    'x',
    0,
    1,
    -1,
    true,
    false,
    [],
    ['x'],
  );
  const record = (value: fc.Arbitrary<unknown>) =>
    fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [], noNullPrototype: true });
  const inner = fc.oneof(leaf, record(leaf));
  return fc.oneof(leaf, record(inner), fc.array(fc.oneof(leaf, record(inner)), { maxLength: 2 }));
}

describe('the code of a CEL rule', () => {
  it.each(Object.keys(quickRules()))('%s says of any value what the engine says', (rule) => {
    let passed = 0;
    fc.assert(
      fc.property(selfOf(rule), (self) => {
        const { status } = evaluate({ rule, message: '' }, self);
        passed += status === 'passed' ? 1 : 0;
        expect(status === 'passed').toBe(evaluated({ rule, message: '' }, self).status === 'passed');
      }),
      { numRuns: 400 },
    );
    expect(passed).toBeGreaterThan(0);
  });

  it('is there for every rule but those that compare with the cluster, and two', () => {
    const left = [...builtInKinds().values()]
      .flatMap((one) => rulesOf(one.extras()))
      .filter((one) => !(one in quickRules()));
    expect(new Set(left.filter((one) => !one.includes('oldSelf')))).toEqual(
      new Set([
        'self.all(e, self.filter(f, f.key==e.key).size() == 1)',
        'self.all(e, self.filter(f, f.major==e.major).size() == 1)',
      ]),
    );
  });
});

describe('a field by its path', () => {
  it.each([
    ['apps/v1/Deployment', ['spec', 'template', 'spec', 'containers', 0, 'image'], true],
    ['apps/v1/Deployment', ['spec', 'template', 'spec', 'containers', 'image'], false],
    ['apps/v1/Deployment', ['spec', 'replica'], false],
    ['apps/v1/Deployment', ['spec', 'replicas', 'x'], false],
    ['apps/v1/Deployment', ['metadata', 'labels', 'anything'], true],
    ['v1/ConfigMap', ['data', 'anything'], true],
    ['v1/ConfigMap', ['data', 0], false],
    ['argoproj.io/v1alpha1/Application', ['spec', 'source', 'helm', 'valuesObject', 'any', 'thing'], true],
  ])('%s %j: %s', (id, path, there) => {
    expect(hasField(kind(id), path)).toBe(there);
  });
});
