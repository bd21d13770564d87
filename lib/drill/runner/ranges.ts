/** Inclusive range of sequence numbers. */
export type Range = readonly [from: number, to: number];

/** A set of sequence numbers as sorted, disjoint ranges, because a load writes hundreds of thousands in a row. */
export type Ranges = readonly Range[];

/** Collects numbers, each once, mostly ascending: a write that had to wait comes late. */
export class RangeCollector {
  private readonly collected: [number, number][] = [];

  public add(n: number): void {
    const { collected } = this;
    let i = collected.length;
    while (i > 0 && collected[i - 1]![0] > n) {
      i--;
    }
    const before = collected[i - 1];
    const after = collected[i];
    if (before?.[1] === n - 1) {
      before[1] = after?.[0] === n + 1 ? collected.splice(i, 1)[0]![1] : n;
    } else if (after?.[0] === n + 1) {
      after[0] = n;
    } else {
      collected.splice(i, 0, [n, n]);
    }
  }

  public get ranges(): Ranges {
    return this.collected.map(([from, to]) => [from, to] as const);
  }
}

export function size(ranges: Ranges): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/** What is in `a` and in `b`. */
export function intersect(a: Ranges, b: Ranges): Ranges {
  const both: Range[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const from = Math.max(a[i]![0], b[j]![0]);
    const to = Math.min(a[i]![1], b[j]![1]);
    if (from <= to) {
      both.push([from, to]);
    }
    if (a[i]![1] < b[j]![1]) {
      i++;
    } else {
      j++;
    }
  }
  return both;
}

/** What is in `a` and not in `b`. */
export function subtract(a: Ranges, b: Ranges): Ranges {
  const rest: Range[] = [];
  for (const [from, to] of a) {
    let next = from;
    for (const [cutFrom, cutTo] of b) {
      if (cutTo < next || cutFrom > to) {
        continue;
      }
      if (cutFrom > next) {
        rest.push([next, cutFrom - 1]);
      }
      next = cutTo + 1;
    }
    if (next <= to) {
      rest.push([next, to]);
    }
  }
  return rest;
}
