import type * as cel from '@marcbachmann/cel-js';
import { type CelWords, celWords } from './_cel-words';
import { quickRules } from './schema/_catalog';
import type { CelRule } from './schema/_crd';

/** What came of one CEL rule. `skipped` is never a pass: it could not be judged offline. */
export type CelOutcome =
  | { readonly status: 'passed' }
  | { readonly status: 'failed'; readonly message: string; readonly fix?: string }
  | { readonly status: 'skipped'; readonly reason: string; readonly detail: string };

const OFFLINE = 'its rule cannot be run offline';

type Program = (context: { self: unknown }) => unknown;

const PASSED: CelOutcome = { status: 'passed' };
const programs = new Map<string, Program | CelOutcome>();

/** Judges a value by a rule as the API server would when the object is created. */
export function evaluate(rule: CelRule, self: unknown): CelOutcome {
  return holds(rule.rule, self) ? PASSED : evaluated(rule, self);
}

/** Whether the code that `npm run import` made of a rule says that it holds. The engine has the last word. */
function holds(rule: string, self: unknown): boolean {
  quick ??= quickRules();
  const check = Object.hasOwn(quick, rule) ? quick[rule] : undefined;
  try {
    return check?.(self) === true;
  } catch {
    return false;
  }
}

let quick: ReturnType<typeof quickRules> | undefined;

/** As `evaluate`, by the engine alone. */
export function evaluated(rule: CelRule, self: unknown): CelOutcome {
  const program = compile(rule.rule);
  if (typeof program !== 'function') {
    return program;
  }
  try {
    const result = program({ self });
    if (result === true) {
      return PASSED;
    }
    return { status: 'failed', ...wordsFor(rule) };
  } catch (error) {
    const text = firstLine(error);
    const failed = { status: 'failed', ...wordsFor(rule) } as const;
    // The API server refuses an object when a rule reads a field that is not there.
    return /^No such key/i.test(text)
      ? { ...failed, message: `${failed.message} (${firstLower(text)})` }
      : { status: 'skipped', reason: OFFLINE, detail: `'${rule.rule}': ${text}` };
  }
}

/** In our words, in those of the definition, or else in the rule's own. */
function wordsFor({ rule, message }: CelRule): CelWords {
  return celWords(rule) ?? { message: message === '' ? `breaks the rule ${rule}` : firstLower(message) };
}

/** A rule that can be run, or why it cannot. */
function compile(rule: string): Program | CelOutcome {
  let program = programs.get(rule);
  if (program === undefined) {
    program = compileNew(rule);
    programs.set(rule, program);
  }
  return program;
}

function compileNew(rule: string): Program | CelOutcome {
  if (/\boldSelf\b/.test(rule)) {
    return { status: 'skipped', reason: 'it compares with the object in the cluster', detail: `'${rule}'` };
  }
  try {
    return environment().parse(rule);
  } catch (error) {
    return { status: 'skipped', reason: OFFLINE, detail: `'${rule}': ${firstLine(error)}` };
  }
}

let shared: { parse(rule: string): Program } | undefined;

/** Loaded when the first rule has to run: most sets of manifests have none. */
function environment(): { parse(rule: string): Program } {
  if (shared === undefined) {
    const { Environment } = require('@marcbachmann/cel-js') as typeof cel;
    const made = new Environment({ unlistedVariablesAreDyn: true });
    shared = { parse: (rule) => made.parse(rule) as Program };
  }
  return shared;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] as string;
}

function firstLower(text: string): string {
  return /^[A-Z][a-z]/.test(text)
    ? text[0]!.toLowerCase() + text.slice(1).replace(/[.]$/, '')
    : text.replace(/[.]$/, '');
}
