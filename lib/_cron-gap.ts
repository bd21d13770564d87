import type { CronTimes } from './_cron-fields';

const WEEK = 7;
/** Leap days repeat after four years (until 2100), weekdays and leap days together after 28. */
const FOUR_YEARS = 4 * 365 + 1;
const CYCLE_DAYS = 7 * FOUR_YEARS;
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
  if (units.some(({ at }) => at.length === 0) || (cycleOf(times) === CYCLE_DAYS && tooFar(days))) {
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
  const length = cycleOf(times);
  const days: number[] = [];
  for (let day = 0; day < length; day += 1) {
    if (runsOn(times, dayOf(day))) {
      days.push(day);
    }
  }
  return days.length === 0 ? [] : [...days, length + days[0]!];
}

/** A day by its number, from the first of January 2024. */
function dayOf(day: number): Date {
  return new Date(Date.UTC(2024, 0, 1 + day));
}

/** After how many days a schedule begins anew: a week where the date does not count, four years where the weekday does not. */
function cycleOf(times: CronTimes): number {
  const { months, daysOfMonth, daysOfWeek, bothDays } = times;
  if (runsDaily(times) || (months.length === 12 && daysOfMonth.length === 31 && bothDays)) {
    return WEEK;
  }
  return daysOfWeek.length === 7 && bothDays ? FOUR_YEARS : CYCLE_DAYS;
}

/** Most schedules do. */
function runsDaily({ months, daysOfMonth, daysOfWeek, bothDays }: CronTimes): boolean {
  const [ofMonth, ofWeek] = [daysOfMonth.length === 31, daysOfWeek.length === 7];
  return months.length === 12 && (bothDays ? ofMonth && ofWeek : ofMonth || ofWeek);
}

/** Whether it runs on this day, in UTC. */
export function runsOn(times: CronTimes, day: Date): boolean {
  const ofMonth = times.daysOfMonth.includes(day.getUTCDate());
  const ofWeek = times.daysOfWeek.includes(day.getUTCDay());
  return times.months.includes(day.getUTCMonth() + 1) && (times.bothDays ? ofMonth && ofWeek : ofMonth || ofWeek);
}

function tooFar(days: readonly number[]): boolean {
  const years = days.map((day) => dayOf(day % CYCLE_DAYS).getUTCFullYear() + (day < CYCLE_DAYS ? 0 : 28));
  return years.slice(1).some((year, i) => year - years[i]! > YEARS_AHEAD);
}
