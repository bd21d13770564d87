import { type CelInput, celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { describe, expect, it } from 'vitest';
import { evaluated } from '../../lib/policy/cel';
import { type CelTask, withDefaults } from '../../lib/policy/defaults';
import { type KindEntry, builtInKinds } from '../../lib/policy/schema/_catalog';
import type { CelRule, ExtrasNode } from '../../lib/policy/schema/_crd';
import { mutant, pick, randomFrom } from './_mutants';
import { stateHub } from './state-hub';

const MUTANTS = 12_000;
const kinds = builtInKinds();
const manifests = stateHub.map(({ manifest }) => manifest as { apiVersion: string; kind: string });

/** The kind of a manifest before it was changed. */
const entryOf = ({ apiVersion, kind }: { apiVersion: string; kind: string }): KindEntry =>
  kinds.get(`${apiVersion}/${kind}`) as KindEntry;

describe('cel-js and the CEL of bufbuild', () => {
  it('say the same of the rules that mutants of all emitted manifests meet', () => {
    const random = randomFrom(5);
    const withRules = manifests.filter((manifest) => entryOf(manifest).extras() !== undefined);
    let judged = 0;
    for (let i = 0; i < MUTANTS; i += 1) {
      const manifest = pick(withRules, random);
      const tasks: CelTask[] = [];
      withDefaults(mutant(manifest, random), entryOf(manifest).extras() as ExtrasNode, tasks);
      for (const { rule, self } of tasks) {
        judged += agree(rule, self) === undefined ? 0 : 1;
      }
    }
    expect(judged).toBeGreaterThan(10_000);
  });

  it('say the same of every rule of every kind, with values made of the words in the rule', () => {
    const random = randomFrom(6);
    const rules = new Map<string, CelRule>();
    for (const kind of kinds.values()) {
      rulesOf(kind.extras(), (rule) => rules.set(rule.rule, rule));
    }
    const judged = [...rules.values()].filter(({ rule }) => !/\boldSelf\b/.test(rule));
    expect(judged.length).toBeGreaterThan(30);
    for (const rule of judged) {
      const outcomes = new Set(Array.from({ length: 300 }, () => agree(rule, valueFor(rule.rule, random))));
      // A rule that always says the same was not put to the test.
      expect([rule.rule, outcomes.has('passed') && outcomes.size > 1]).toEqual([rule.rule, true]);
    }
  });
});

const environment = celEnv();
const plans = new Map<string, ReturnType<typeof plan>>();

/** The outcome both engines agree on; `undefined` for rules that need the object in the cluster. */
function agree(rule: CelRule, self: unknown): string | undefined {
  const ours = evaluated(rule, self);
  if (ours.status === 'skipped' && /\boldSelf\b/.test(rule.rule)) {
    return undefined;
  }
  let run = plans.get(rule.rule);
  if (run === undefined) {
    run = plan(environment, parse(rule.rule));
    plans.set(rule.rule, run);
  }
  const result = run({ self: self as CelInput });
  const theirs = isCelError(result) ? 'error' : result === true ? 'passed' : 'failed';
  // A field that is missing is an error for both; the API server refuses the object then.
  const missing = ours.status === 'failed' && /no such key/i.test(ours.message);
  const outcome = ours.status === 'skipped' || missing ? 'error' : ours.status;
  expect({ rule: rule.rule, self, outcome }).toEqual({ rule: rule.rule, self, outcome: theirs });
  return outcome;
}

function rulesOf(node: ExtrasNode | undefined, found: (rule: CelRule) => void): void {
  node?.r?.forEach(found);
  Object.values(node?.p ?? {}).forEach((below) => rulesOf(below, found));
  [node?.i, node?.a].forEach((below) => below !== undefined && rulesOf(below, found));
}

/** Something that the rule could be about: its fields, each there or not, with the words that it compares with. */
function valueFor(rule: string, random: () => number): unknown {
  const words = ['', 'x', ...[...rule.matchAll(/'([^']*)'/g)].map(([, word]) => `${word}${pick(['', 'z'], random)}`)];
  const variable = /\.(?:all|exists|filter)\((\w+),/.exec(rule)?.[1];
  if (/self(?!\.)|self\.(?:size|startsWith)\(/.test(rule) && variable === undefined) {
    return />|</.test(rule) ? pick([-1, 0, 1, 2], random) : pick(words, random);
  }
  if (variable !== undefined) {
    const fields = [...rule.matchAll(new RegExp(`\\b${variable}\\.(\\w+)(?:\\.(\\w+))?`, 'g'))];
    const item = (): unknown => (fields.some(([, name]) => name === 'startsWith') ? pick(words, random) : made(fields));
    return Array.from({ length: Math.floor(random() * 4) }, item);
  }
  return made([...rule.matchAll(/\bself\.(\w+)(?:\.(\w+))?/g)]);

  function made(fields: readonly RegExpExecArray[]): Record<string, unknown> {
    const out: Record<string, any> = {};
    for (const [, name = '', below] of fields) {
      if (random() < 0.4) {
        continue;
      }
      if (below !== undefined && !['size', 'startsWith'].includes(below)) {
        out[name] = random() < 0.7 ? { ...out[name], [below]: scalar(below) } : (out[name] ?? {});
      } else if (below === 'size' && !/name$/i.test(name)) {
        out[name] = Array.from({ length: Math.floor(random() * 2) }, () => 'a');
      } else {
        out[name] ??= scalar(name);
      }
    }
    return out;
  }

  function scalar(name: string): unknown {
    if (/^(enabled|login|disable)/.test(name)) {
      return random() < 0.5;
    }
    return name === 'major' ? pick([16, 17], random) : pick(words, random);
  }
}
