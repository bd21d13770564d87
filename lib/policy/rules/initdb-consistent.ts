import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** An initial database has an owner, and an import says exactly what it takes. */
export const initdbConsistent: PolicyRule = {
  name: 'initdb-consistent',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'initdb names database and owner or neither, and an import names what it takes',
  why: 'Only the webhook knows these rules, so they are found when the database is first applied (CloudNativePG, webhook: validateInitDB, validateImport).',
  remediation: 'write both; import one database as microservice, without roles',
  example: example(
    [cluster({ bootstrap: { initdb: { database: 'shop', owner: 'shop' } } })],
    'spec.bootstrap.initdb.owner',
  ),
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
      report.fail('spec.bootstrap.initdb.walSegmentSize', `it must be a power of two, got ${size}`);
    }
    const { type, databases, roles, postImportApplicationSQL } = objectOr(initdb['import']);
    const names = Array.isArray(databases) ? (databases as string[]) : [];
    const path = ['spec', 'bootstrap', 'initdb', 'import'];
    if (type === 'microservice' && (names.length !== 1 || names[0] === '*')) {
      report.fail(
        [...path, 'databases'],
        `a microservice import takes exactly one database, got ${names.join(', ') || 'none'}`,
      );
    }
    if (type === 'microservice' && Array.isArray(roles) && roles.length > 0) {
      report.fail([...path, 'roles'], 'a microservice import takes no roles');
    }
    if (type === 'monolith' && names.length === 0) {
      report.fail([...path, 'databases'], 'a monolith import needs at least one database');
    }
    if (type === 'monolith' && postImportApplicationSQL !== undefined) {
      report.fail([...path, 'postImportApplicationSQL'], 'a monolith import takes no postImportApplicationSQL');
    }
  },
};
