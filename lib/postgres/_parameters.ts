import type { IConstruct } from 'constructs';
import { refuse } from '../_refuse';
import { warn } from '../_warning';
import { FIXED_PARAMETERS } from './fixed-parameters';
import { postgresKibibytes, postgresMegabytes } from './_memory';

/** Settings that give up what this library promises, and why. */
const PROTECTED: Record<string, { readonly allowed: readonly string[]; readonly why: string }> = {
  synchronous_commit: { allowed: ['on', 'remote_apply'], why: 'anything weaker loses acknowledged writes on failover' },
  fsync: { allowed: ['on'], why: 'off corrupts the data when a node loses power' },
  full_page_writes: { allowed: ['on'], why: 'off corrupts the data when a node loses power' },
  wal_level: { allowed: ['logical', 'replica'], why: 'minimal cannot feed standbys or the archive' },
  wal_log_hints: { allowed: ['on'], why: 'a lost primary is rejoined by pg_rewind, which needs it' },
};

/** Memory settings that this library computes with, so that they need a unit. */
const WITH_UNIT = ['shared_buffers', 'min_wal_size', 'max_wal_size', 'max_slot_wal_keep_size', 'wal_keep_size'];

/** Slots keep WAL without limit. Only an offline major upgrade needs that. */
const UNLIMITED = '-1';

/** Sizes of a cluster in kibibytes, as far as parameters depend on them. */
export interface ParameterSizes {
  readonly memory: number;
  readonly walStorage: number;
}

/** The parameters that are written: what the user set, over defaults that follow from the sizes. */
export function resolveParameters(
  sizes: ParameterSizes,
  set: Readonly<Record<string, string>>,
): Record<string, string> {
  return sorted({
    archive_timeout: '5min',
    effective_cache_size: postgresMegabytes(sizes.memory * 0.75),
    max_slot_wal_keep_size: postgresMegabytes(sizes.walStorage / 2),
    max_wal_size: '1GB',
    min_wal_size: '80MB',
    shared_buffers: postgresMegabytes(sizes.memory / 4),
    synchronous_commit: 'on',
    wal_keep_size: '512MB',
    ...set,
  });
}

/** Refuses what the operator would refuse, what loses data, and what does not fit its volume. */
export function checkParameters(
  where: IConstruct,
  sizes: ParameterSizes,
  parameters: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(parameters)) {
    const place = `'parameters.${name}'`;
    if (!/^[a-z][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/.test(name)) {
      refuse(where, `${place} is no PostgreSQL parameter name`);
    }
    if (typeof value !== 'string' || value === '') {
      refuse(where, `${place} must be a string that is not empty, got ${JSON.stringify(value)}; put numbers in quotes`);
    }
    if (FIXED_PARAMETERS.has(name)) {
      refuse(where, `${place} is set by CloudNativePG and cannot be changed, got '${value}'; remove it`);
    }
    const rule = PROTECTED[name];
    if (rule !== undefined && !rule.allowed.includes(value)) {
      refuse(
        where,
        `${place} must be ${rule.allowed.map((x) => `'${x}'`).join(' or ')}, because ${rule.why}, got '${value}'`,
      );
    }
  }
  if (parameters['max_slot_wal_keep_size'] === UNLIMITED) {
    warn(
      where,
      `'parameters.max_slot_wal_keep_size' is -1, which only an offline major upgrade needs: a lost standby keeps WAL until ` +
        `the volume of the primary is full, and then nothing fails over; remove it after the upgrade`,
    );
  }
  checkSizes(where, sizes, parameters);
}

function checkSizes(where: IConstruct, sizes: ParameterSizes, parameters: Readonly<Record<string, string>>): void {
  const inKibibytes = Object.fromEntries(
    WITH_UNIT.map((name) => {
      const unlimited = name === 'max_slot_wal_keep_size' && parameters[name] === UNLIMITED;
      const amount = unlimited ? 0 : postgresKibibytes(parameters[name]!);
      if (amount === undefined) {
        refuse(
          where,
          `'parameters.${name}' must be a size with a PostgreSQL unit, such as '512MB' or '1GB', got '${parameters[name]}'`,
        );
      }
      return [name, amount];
    }),
  ) as Record<string, number>;

  const sharedBuffers = inKibibytes['shared_buffers']!;
  if (sharedBuffers > sizes.memory) {
    refuse(
      where,
      `'parameters.shared_buffers' must fit into 'memory' (${mebibytes(sizes.memory)}), got '${parameters['shared_buffers']}'`,
    );
  }
  if (inKibibytes['min_wal_size']! >= inKibibytes['max_wal_size']!) {
    refuse(
      where,
      `'parameters.min_wal_size' must be less than 'parameters.max_wal_size' ('${parameters['max_wal_size']}'), got '${parameters['min_wal_size']}'`,
    );
  }
  const needed = walNeed(inKibibytes);
  if (needed > sizes.walStorage) {
    refuse(
      where,
      `'walStorage' must hold at least ${mebibytes(needed)}: twice max_wal_size (${parameters['max_wal_size']}), ` +
        `max_slot_wal_keep_size (${parameters['max_slot_wal_keep_size']}) and wal_keep_size (${parameters['wal_keep_size']}), ` +
        `got ${mebibytes(sizes.walStorage)}; a full WAL volume stops the database, and it does not fail over`,
    );
  }
}

/** WAL that may lie on the volume: two checkpoints' worth, and what a lost standby's slot and the senders keep. */
function walNeed(inKibibytes: Readonly<Record<string, number>>): number {
  return 2 * inKibibytes['max_wal_size']! + inKibibytes['max_slot_wal_keep_size']! + inKibibytes['wal_keep_size']!;
}

function mebibytes(kibibytes: number): string {
  return `${Math.ceil(kibibytes / 1024)} MiB`;
}

function sorted(parameters: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)));
}
