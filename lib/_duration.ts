import type { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { refuse, shown } from './_refuse';

const UNITS = { seconds: 1, days: 86_400 };

/** Seconds of a duration, fractions and all. Refuses what is no Duration, as a program without types may pass. */
export function seconds(where: IConstruct | string, property: string, duration: Duration): number {
  if (typeof (duration as Partial<Duration> | undefined)?.toMilliseconds !== 'function') {
    refuse(where, `'${property}' must be a Duration, such as Duration.minutes(2), got ${shown(duration)}`);
  }
  // Rounded, because minutes times 60000 is not exact where the minutes are no whole number.
  return Math.round(duration.toMilliseconds({ integral: false }) * 1000) / 1_000_000;
}

/** A duration in whole units, as Kubernetes and the operators take it. Refuses a fraction, and less than `least`. */
export function whole(
  where: IConstruct | string,
  property: string,
  duration: Duration,
  unit: keyof typeof UNITS,
  least = 0,
): number {
  const amount = seconds(where, property, duration) / UNITS[unit];
  if (!Number.isSafeInteger(amount) || amount < least) {
    const atLeast = least === 0 ? '' : `, at least ${least}`;
    refuse(where, `'${property}' must be a whole number of ${unit}${atLeast}, got ${duration.toHumanString()}`);
  }
  return amount;
}
