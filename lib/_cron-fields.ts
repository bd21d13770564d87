/**
 * Whose schedules they are: those of CloudNativePG, six fields, the first is the second (robfig/cron 1.2.0), or those of
 * Kubernetes, five fields from the minute on (robfig/cron 3). They read a field alike but for one thing: a star with a
 * step is still a star in a ScheduledBackup, and a list in a CronJob. See `bothDays`.
 */
export type CronKind = 'ScheduledBackup' | 'CronJob';

/** What a schedule says, field by field: ascending numbers. A list may be empty; such a schedule never runs. */
export interface CronTimes {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly daysOfWeek: readonly number[];
  /** Whether a day must match both its fields. It does where one has a star; otherwise either is enough. */
  readonly bothDays: boolean;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of the numbers, from `min` on. */
  readonly names?: readonly string[];
}

interface Values {
  readonly numbers: readonly number[];
  readonly star: boolean;
}

const FIELDS: readonly Field[] = [
  { name: 'second', min: 0, max: 59 },
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'day of week', min: 0, max: 6, names: 'sun mon tue wed thu fri sat'.split(' ') },
];

/** What a schedule says, or what is wrong with it, as a predicate: `has day of week '7', which must be from 0 to 6`. */
export function parseCron(text: string, kind: CronKind): CronTimes | string {
  const words = text.trim().split(/\s+/);
  const fields = kind === 'ScheduledBackup' ? FIELDS : FIELDS.slice(1);
  if (words.length !== fields.length) {
    return `must have ${fields.length === 6 ? 'six' : 'five'} fields, not ${words.length}`;
  }
  const values: Values[] = kind === 'ScheduledBackup' ? [] : [{ numbers: [0], star: false }];
  for (const [i, field] of fields.entries()) {
    const value = readField(words[i]!, field, kind);
    if (typeof value === 'string') {
      return value;
    }
    values.push(value);
  }
  const [seconds, minutes, hours, daysOfMonth, months, daysOfWeek] = values.map(({ numbers }) => numbers);
  return {
    seconds: seconds!,
    minutes: minutes!,
    hours: hours!,
    daysOfMonth: daysOfMonth!,
    months: months!,
    daysOfWeek: daysOfWeek!,
    bothDays: values[3]!.star || values[5]!.star,
  };
}

function readField(text: string, field: Field, kind: CronKind): Values | string {
  const numbers = new Set<number>();
  let star = false;
  for (const part of text.split(',').filter((one) => one !== '')) {
    const value = readPart(part, field, kind);
    if (typeof value === 'string') {
      return `has ${field.name} '${part}', which ${value}`;
    }
    value.numbers.forEach((number) => numbers.add(number));
    star ||= value.star;
  }
  return { numbers: [...numbers].sort((a, b) => a - b), star };
}

/** `*`, `?`, `n`, `n-m`, each with or without `/step`; `n/step` runs up to the field's end. */
function readPart(part: string, field: Field, kind: CronKind): Values | string {
  const [range = '', stepText, ...moreSteps] = part.split('/');
  const [low = '', high, ...moreEnds] = range.split('-');
  const any = low === '*' || low === '?';
  if (moreSteps.length > 0 || (!any && moreEnds.length > 0)) {
    return `has more than one '${moreSteps.length > 0 ? '/' : '-'}'`;
  }
  const step = stepText === undefined ? 1 : readNumber(stepText);
  const first = any ? field.min : readNumber(low, field);
  const last = any || (high === undefined && stepText !== undefined) ? field.max : readNumber(high ?? low, field);
  if (step === undefined || first === undefined || last === undefined) {
    return `is no number${field.names === undefined ? '' : ` or name`}, list, range or step`;
  }
  const zero = field.name === 'day of week' ? ', where 0 is Sunday' : '';
  if (first < field.min || last > field.max) {
    return `must be from ${field.min} to ${field.max}${zero}`;
  }
  if (first > last) {
    return `ends before it begins${zero}`;
  }
  if (step === 0) {
    return `must have a step of at least 1`;
  }
  const numbers: number[] = [];
  for (let number = first; number <= last; number += step) {
    numbers.push(number);
  }
  return { numbers, star: any && (kind === 'ScheduledBackup' || step === 1) };
}

function readNumber(text: string, field?: Field): number | undefined {
  const name = field?.names?.indexOf(text.toLowerCase()) ?? -1;
  if (field !== undefined && name >= 0) {
    return field.min + name;
  }
  const number = /^\+?\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}
