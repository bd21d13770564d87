import type { Ignore } from './_suppress';
import type { PlatformFacts } from './platform-facts';
import { isObject } from './resource';
import { nearest } from './schema/_suggest';
import { CLOUD_NATIVE_PG_VERSIONS, KUBERNETES_VERSIONS } from './versions';

/** What a property takes in words, and whether a value is that. */
export type Takes = readonly [words: string, is: (value: unknown) => boolean];

const text = (value: unknown): boolean => typeof value === 'string';
const texts = (value: unknown): boolean => Array.isArray(value) && value.every(text);
const oneOf =
  (...allowed: readonly string[]) =>
  (value: unknown): boolean =>
    allowed.includes(value as string);
const version = (allowed: readonly string[]): Takes => [
  `one of ${allowed.map((one) => `"${one}"`).join(', ')}, in quotes`,
  oneOf(...allowed),
];

/** What `PlatformFacts` may have. */
export const FACTS: Readonly<Record<keyof PlatformFacts, Takes>> = {
  kubernetes: version(KUBERNETES_VERSIONS),
  cloudNativePg: version(CLOUD_NATIVE_PG_VERSIONS),
  nodes: ['a list of node names', texts],
  storageClasses: [
    'StorageClass names, each nodeLocal, singleCopy or replicated',
    (value) => isObject(value) && Object.values(value).every(oneOf('nodeLocal', 'singleCopy', 'replicated')),
  ],
  operatorNamespace: ['a namespace', text],
  operatorPodLabels: ['labels', (value) => isObject(value) && Object.values(value).every(text)],
  gitops: ['a list of flux and argocd', (value) => Array.isArray(value) && value.every(oneOf('flux', 'argocd'))],
  external: [
    'a list of objects, each with kind, name and, if it has one, namespace; a Secret may list its keys',
    (value) => Array.isArray(value) && value.every(isExternal),
  ],
};

/** What `ignore` takes. */
export const IGNORE: Takes = [
  'a list of rule, reason and, for one object only, object',
  (value) => Array.isArray(value) && value.every(isIgnore),
];

/** A list of files. */
export const FILES: Takes = ['a list of files', texts];

/** What is wrong with properties, as far as it can be told: the first unknown one, or the first with a wrong value. */
export function problemOf(value: unknown, fields: Readonly<Record<string, Takes>>): string | undefined {
  const names = Object.keys(fields);
  if (!isObject(value)) {
    return `must be a map with ${names.join(', ')}`;
  }
  for (const [name, given] of Object.entries(value)) {
    if (!Object.hasOwn(fields, name)) {
      const meant = nearest(name, names);
      const known = meant === undefined ? `it may have ${names.join(', ')}` : `meant is '${meant}'`;
      return `has an unknown field '${name}'; ${known}`;
    }
    const [words, is] = fields[name] as Takes;
    if (given !== undefined && !is(given)) {
      return `has '${name}', which must be ${words}, got ${JSON.stringify(given)}`;
    }
  }
  return undefined;
}

function isExternal(value: unknown): boolean {
  return hasOnly(value, { kind: text, name: text }, { namespace: text, keys: texts });
}

function isIgnore(value: unknown): value is Ignore {
  return hasOnly(value, { rule: text, reason: text }, { object: text });
}

type Checks = Readonly<Record<string, (value: unknown) => boolean>>;

function hasOnly(value: unknown, required: Checks, optional: Checks): boolean {
  return (
    isObject(value) &&
    Object.entries(required).every(([name, is]) => is(value[name])) &&
    Object.entries(optional).every(([name, is]) => value[name] === undefined || is(value[name])) &&
    Object.keys(value).every((name) => Object.hasOwn(required, name) || Object.hasOwn(optional, name))
  );
}
