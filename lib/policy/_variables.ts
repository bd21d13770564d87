import { type PathSegment, valueAt } from './_path';

/** As Flux and envsubst write them: `${DOMAIN}`, `${REPLICAS:=3}`. */
const VARIABLE = /\$\{[A-Z_][A-Z0-9_]*(?:[:=?+-][^}]*)?\}/;

/** Why nothing is said of such a value. */
export const FILLED_IN = 'it holds a variable that is filled in when it is applied';

/** Whether a value is a text that somebody fills in later, so that nobody can judge it here. */
export function isFilledIn(manifest: unknown, at: readonly PathSegment[]): boolean {
  const value = valueAt(manifest, at);
  return typeof value === 'string' && VARIABLE.test(value);
}
