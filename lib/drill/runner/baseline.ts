import { pause, until, type Clock } from './clock';
import type { Load } from './load';
import { beforeTrigger, NotTriggered } from './trigger';

/** Clients have connected and succeeded five times by then, or something is wrong. */
const WARM_UP_MS = 10_000;

/**
 * Waits until every client is up, then for `seconds` more. One failure in that time and nothing is triggered: an outage
 * that was there before cannot be told from the one that the drill makes.
 *
 * @throws NotTriggered with the client and its problem
 */
export async function steadyLoad(load: Load, seconds: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const bad = () => load.series.find((s) => s.flawed);
  const slow = () => load.series.find((s) => !s.upAt(clock.now()));
  await until(() => bad() !== undefined || slow() === undefined, WARM_UP_MS, signal);
  if (bad() === undefined && slow() === undefined) {
    await Promise.all([load.becomeSteady(), pause(seconds * 1000, signal)]);
  }
  if (signal.aborted) {
    throw new NotTriggered(beforeTrigger());
  }
  const unsteady = bad() ?? slow();
  if (unsteady !== undefined) {
    const why = load.lastErrors.get(unsteady.name) ?? `only ${unsteady.tally.ok} successes so far`;
    throw new NotTriggered(`load-not-steady: ${unsteady.name} before the trigger: ${why}`);
  }
  const silent = load.services.find((service) => service.until(clock.now()).length > 0);
  if (silent !== undefined) {
    const why = `more than ${silent.silenceMs} ms without a success`;
    throw new NotTriggered(`load-not-steady: ${silent.name} before the trigger: ${why}`);
  }
}
