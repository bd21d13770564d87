import type { IConstruct } from 'constructs';
import { type CronKind, parseCron } from './_cron-fields';
import { longestGapSeconds } from './_cron-gap';
import { refuse } from './_refuse';

/** What a schedule means to whoever runs it, or why it is never run. */
export type CronReading =
  | {
      /** The longest time between two runs, in seconds. */
      readonly longestGap: number;
    }
  | {
      /** A predicate, whose subject is the schedule: `must have six fields, not 5`. */
      readonly problem: string;
    };

const HINTS: Record<CronKind, string> = {
  ScheduledBackup: `write second, minute, hour, day of month, month, day of week: '0 17 2 * * *' is every day at 02:17 UTC`,
  CronJob: `write minute, hour, day of month, month, day of week: '17 4 * * 0' is every Sunday at 04:17 UTC`,
};
const READ: Record<CronKind, Map<string, CronReading>> = { ScheduledBackup: new Map(), CronJob: new Map() };

/**
 * Reads a schedule as its controller does. Shorthands are problems here, and so are five fields for a ScheduledBackup,
 * though CloudNativePG takes them: '0 2 * * *' is minute 2 of every hour there, not two o'clock.
 */
export function readCron(schedule: string, kind: CronKind): CronReading {
  const known = READ[kind].get(schedule) ?? read(schedule, kind);
  READ[kind].set(schedule, known);
  return known;
}

/** What both controllers take beside fields. A word says too little of the hour to count with it. */
export const SHORTHAND =
  /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \+?((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+)$/;

/** Refuses a schedule that is refused, never runs, or is read differently from what its author meant. */
export function checkCron(where: IConstruct, property: string, schedule: string, kind: CronKind): number {
  const cron = readCron(schedule, kind);
  if ('problem' in cron) {
    refuse(where, `'${property}' ${cron.problem}, got '${schedule}'; ${HINTS[kind]}`);
  }
  return cron.longestGap;
}

function read(schedule: string, kind: CronKind): CronReading {
  const times = parseCron(schedule, kind);
  if (typeof times === 'string') {
    return { problem: times };
  }
  const longestGap = longestGapSeconds(times);
  return longestGap === undefined ? { problem: 'never runs, or not for more than five years' } : { longestGap };
}
