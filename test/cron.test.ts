import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCron } from '../lib/_cron';
import { type CronKind, type CronTimes, parseCron } from '../lib/_cron-fields';
import { longestGapSeconds, runsOn } from '../lib/_cron-gap';

interface Reference {
  readonly schedule: string;
  readonly kind: CronKind;
  /** Undefined where the schedule is refused. */
  readonly taken?: { readonly gap: string; readonly runs: readonly string[] };
}

const table: Reference[] = readFileSync(join(__dirname, 'robfig-cron.tsv'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [schedule = '', gap = '', runs] = line.split('\t');
    const kind = schedule.trim().split(/\s+/).length === 6 ? 'ScheduledBackup' : 'CronJob';
    return { schedule, kind, ...(gap === 'refused' ? {} : { taken: { gap, runs: runs?.split(' ') ?? [] } }) };
  });

const DAY = 86_400_000;
const START = Date.UTC(2027, 11, 30, 23, 59, 58);

/** The first four runs after the moment that the table starts at, read off the fields one day after the other. */
function firstRuns(times: CronTimes): string[] {
  const clock = times.hours.flatMap((h) =>
    times.minutes.flatMap((m) => times.seconds.map((s) => h * 3600 + m * 60 + s)),
  );
  const runs: number[] = [];
  for (let day = Date.UTC(2027, 11, 30); runs.length < 4 && day < START + 20 * 366 * DAY; day += DAY) {
    if (runsOn(times, new Date(day))) {
      runs.push(...clock.map((seconds) => day + 1000 * seconds).filter((run) => run > START));
    }
  }
  return runs.slice(0, 4).map((run) => new Date(run).toISOString().replace('.000', ''));
}

describe('a schedule', () => {
  it('is compared with a table that has enough of each kind', () => {
    const count = (kind: CronKind, taken: boolean) =>
      table.filter((row) => row.kind === kind && (row.taken !== undefined) === taken).length;
    for (const kind of ['ScheduledBackup', 'CronJob'] as const) {
      expect(count(kind, true)).toBeGreaterThan(150);
      expect(count(kind, false)).toBeGreaterThan(50);
    }
  });

  it('is taken where its controller takes it, and refused where that refuses it', () => {
    const taken = ({ schedule, kind }: Reference) => typeof parseCron(schedule, kind) !== 'string';
    expect(table.filter((row) => taken(row) !== (row.taken !== undefined)).map((row) => row.schedule)).toEqual([]);
  });

  it('runs when its controller runs it', () => {
    const wrong = table.flatMap(({ schedule, kind, taken }) => {
      const times = parseCron(schedule, kind);
      if (taken === undefined || typeof times === 'string') {
        return [];
      }
      const runs = firstRuns(times).slice(0, taken.runs.length);
      return runs.join(' ') === taken.runs.join(' ') ? [] : [{ schedule, runs, reference: taken.runs }];
    });
    expect(wrong).toEqual([]);
  });

  it('has the longest gap that its controller leaves, and none where that ends without a next run', () => {
    const wrong = table.flatMap(({ schedule, kind, taken }) => {
      const times = parseCron(schedule, kind);
      if (taken === undefined || taken.gap === '-' || typeof times === 'string') {
        return [];
      }
      const gap = String(longestGapSeconds(times) ?? 'never');
      return gap === taken.gap ? [] : [{ schedule, gap, reference: taken.gap }];
    });
    expect(wrong).toEqual([]);
  });

  it.each<[string, CronKind, string]>([
    ['0 2 * * *', 'ScheduledBackup', 'must have six fields, not 5'],
    ['@daily', 'ScheduledBackup', 'must have six fields, not 1'],
    ['0 17 4 * * 0', 'CronJob', 'must have five fields, not 6'],
    ['0 0 2 * * 7', 'ScheduledBackup', "has day of week '7', which must be from 0 to 6, where 0 is Sunday"],
    ['0 2 * * 0,7', 'CronJob', "has day of week '7', which must be from 0 to 6, where 0 is Sunday"],
    [
      '0 0 2 * * MON-SUN',
      'ScheduledBackup',
      "has day of week 'MON-SUN', which ends before it begins, where 0 is Sunday",
    ],
    ['0 60 2 * * *', 'ScheduledBackup', "has minute '60', which must be from 0 to 59"],
    ['0 0 2 L * *', 'ScheduledBackup', "has day of month 'L', which is no number, list, range or step"],
    ['0 0 2 * SOON *', 'ScheduledBackup', "has month 'SOON', which is no number or name, list, range or step"],
    ['0 0 */0 * * *', 'ScheduledBackup', "has hour '*/0', which must have a step of at least 1"],
    ['0 0 1-2-3 * * *', 'ScheduledBackup', "has hour '1-2-3', which has more than one '-'"],
    ['0 0 1/2/3 * * *', 'ScheduledBackup', "has hour '1/2/3', which has more than one '/'"],
    ['0 0 2 30 2 *', 'ScheduledBackup', 'never runs, or not for more than five years'],
    ['0 0 2 29 2 */2', 'ScheduledBackup', 'never runs, or not for more than five years'],
    ['0 2 30 FEB *', 'CronJob', 'never runs, or not for more than five years'],
  ])('%s of a %s %s', (schedule, kind, problem) => {
    expect(readCron(schedule, kind)).toEqual({ problem });
  });

  it('with a stepped star needs both days as a ScheduledBackup, and either as a CronJob', () => {
    expect(readCron('0 0 2 */2 * MON', 'ScheduledBackup')).toEqual({ longestGap: 21 * 86_400 });
    expect(readCron('0 2 */2 * MON', 'CronJob')).toEqual({ longestGap: 2 * 86_400 });
  });
});
