import * as bufbuild from '@bufbuild/cel';
import { describe, expect, it } from 'vitest';
import { type PathSegment, valueAt } from '../../lib/policy/_path';
import { evaluate, evaluated } from '../../lib/policy/cel';
import { type CelTask, withDefaults } from '../../lib/policy/defaults';
import { builtInKinds } from '../../lib/policy/schema/_catalog';
import { pointer, schemaEngine } from '../../lib/policy/schema/_engine';
import { set } from './_set';
import { stateHub } from './state-hub';

type Fields = Readonly<Record<string, any>>;

const VALUES: readonly unknown[] = [undefined, 0, -1, 3, 2.5, true, '', 'x', '1Gi', '5', [], {}, [{}], { a: 1 }];

/** Every place of a manifest with every value in it, and every field misspelt. */
function mutants(manifest: unknown): unknown[] {
  const places: PathSegment[][] = [];
  const walk = (value: unknown, path: PathSegment[]): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, below] of Object.entries(value)) {
        const at = [...path, Array.isArray(value) ? Number(key) : key];
        places.push(at);
        walk(below, at);
      }
    }
  };
  walk(manifest, []);
  return places
    .filter(([first]) => first !== 'apiVersion' && first !== 'kind')
    .flatMap((path) => [
      ...VALUES.map((value) => set(manifest, path, value)),
      set(set(manifest, [...path.slice(0, -1), `${String(path.at(-1))}x`], valueAt(manifest, path)), path, undefined),
    ]);
}

const kinds = builtInKinds();
const entryOf = (manifest: Fields) => kinds.get(`${manifest['apiVersion']}/${manifest['kind']}`)!;

describe('generated validators', () => {
  it('agree with ajv compiling the same schemas, and with the quick check, over all mutants of State Hub', () => {
    const engines = new Map<unknown, ReturnType<typeof schemaEngine>>();
    let judged = 0;
    const disagreements: unknown[] = [];
    for (const { manifest } of stateHub as readonly { manifest: Fields }[]) {
      const entry = entryOf(manifest);
      if (!engines.has(entry.bundle())) {
        const ajv = schemaEngine();
        ajv.addSchema({ $id: 'bundle', ...entry.bundle() });
        engines.set(entry.bundle(), ajv);
      }
      const runtime = engines.get(entry.bundle())!.compile({ $ref: `bundle#/kinds/${pointer(entry.id)}` });
      const generated = entry.validator();
      for (const mutant of mutants(manifest)) {
        judged += 1;
        const errors = generated(mutant) ? [] : [...(generated.errors ?? [])];
        const expected = runtime(mutant) ? [] : [...(runtime.errors ?? [])];
        const shown = (all: typeof errors) =>
          all.map(({ instancePath, keyword }) => `${instancePath} ${keyword}`).join();
        const accepted = entry.accepts()(mutant);
        if (shown(errors) !== shown(expected) || accepted !== (errors.length === 0)) {
          disagreements.push([mutant, shown(errors), shown(expected), accepted]);
        }
      }
    }
    expect(disagreements).toEqual([]);
    expect(judged).toBeGreaterThan(10_000);
  });
});

describe('CEL rules', () => {
  const environment = bufbuild.celEnv();
  const programs = new Map<string, ReturnType<typeof bufbuild.plan>>();

  /** What the second engine says: true, false, or that it cannot be evaluated. */
  function second(rule: string, self: unknown): string {
    let program = programs.get(rule);
    if (program === undefined) {
      program = bufbuild.plan(environment, bufbuild.parse(rule));
      programs.set(rule, program);
    }
    const result = program({ self: self as any });
    return typeof result === 'boolean' ? String(result) : 'error';
  }

  it('give the same answer in two engines, over all mutants of State Hub that have any', () => {
    let judged = 0;
    const disagreements: unknown[] = [];
    for (const { manifest } of stateHub as readonly { manifest: Fields }[]) {
      const extras = entryOf(manifest).extras();
      if (extras === undefined) {
        continue;
      }
      for (const mutant of [manifest, ...mutants(manifest)].filter((one) => entryOf(manifest).validator()(one))) {
        const tasks: CelTask[] = [];
        withDefaults(mutant, extras, tasks);
        for (const { rule, self } of tasks.filter((task) => !task.rule.rule.includes('oldSelf'))) {
          judged += 1;
          const ours = evaluated(rule, self);
          expect(evaluate(rule, self).status).toBe(ours.status);
          const theirs = second(rule.rule, self);
          const agreed = ours.status === 'passed' ? theirs === 'true' : theirs !== 'true';
          if (!agreed || ours.status === 'skipped') {
            disagreements.push([rule.rule, self, ours, theirs]);
          }
        }
      }
    }
    expect(disagreements).toEqual([]);
    expect(judged).toBeGreaterThan(1000);
  });
});
