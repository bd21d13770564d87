import { Cron } from 'croner';
import type { IConstruct } from 'constructs';
import { refuse } from '../_refuse';

const HINT = `write second, minute, hour, day of month, month, day of week: '0 17 2 * * *' is every day at 02:17 UTC`;

/**
 * Refuses all that CloudNativePG's cron parser reads differently from what its author meant. It takes five fields too,
 * but as second to month: '0 2 * * *' then runs at minute 2 of every hour (robfig/cron v1.2.0).
 */
export function checkBackupCron(where: IConstruct, property: string, schedule: string): void {
  const fields = schedule.trim().split(/\s+/);
  if (schedule.startsWith('@')) {
    refuse(where, `'${property}' must have six fields, got the shorthand '${schedule}'; ${HINT}`);
  }
  if (fields.length !== 6) {
    refuse(where, `'${property}' must have six fields, got ${fields.length} in '${schedule}'; ${HINT}`);
  }
  if (!/^[-*/,?\dA-Za-z ]+$/.test(schedule) || /[lwLW#]/.test(fields.slice(0, 4).join(''))) {
    refuse(where, `'${property}' may use numbers, names of months and days, and * ? / , - only, got '${schedule}'`);
  }
  try {
    void new Cron(schedule, { paused: true, utcOffset: 0 });
  } catch (error) {
    refuse(
      where,
      `'${property}' is no valid schedule, got '${schedule}': ${(error as Error).message.replace(/^CronPattern: /, '')}`,
    );
  }
}

const GAPS = new Map<string, number>();

/** The longest time between two runs, in seconds, over a fixed year, so that the result never depends on today. */
export function longestGapSeconds(schedule: string): number {
  const gap = GAPS.get(schedule) ?? measureLongestGap(schedule);
  GAPS.set(schedule, gap);
  return gap;
}

function measureLongestGap(schedule: string): number {
  const runs = new Cron(schedule, { paused: true, utcOffset: 0 });
  const end = Date.UTC(2025, 1, 1);
  let previous = runs.nextRun(new Date(Date.UTC(2024, 0, 1)));
  let longest = 0;
  for (let i = 0; i < 10_000 && previous !== null && previous.getTime() < end; i += 1) {
    const next = runs.nextRun(previous);
    longest = Math.max(longest, next === null ? end - previous.getTime() : next.getTime() - previous.getTime());
    previous = next;
  }
  return longest / 1000;
}
