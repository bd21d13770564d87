import type { ProbeConfig } from './config';

/**
 * What an answer is held against: what does not change between two answers of a service that works.
 *
 * JSON: the type of each top-level key, and the value of each field whose name says that it is a state (`status`,
 * `healthy`, ...); in objects below only where the path claims to know the health, else they are data. Text: its title, or its first line without numbers.
 */
export type AnswerModel =
  | {
      readonly format: 'json';
      readonly types: ReadonlyMap<string, string>;
      readonly states: ReadonlyMap<string, unknown>;
    }
  | { readonly format: 'text'; readonly outline: string };

/** Fields that say how a service is. */
const STATE = /^(status|state|health|healthy|ok|up|ready|alive|live|available|success)$/i;
/** Fields that are only there when something is wrong. */
const ERROR = /^(errors?|exceptions?|traceback|stack_?trace|faults?)$/i;
/** What answers have that are nothing but the description of a problem, as RFC 9457 and web frameworks write them. */
const PROBLEM = new Set(['detail', 'title', 'type', 'status', 'instance', 'code', 'message', 'timestamp', 'path']);
const BAD =
  /\b(errors?|fail(ed|ing|ure)?|down|(un|not )available|un(healthy|reachable)|not[ _-]?(ok|ready|healthy|found)|critical|dead|broken|exception|bad gateway|timed? ?out)\b/i;
const SHORT = 80;

/**
 * What is wrong with an answer, or undefined. A service that answers 200 with an error in it does not work. `model` is
 * an answer from before the drill; a `bodyMatches` decides alone.
 */
export function judgeAnswer(
  { bodyMatches, health }: ProbeConfig,
  status: number,
  body: string,
  model?: AnswerModel,
): string | undefined {
  if (status !== 200) {
    return `status ${status}`;
  }
  const but = (what: string) => `status 200, but ${what}: ${body.slice(0, 120)}`;
  if (bodyMatches !== undefined) {
    return new RegExp(bodyMatches).test(body) ? undefined : but(`the body does not match /${bodyMatches}/`);
  }
  if (body.trim() === '') {
    return `status 200, but the body is empty; where that is right, set 'bodyMatches' to '^$'`;
  }
  const answer = modelOf(body);
  const wrong = answer.format === 'json' ? errorInJson(JSON.parse(body)) : errorInText(answer.outline);
  const changed = wrong === undefined && model !== undefined ? difference(model, answer, health) : undefined;
  const problem = wrong ?? changed;
  return problem === undefined ? undefined : but(problem);
}

/** What later answers are held against. */
export function modelOf(body: string): AnswerModel {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { format: 'text', outline: outlineOf(body) };
  }
  const keys = isObject(value) ? Object.entries(value) : [];
  const types = new Map([['', value] as const, ...keys].map(([key, one]) => [key, typeOf(one)]));
  return { format: 'json', types, states: statesIn(value) };
}

function errorInJson(value: unknown): string | undefined {
  if (!isObject(value)) {
    return typeof value === 'string' && BAD.test(value.slice(0, SHORT)) ? 'the body is an error' : undefined;
  }
  const entries = Object.entries(value);
  const error = entries.find(([key, one]) => ERROR.test(key) && !isEmpty(one));
  if (error !== undefined) {
    return `the body holds an error in '${error[0]}'`;
  }
  if ('detail' in value && entries.every(([key]) => PROBLEM.has(key.toLowerCase()))) {
    return 'the body describes a problem';
  }
  const bad = entries.find(([key, one]) => STATE.test(key) && isBad(key, one));
  return bad === undefined ? undefined : `'${bad[0]}' is not good`;
}

function errorInText(outline: string): string | undefined {
  return BAD.test(outline) ? 'the body is an error page' : undefined;
}

function difference(model: AnswerModel, answer: AnswerModel, health: boolean): string | undefined {
  if (model.format === 'text' || answer.format === 'text') {
    const same = model.format === answer.format && 'outline' in model && 'outline' in answer;
    return same && model.outline === answer.outline ? undefined : 'the body is not what it was before the drill';
  }
  for (const [key, type] of model.types) {
    const now = answer.types.get(key) ?? 'missing';
    if (now !== type && type !== 'null') {
      return key === '' ? `the body was ${type} and is ${now}` : `'${key}' was ${type} before the drill and is ${now}`;
    }
  }
  for (const [path, value] of model.states) {
    if (answer.states.get(path) !== value && (health || !path.includes('.'))) {
      return `'${path}' was ${JSON.stringify(value)} before the drill`;
    }
  }
  return undefined;
}

/** States of an answer by path, in objects within objects; what is in lists is the service's data. */
function statesIn(value: unknown, path = '', found = new Map<string, unknown>()): ReadonlyMap<string, unknown> {
  for (const [key, one] of isObject(value) ? Object.entries(value) : []) {
    if (isObject(one)) {
      statesIn(one, `${path}${key}.`, found);
    } else if (STATE.test(key) && (typeof one === 'string' || typeof one === 'boolean')) {
      found.set(path + key, one);
    }
  }
  return found;
}

function outlineOf(body: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1] ?? /<h1[^>]*>([^<]*)/i.exec(body)?.[1];
  const first = title ?? body.trim().split('\n')[0]!;
  return first.trim().slice(0, SHORT).replace(/\d+/g, '#');
}

function isBad(key: string, value: unknown): boolean {
  return (
    value === false ||
    (/^status$/i.test(key) && typeof value === 'number' && value >= 400) ||
    (typeof value === 'string' && BAD.test(value.slice(0, SHORT)))
  );
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    value === '' ||
    (Array.isArray(value) && value.length === 0) ||
    (isObject(value) && Object.keys(value).length === 0)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
}
