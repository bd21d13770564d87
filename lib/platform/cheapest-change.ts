import { LEVERS, type Lever } from './_levers';
import type { PredictionInput } from './prediction-input';

/** A change that makes something true. */
export interface Change {
  /** What to do, in words. */
  readonly words: string;

  /** What the prediction reads after it. */
  readonly after: PredictionInput;
}

/** The least change that makes `meets` true, undefined if no change that may be recommended does. */
export function cheapestChange(input: PredictionInput, meets: (input: PredictionInput) => boolean): Change | undefined {
  const usable = LEVERS.filter((lever) => isUsable(lever, input));
  for (const lever of usable) {
    const value = mildest(lever, input, meets);
    if (value !== undefined) {
      return { words: lever.describe(value, input), after: lever.apply(input, value) };
    }
  }
  return together(usable, input, meets);
}

/** The input after every change that may be recommended, each as far as may be: no objective below its figures is met. */
export function everyChange(input: PredictionInput): PredictionInput {
  return LEVERS.filter((lever) => isUsable(lever, input)).reduce(
    (changed, lever) => lever.apply(changed, lever.best(changed)),
    input,
  );
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
): Change | undefined {
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
  const words = chosen.map((lever) => lever.describe(lever === last ? value : lever.best(input), input));
  return { words: words.join('; together with: '), after: last.apply(before, value) };
}
