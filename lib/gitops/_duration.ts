import { Duration } from 'cdk8s';
import { whole } from '../_duration';
import { refuse } from '../_refuse';

/** A duration as Flux and Argo CD take it, in the largest unit without a rest: `90s`, `30m`, `1h`. */
export function goDuration(duration: Duration): string {
  const seconds = duration.toSeconds();
  if (seconds % 3600 === 0 && seconds > 0) {
    return `${seconds / 3600}h`;
  }
  return seconds % 60 === 0 && seconds > 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** Refuses a duration below `least` seconds. */
export function atLeast(where: string, property: string, duration: Duration, least: number): Duration {
  if (whole(where, property, duration, 'seconds') < least) {
    const [min, got] = [Duration.seconds(least), duration].map(goDuration);
    refuse(where, `'${property}' must be at least ${min}, got ${got}`);
  }
  return duration;
}
