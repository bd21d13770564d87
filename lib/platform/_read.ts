import { refuse } from '../_refuse';

const UNITS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86_400 };

/** The value at a dotted path, or undefined. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => {
    return typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined;
  }, value);
}

/** A list, empty if there is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string, or what stands for a missing one. */
export function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

/** A number that is not negative, or what stands for a missing one. */
export function number(where: string, path: string, value: unknown, otherwise: number): number {
  const got = value === undefined ? otherwise : Number(value);
  if (!(got >= 0) || !Number.isFinite(got)) {
    refuse(where, `'${path}' must be a number of at least 0 to predict from, got ${JSON.stringify(value)}`);
  }
  return got;
}

/** Seconds of a PostgreSQL time setting (`5min`, `300`); without a unit it counts `unit` seconds. */
export function postgresSeconds(setting: string, unit: number): number | undefined {
  const parts = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(setting);
  return parts === null ? undefined : Number(parts[1]) * (parts[2] === undefined ? unit : UNITS[parts[2]]!);
}
