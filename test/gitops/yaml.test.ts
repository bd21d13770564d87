import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import * as fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifestYaml } from '../../lib/gitops/yaml';
import { temporaryFolder } from '../_build';
import { stateHub } from '../policy/state-hub';

/** Texts that some YAML reads as something else, or that a careless writer breaks. */
const WORDS =
  'null ~ Null y N yes off true FALSE = << --- ... - 0 -1 +1 0x1F 0o17 017 0b1 1_000 1. . -. .5 1e3 12e03 .inf -.INF .NaN -0 ' +
  '12:30 190:20:30 1:30.5 2001-01-01 2001-1-1t0:0:0Z 1.2.3 1,000 128Mi a: #a &a *a !a | > %a @a `a [a a] {a ?a :a " \' "\' a"b \\ é';
const TEXTS = JSON.parse(String.raw`[
  "", " ", "--- a", "- a", "2001-01-01 00:00:00", "a: b", "a #b", "a, b", "? a", "\\d: \"x\"", "a\tb", "\ta", " a", "a ",
  "\u0007", "\u007f", "\u0085", "\u00a0", "\u2028", "\ufeff", "\ufeffa", "\ufffe", "\ud83d\ude00",
  "\n", "a\n", "a\n\n", "\na", " a\nb", "a\n b", "a\n\nb\n", "a\n \nb", "a\n\t\nb", "a \nb", "a\nb ", "a\r\nb", "a\n# b\n",
  "a\n---\nb\n", "a\n\tb\n", "a: |\n  b\n", "a\n\u2029b", "a\n\ufeffb"
]`) as string[];
const TRAPS = [...WORDS.split(' '), ...TEXTS];

// oxlint-disable-next-line no-control-regex -- that is what it is
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;
const text = fc.oneof(
  fc.constantFrom(...TRAPS),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.constantFrom(...TRAPS, 'a', ' ', '\n', ':', '#'), { maxLength: 5 }).map((parts) => parts.join('')),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom<unknown>(null, true, false, 0, -1, 0.1, 1e21, 2 ** 53),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const manifest = fc.dictionary(text, value, { noNullPrototype: true });

describe('a manifest as YAML', () => {
  it.each([
    ['YAML 1.1', (yaml: string): unknown => parse(yaml, { version: '1.1', merge: true })],
    ['YAML 1.2', (yaml: string): unknown => parse(yaml, { version: '1.2' })],
    ['another parser', (yaml: string): unknown => load(yaml)],
  ])('says to %s what it said as JSON', (_, read) => {
    fc.assert(
      fc.property(manifest, (object) => {
        expect(read(manifestYaml(object))).toEqual(object);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(TRAPS)('keeps %j a text, as a value, a key and an item', (trap) => {
    const object = { value: trap, key: { [trap]: 1 }, items: [trap, { first: trap }, [trap]] };
    const yaml = manifestYaml(object);
    expect(parse(yaml, { version: '1.1', merge: true })).toEqual(object);
    expect(parse(yaml, { version: '1.2' })).toEqual(object);
    expect(load(yaml)).toEqual(object);
  });

  it('says to the parser of kubectl what it said as JSON', (context) => {
    if (spawnSync('kubectl', ['version', '--client']).status !== 0) {
      context.skip('kubectl is not installed: its parser was not asked');
    }
    const folder = temporaryFolder();
    // kustomize reads what does not print, but cannot write it.
    const texts = [...TRAPS, ...fc.sample(text, { numRuns: 2000, seed: 1 })].filter((one) => !CONTROL.test(one));
    const data = Object.fromEntries(texts.map((one, i) => [`key-${i}`, one]));
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'texts' }, data };
    writeFileSync(join(folder, 'texts.yaml'), manifestYaml(object));
    writeFileSync(join(folder, 'kustomization.yaml'), manifestYaml({ resources: ['texts.yaml'] }));
    const built = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
    expect(load(built)).toEqual(object);
  });

  it('looks as cdk8s writes it, for every object of State Hub', () => {
    for (const { manifest: object } of stateHub as readonly { manifest: object }[]) {
      expect(manifestYaml(object)).toBe(Yaml.stringify(object));
    }
    expect(stateHub.length).toBeGreaterThan(40);
  });

  it('leaves out fields that are undefined, as JSON does', () => {
    expect(manifestYaml({ a: undefined, b: { c: undefined }, d: [undefined, 1] })).toBe('b: {}\nd:\n  - null\n  - 1\n');
    expect(manifestYaml({})).toBe('{}\n');
  });

  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [() => 1, 'a function'],
    [1n, 'a bigint'],
    [Symbol('x'), 'a symbol'],
  ])('refuses %s, which no manifest can hold', (wrong, name) => {
    expect(() => manifestYaml({ a: [wrong] })).toThrow(`a manifest cannot hold ${name}; write what JSON has`);
  });
});
