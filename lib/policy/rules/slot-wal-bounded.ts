import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const REMEDY = "write max_slot_wal_keep_size: '4GB', within the WAL volume";

/** A dead standby does not fill the disk of the primary. */
export const slotWalBounded: PolicyRule = {
  name: 'slot-wal-bounded',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'replication slots keep a bounded amount of WAL',
  why: 'By default a slot keeps WAL for a dead standby without limit, until the volume of the primary is full; then there is no failover either (CloudNativePG, Replication, max_slot_wal_keep_size).',
  remediation: REMEDY,
  example: () => example([cluster()], 'spec.postgresql.parameters.max_slot_wal_keep_size'),
  check(resource, _, report) {
    const parameters = objectOr(objectOr(resource.spec['postgresql'])['parameters']);
    const value = parameters['max_slot_wal_keep_size'] as string | undefined;
    if (Number(resource.spec['instances'] ?? 1) > 1 && (value === undefined || value.startsWith('-'))) {
      report.fail(
        'spec.postgresql.parameters.max_slot_wal_keep_size',
        'a dead standby keeps WAL until the volume of the primary is full',
        value === '-1'
          ? `${REMEDY}; an offline major upgrade needs -1: ignore this rule meanwhile, and say so`
          : REMEDY,
      );
    }
  },
};
