import { Environment } from '@marcbachmann/cel-js';

/**
 * The CEL rules of all kinds as code, one function a rule, so that what is right is seen without loading an engine. A
 * function answers true only where the rule holds; where it answers anything else, or throws, the engine decides and finds
 * the words. A rule that it takes more to translate, or that compares with the cluster, is left to the engine.
 */
export function celModule(bundles) {
  const rules = [...new Set(bundles.flatMap(({ extras }) => rulesBelow(extras)))].toSorted((a, b) => (a < b ? -1 : 1));
  const environment = new Environment({ unlistedVariablesAreDyn: true });
  const lines = rules.flatMap((rule) => {
    const code = /\boldSelf\b/.test(rule) ? undefined : translated(environment.parse(rule).ast);
    return code === undefined ? [] : [`  ${JSON.stringify(rule)}: (self) => ${code},\n`];
  });
  return `'use strict';\n${HELPERS}exports.rules = {\n${lines.join('')}};\n`;
}

function rulesBelow(node) {
  if (typeof node !== 'object' || node === null) {
    return [];
  }
  const own = Array.isArray(node.r) ? node.r.map(({ rule }) => rule) : [];
  const below = Object.entries(node).filter(([key]) => key !== 'r' && key !== 'd');
  return [...own, ...below.flatMap(([, child]) => rulesBelow(child))];
}

class TooMuch extends Error {}

function translated(ast) {
  try {
    return truth(ast);
  } catch (error) {
    if (error instanceof TooMuch) {
      return undefined;
    }
    throw error;
  }
}

/** An expression that is true or false, or throws. */
function truth({ op, args }) {
  if (op === '||' || op === '&&') {
    return `(${truth(args[0])} ${op} ${truth(args[1])})`;
  }
  if (op === '!_') {
    return `!${truth(args)}`;
  }
  if (op === '==' || op === '!=') {
    const literal = args.find((one) => one.op === 'value');
    if (literal === undefined) {
      throw new TooMuch();
    }
    return `(${value(args[0])} ${op}= ${value(args[1])})`;
  }
  if (op === '>') {
    return `(number(${value(args[0])}) > number(${value(args[1])}))`;
  }
  if (op === 'call' && args[0] === 'has') {
    const [object, name] = args[1][0].args;
    return `has(${value(object)}, ${JSON.stringify(name)})`;
  }
  if (op === 'rcall' && args[0] === 'startsWith') {
    return `text(${value(args[1])}).startsWith(text(${value(args[2][0])}))`;
  }
  if (op === 'rcall' && args[0] === 'exists') {
    const [variable, body] = args[2];
    return `list(${value(args[1])}).some((${variable.args}) => ${truth(body)})`;
  }
  return `boolean(${value({ op, args })})`;
}

function value({ op, args }) {
  if (op === 'id' && /^[a-z]\w*$/.test(args)) {
    return args;
  }
  if (op === 'value' && ['string', 'boolean', 'bigint'].includes(typeof args)) {
    return typeof args === 'bigint' ? String(args) : JSON.stringify(args);
  }
  if (op === '.') {
    return `field(${value(args[0])}, ${JSON.stringify(args[1])})`;
  }
  if (op === 'rcall' && args[0] === 'size') {
    return `size(${value(args[1])})`;
  }
  throw new TooMuch();
}

// What is not as the rule expects it throws, as in CEL.
const HELPERS = `function need(right, value) {
  if (!right) throw new Error('not what the rule expects');
  return value;
}
const object = (value) => need(typeof value === 'object' && value !== null && !Array.isArray(value), value);
const has = (value, name) => Object.hasOwn(object(value), name) && value[name] !== undefined;
const field = (value, name) => need(has(value, name), value[name]);
const number = (value) => need(typeof value === 'number', value);
const boolean = (value) => need(typeof value === 'boolean', value);
const text = (value) => need(typeof value === 'string', value);
const list = (value) => need(Array.isArray(value), value);
const size = (value) => (typeof value === 'string' ? Array.from(value) : list(value)).length;
`;
