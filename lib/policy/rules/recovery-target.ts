import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const PATH = 'spec.bootstrap.recovery.recoveryTarget';
const NEED_BACKUP = ['targetName', 'targetXID', 'targetImmediate'];
const MAX_NAME = 63;
const MAX_XID = 2 ** 32 - 1;

/** A field, what its text must be, and the words for it. */
const FORMS: readonly (readonly [field: string, fits: (text: string) => boolean, words: string])[] = [
  ['targetTime', isTime, "a time such as '2026-03-01 02:00:00+00' or '2026-03-01T02:00:00Z'"],
  ['targetLSN', (text) => /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i.test(text), "a log sequence number such as '0/3000028'"],
  ['targetXID', (text) => /^\d{1,10}$/.test(text) && Number(text) <= MAX_XID, 'a transaction number below 2^32'],
  ['targetTLI', (text) => /^(latest|0*[1-9]\d*)$/.test(text), "'latest' or a timeline from 1"],
  ['targetName', isRestorePoint, `a name of at most ${MAX_NAME} bytes without control characters`],
];

/** A recovery stops at a point that PostgreSQL can read, and finds the backup for it. */
export const recoveryTarget: PolicyRule = {
  name: 'recovery-target',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'the target of a recovery is written as PostgreSQL reads it, and names its backup where it must',
  why: 'Only times and log positions lead to a backup by themselves; all else is found by the webhook, in the middle of a recovery (CloudNativePG, Recovery, Point in time recovery; webhook: validateRecoveryTarget).',
  remediation: 'write targetTime, with its time zone',
  example: () =>
    example(
      [
        cluster({
          bootstrap: {
            recovery: {
              source: 'origin',
              database: 'shop',
              owner: 'shop',
              recoveryTarget: { targetTime: '2026-03-01T02:00:00Z' },
            },
          },
          externalClusters: [
            { name: 'origin', plugin: { name: 'barman-cloud.cloudnative-pg.io', enabled: true, isWALArchiver: false } },
          ],
        }),
      ],
      `${PATH}.targetTime`,
      '1 March, 2 am',
    ),
  check(resource, _, report) {
    const recovery = objectOr(objectOr(resource.spec['bootstrap'])['recovery']);
    const target = objectOr(recovery['recoveryTarget']);
    for (const [field, fits, words] of FORMS) {
      const text: unknown = target[field];
      if (typeof text === 'string' && text !== '' && !fits(text)) {
        report.fail(`${PATH}.${field}`, `it must be ${words}, got '${text}'`, `write ${words}`);
      }
    }
    const named = NEED_BACKUP.find((field) => target[field] !== undefined && target[field] !== '');
    if (named !== undefined && (target['backupID'] ?? '') === '' && recovery['volumeSnapshots'] === undefined) {
      report.fail(`${PATH}.backupID`, `${named} does not lead to a backup by itself`, 'write backupID');
    }
  },
};

function isRestorePoint(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return Buffer.byteLength(text) <= MAX_NAME && !/[\u0000-\u001f\u007f]/.test(text);
}

function isTime(text: string): boolean {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.\d+)?\s?(?:Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?)?$/.exec(text);
  if (match === null) {
    return false;
  }
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
  const date = new Date(Date.UTC(year as number, (month as number) - 1, day, hour, minute, second));
  return (
    date.getUTCMonth() === (month as number) - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute
  );
}
