import type { IConstruct } from 'constructs';
import { Refusal } from './_refusal';

/**
 * Stops synthesis: says where, then what is wrong.
 *
 * @param where the construct, or a name such as `platform 'threephoenix'` for plain values
 * @param problem lower case, no final period: property in quotes, what is allowed, what was got, what to do
 */
export function refuse(where: IConstruct | string, problem: string): never {
  const place = typeof where === 'string' ? where : where.node.path || 'app';
  const error = new Refusal(`${place}: ${problem}`);
  Error.captureStackTrace(error, refuse);
  throw error;
}

/** A value that should not be there, as its author wrote it: texts in quotes. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
}
