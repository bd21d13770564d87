import { load } from 'js-yaml';
import { FACTS, problemOf } from '../policy/check-facts';
import type { PlatformFacts } from '../policy/platform-facts';
import { UsageMistake } from './_command';

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
  const problem = problemOf(value, FACTS);
  if (problem !== undefined) {
    throw new UsageMistake(`'${file}' ${problem}`);
  }
  return value as PlatformFacts;
}
