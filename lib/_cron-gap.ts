import type { CronTimes } from './_cron-fields';

/** The calendar repeats after 28 years (until 2100), weekdays and leap days alike. */
const CYCLE_DAYS = 28 * 365 + 7;
let days28: readonly Date[] | undefined;
/** Whoever runs schedules looks that many calendar years ahead, and then takes it for one that never runs. */
const YEARS_AHEAD = 5;

/** The longest time between two runs, in seconds, whenever one looks; undefined if it never runs. */
export function longestGapSeconds(times: CronTimes): number | undefined {
  const days = daysOf(times);
  const units = [
    { at: times.seconds, seconds: 1 },
    { at: times.minutes, seconds: 60 },
    { at: times.hours, seconds: 3600 },
    { at: days, seconds: 86_400 },
  ];
  if (units.some(({ at }) => at.length === 0) || (!runsWeekly(times) && tooFar(days))) {
    return undefined;
  }
  let first = 0;
  let last = 0;
  let longest = 0;
  for (const { at, seconds } of units) {
    const step = Math.max(0, ...at.slice(1).map((value, i) => value - at[i]!));
    longest = step === 0 ? longest : Math.max(longest, step * seconds + first - last);
    first += at[0]! * seconds;
    last += at.at(-1)! * seconds;
  }
  return longest;
}

/** Days with runs, counted from the start of the cycle; its first one again at the end, where the next cycle starts. */
function daysOf(times: CronTimes): number[] {
  if (runsDaily(times)) {
    return [0, 1];
  }
  const around = runsWeekly(times) ? daysFrom2024(7) : cycle();
  const days = around.flatMap((day, i) => (runsOn(times, day) ? [i] : []));
  return days.length === 0 ? [] : [...days, around.length + days[0]!];
}

function cycle(): readonly Date[] {
  return (days28 ??= daysFrom2024(CYCLE_DAYS));
}

function daysFrom2024(count: number): readonly Date[] {
  return Array.from({ length: count }, (_, i) => new Date(Date.UTC(2024, 0, 1 + i)));
}

/** Most schedules do, and need no calendar. */
function runsDaily({ months, daysOfMonth, daysOfWeek, bothDays }: CronTimes): boolean {
  const [ofMonth, ofWeek] = [daysOfMonth.length === 31, daysOfWeek.length === 7];
  return months.length === 12 && (bothDays ? ofMonth && ofWeek : ofMonth || ofWeek);
}

/** Whether every week is like the others: then one of them is enough. */
function runsWeekly(times: CronTimes): boolean {
  return runsDaily(times) || (times.months.length === 12 && times.daysOfMonth.length === 31 && times.bothDays);
}

/** Whether it runs on this day, in UTC. */
export function runsOn(times: CronTimes, day: Date): boolean {
  const ofMonth = times.daysOfMonth.includes(day.getUTCDate());
  const ofWeek = times.daysOfWeek.includes(day.getUTCDay());
  return times.months.includes(day.getUTCMonth() + 1) && (times.bothDays ? ofMonth && ofWeek : ofMonth || ofWeek);
}

function tooFar(days: readonly number[]): boolean {
  const years = days.map((day) => cycle()[day % CYCLE_DAYS]!.getUTCFullYear() + (day < CYCLE_DAYS ? 0 : 28));
  return years.slice(1).some((year, i) => year - years[i]! > YEARS_AHEAD);
}
