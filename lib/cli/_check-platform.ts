import { load } from 'js-yaml';
import type { PlatformFacts } from '../policy/platform-facts';
import { isObject } from '../policy/resource';
import { nearest } from '../policy/schema/_suggest';
import { UsageMistake } from './_command';

const text = (value: unknown): boolean => typeof value === 'string';
const texts = (value: unknown): boolean => Array.isArray(value) && value.every(text);
const oneOf =
  (...allowed: readonly string[]) =>
  (value: unknown): boolean =>
    allowed.includes(value as string);

/** Field, what it takes in words, and whether a value is that. */
const FIELDS: Readonly<Record<keyof PlatformFacts, readonly [takes: string, is: (value: unknown) => boolean]>> = {
  kubernetes: ['a version in quotes, such as "1.34"', text],
  cloudNativePg: ['a version in quotes, such as "1.30"', text],
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

/**
 * Reads the file with what is known of a cluster.
 * @throws if it is no such file: which field, and what it takes
 */
export function readPlatform(source: string, file: string): PlatformFacts {
  let value: unknown;
  try {
    value = load(source);
  } catch (error) {
    throw new UsageMistake(`'${file}' is no YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  if (!isObject(value)) {
    throw new UsageMistake(`'${file}' must be a map with ${Object.keys(FIELDS).join(', ')}`);
  }
  for (const [name, given] of Object.entries(value)) {
    const field = FIELDS[name as keyof PlatformFacts] as (typeof FIELDS)[keyof PlatformFacts] | undefined;
    if (field === undefined) {
      const meant = nearest(name, Object.keys(FIELDS));
      const known = meant === undefined ? `it may have ${Object.keys(FIELDS).join(', ')}` : `meant is '${meant}'`;
      throw new UsageMistake(`'${file}' has an unknown field '${name}'; ${known}`);
    }
    if (!field[1](given)) {
      throw new UsageMistake(`'${file}': '${name}' must be ${field[0]}, got ${JSON.stringify(given)}`);
    }
  }
  return value as PlatformFacts;
}

function isExternal(value: unknown): boolean {
  if (!isObject(value)) {
    return false;
  }
  const { kind, name, namespace, keys, ...rest } = value;
  return (
    text(kind) &&
    text(name) &&
    (namespace === undefined || text(namespace)) &&
    (keys === undefined || texts(keys)) &&
    Object.keys(rest).length === 0
  );
}
