/** A letter doubled, a letter left out, two letters swapped; in the middle, where the eye misses it. */
export function typosOf(word: string): string[] {
  const m = Math.floor((word.length - 1) / 2);
  const pairs = Array.from({ length: word.length - 1 }, (_, i) => (m + i) % (word.length - 1));
  const swap = pairs.find((i) => word[i] !== word[i + 1]);
  return [
    word.slice(0, m + 1) + word.slice(m),
    ...(word.length > 1 ? [word.slice(0, m) + word.slice(m + 1)] : []),
    ...(swap === undefined ? [] : [word.slice(0, swap) + word[swap + 1] + word[swap] + word.slice(swap + 2)]),
  ];
}
