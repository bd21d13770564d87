const UNITS: Record<string, number> = { B: 1 / 1024, kB: 1, MB: 1024, GB: 1024 ** 2, TB: 1024 ** 3 };

/**
 * Kibibytes of a PostgreSQL memory setting with its unit (`512MB`, `1GB`); undefined if it has none or is no number.
 * PostgreSQL's units are powers of 1024 and, unlike Kubernetes', spelt `kB`, `MB`, `GB`, `TB`.
 */
export function postgresKibibytes(setting: string): number | undefined {
  const parts = /^\s*(\d+)\s*(B|kB|MB|GB|TB)\s*$/.exec(setting);
  return parts === null ? undefined : Number(parts[1]) * UNITS[parts[2]!]!;
}

/** Whole megabytes as PostgreSQL writes them. */
export function postgresMegabytes(kibibytes: number): string {
  return `${Math.floor(kibibytes / 1024)}MB`;
}
