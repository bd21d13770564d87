import { LEVERS, type Lever } from './_levers';
import type { PredictionInput } from './prediction-input';

/** The least change that makes `meets` true, in words; undefined if no change that may be recommended does. */
export function cheapestChange(input: PredictionInput, meets: (input: PredictionInput) => boolean): string | undefined {
  const usable = LEVERS.filter((lever) => isUsable(lever, input));
  for (const lever of usable) {
    const value = mildest(lever, input, meets);
    if (value !== undefined) {
      return lever.describe(value, input);
    }
  }
  return together(usable, input, meets);
}

function isUsable(lever: Lever, input: PredictionInput): boolean {
  const now = lever.now(input);
  return now !== undefined && lever.best(input) < now;
}

/** The value nearest to today's that is enough. Every lever only ever helps more the further it goes. */
function mildest(lever: Lever, input: PredictionInput, meets: (input: PredictionInput) => boolean): number | undefined {
  let enough = lever.best(input);
  if (!meets(lever.apply(input, enough))) {
    return undefined;
  }
  let tooMuch = lever.now(input)!;
  while (tooMuch - enough > 1) {
    const middle = Math.floor((enough + tooMuch) / 2);
    if (meets(lever.apply(input, middle))) {
      enough = middle;
    } else {
      tooMuch = middle;
    }
  }
  return enough;
}

/** Adds change to change, cheapest first, until it is enough; then drops what turned out not to be needed. */
function together(
  levers: readonly Lever[],
  input: PredictionInput,
  meets: (input: PredictionInput) => boolean,
): string | undefined {
  const all = (chosen: readonly Lever[]): PredictionInput =>
    chosen.reduce((changed, lever) => lever.apply(changed, lever.best(changed)), input);
  let chosen = [...levers];
  if (!meets(all(chosen))) {
    return undefined;
  }
  for (const lever of levers.toReversed()) {
    const without = chosen.filter((other) => other !== lever);
    chosen = meets(all(without)) ? without : chosen;
  }
  const last = chosen.at(-1)!;
  const before = all(chosen.slice(0, -1));
  const value = mildest(last, before, meets)!;
  return chosen
    .map((lever) => lever.describe(lever === last ? value : lever.best(input), input))
    .join('; together with: ');
}
