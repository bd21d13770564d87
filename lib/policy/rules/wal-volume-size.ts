import { parsePostgresMemory, parseQuantity, showBytes } from '../_quantity';
import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const MEBI = 2 ** 20;

/** The WAL volume holds what its parameters let pile up. */
export const walVolumeSize: PolicyRule = {
  name: 'wal-volume-size',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'the WAL volume holds twice max_wal_size and what slots may keep',
  why: 'A full WAL volume stops the primary, and CloudNativePG does not fail over then ("Not enough disk space"); the webhook compares only parameters that are written out (CloudNativePG, webhook: validateWalSizeConfiguration).',
  remediation: 'raise walStorage.size, or lower max_wal_size and max_slot_wal_keep_size',
  example: () => example([cluster()], 'spec.walStorage.size', '2Gi'),
  check(resource, _, report) {
    const size = parseQuantity(objectOr(resource.spec['walStorage'])['size']);
    const parameters = objectOr(objectOr(resource.spec['postgresql'])['parameters']);
    const max = parsePostgresMemory(parameters['max_wal_size'] ?? '1GB', MEBI);
    const min = parsePostgresMemory(parameters['min_wal_size'] ?? '80MB', MEBI);
    if (max !== undefined && min !== undefined && min >= max) {
      report.fail(
        'spec.postgresql.parameters.min_wal_size',
        `min_wal_size ${showBytes(min)} must be less than max_wal_size ${showBytes(max)}`,
      );
    }
    if (max === undefined) {
      return;
    }
    if (size === undefined) {
      const data = parseQuantity(objectOr(resource.spec['storage'])['size']);
      if (data !== undefined && resource.spec['walStorage'] === undefined && max >= data) {
        report.fail(
          'spec.postgresql.parameters.max_wal_size',
          `max_wal_size ${showBytes(max)} fills the data volume of ${showBytes(data)}, where WAL lies as well`,
          'lower max_wal_size, or give WAL a volume with walStorage',
        );
      }
      return;
    }
    const kept = parsePostgresMemory(parameters['max_slot_wal_keep_size'] ?? '0', MEBI) ?? 0;
    const needed = 2 * max + kept;
    if (size < needed) {
      const slots = kept === 0 ? '' : ` and the ${showBytes(kept)} that slots may keep`;
      report.fail(
        'spec.walStorage.size',
        `${showBytes(size)} cannot hold twice max_wal_size (${showBytes(max)})${slots}: a full volume stops the primary, without a failover`,
        `write at least '${Math.ceil(needed / 2 ** 30)}Gi'`,
      );
    }
  },
};
