const SUFFIX: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const POSTGRES: Readonly<Record<string, number>> = { B: 1, kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const MILLI = 1000;

/** A Kubernetes quantity as a number (bytes, cores), or `undefined` if it is none. */
export function parseQuantity(value: unknown): number | undefined {
  if (typeof value === 'number') {
    return value;
  }
  const match = /^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:([eE][+-]?[0-9]+)|([KMGTPE]i|[numkMGTPE])?)$/.exec(
    String(value),
  );
  if (match === null) {
    return undefined;
  }
  return Number(`${match[1]}${match[2] ?? ''}`) * (SUFFIX[match[3] ?? ''] as number);
}

/** A PostgreSQL memory setting in bytes; without a unit it counts `unit` bytes. */
export function parsePostgresMemory(value: unknown, unit: number): number | undefined {
  const match = /^\s*([0-9]+(?:\.[0-9]+)?)\s*(B|kB|MB|GB|TB)?\s*$/.exec(String(value));
  if (match === null) {
    return undefined;
  }
  return Number(match[1]) * (match[2] === undefined ? unit : (POSTGRES[match[2]] as number));
}

/** The quantity as the API server's Go types write it back: `1Gi` for `1024Mi`, `1` for `1000m`. */
export function canonicalQuantity(value: unknown): string {
  const text = String(value);
  const binary = /^([0-9]+)(Ki|Mi|Gi|Ti|Pi|Ei)$/.exec(text);
  if (binary !== null) {
    let amount = Number(binary[1]);
    let at = BINARY.indexOf(binary[2] as string);
    while (amount !== 0 && amount % 1024 === 0 && at < BINARY.length - 1) {
      amount /= 1024;
      at += 1;
    }
    return `${amount}${BINARY[at]}`;
  }
  const thousandths = /^[0-9]+m$/.test(text)
    ? Number(text.slice(0, -1))
    : /^[0-9]*\.[0-9]{1,3}$/.test(text)
      ? Math.round(Number(text) * MILLI)
      : undefined;
  if (thousandths !== undefined) {
    return thousandths % MILLI === 0 ? String(thousandths / MILLI) : `${thousandths}m`;
  }
  return text;
}

/** Bytes for people: `1.5Gi`. */
export function showBytes(bytes: number): string {
  let at = -1;
  let amount = bytes;
  while (amount >= 1024 && at < 3) {
    amount /= 1024;
    at += 1;
  }
  return `${Math.round(amount * 10) / 10}${at < 0 ? '' : BINARY[at]}`;
}
