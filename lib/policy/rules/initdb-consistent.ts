import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** An initial database has an owner, and segments of a size that PostgreSQL takes. */
export const initdbConsistent: PolicyRule = {
  name: 'initdb-consistent',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'initdb names database and owner or neither, and its WAL segments have a power of two',
  why: 'Only the webhook knows these rules, so they are found when the database is first applied (CloudNativePG, webhook: validateInitDB).',
  remediation: 'write both database and owner',
  example: () =>
    example([cluster({ bootstrap: { initdb: { database: 'shop', owner: 'shop' } } })], 'spec.bootstrap.initdb.owner'),
  check(resource, _, report) {
    const initdb = objectOr(resource.manifest['spec']?.bootstrap?.initdb);
    if ((initdb['database'] === undefined) !== (initdb['owner'] === undefined)) {
      const missing = initdb['database'] === undefined ? 'database' : 'owner';
      report.fail(
        ['spec', 'bootstrap', 'initdb', missing],
        `'database' and 'owner' go together, '${missing}' is missing`,
      );
    }
    const size: unknown = initdb['walSegmentSize'];
    if (typeof size === 'number' && !Number.isInteger(Math.log2(size))) {
      report.fail(
        'spec.bootstrap.initdb.walSegmentSize',
        `it must be a power of two, got ${size}`,
        `write ${2 ** Math.round(Math.log2(size))}`,
      );
    }
  },
};
