import type { PathSegment } from '../_path';
import { objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { cluster, example } from './_examples';

const PATH = ['spec', 'bootstrap', 'initdb', 'import'];

/** An import says exactly what it takes. */
export const importSelection: PolicyRule = {
  name: 'import-selection',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'an import of type microservice takes one database and no roles, one of type monolith says which',
  why: 'Only the webhook knows what the two types take, so it is found in the middle of a migration (CloudNativePG, webhook: validateImport).',
  remediation: 'import one database as microservice, or several databases and roles as monolith',
  example: () =>
    example(
      [
        cluster({
          bootstrap: {
            initdb: {
              database: 'shop',
              owner: 'shop',
              import: { type: 'microservice', databases: ['shop'], source: { externalCluster: 'old' } },
            },
          },
          externalClusters: [{ name: 'old', connectionParameters: { host: 'old.example.net' } }],
        }),
      ],
      'spec.bootstrap.initdb.import.databases',
      ['shop', 'billing'],
    ),
  check(resource, _, report) {
    const { type, databases, roles, postImportApplicationSQL } = objectOr(
      resource.manifest['spec']?.bootstrap?.initdb?.import,
    );
    const [dbs, users, statements] = [databases, roles, postImportApplicationSQL].map(strings) as [
      string[],
      string[],
      string[],
    ];
    if (type === 'microservice') {
      checkMicroservice(dbs, users, report);
    } else if (type === 'monolith') {
      checkMonolith(dbs, users, statements, report);
    }
  },
};

function checkMicroservice(databases: readonly string[], roles: readonly string[], report: Report): void {
  if (databases.length !== 1) {
    report.fail(
      at('databases'),
      `a microservice import takes exactly one database, got ${databases.join(', ') || 'none'}`,
    );
  } else if (databases[0]?.includes('*') === true) {
    report.fail(at('databases', 0), `a microservice import takes one database by its name, got '${databases[0]}'`);
  }
  if (roles.length > 0) {
    report.fail(at('roles'), 'a microservice import takes no roles', 'remove roles');
  }
}

function checkMonolith(
  databases: readonly string[],
  roles: readonly string[],
  statements: readonly string[],
  report: Report,
): void {
  if (databases.length === 0) {
    report.fail(
      at('databases'),
      'a monolith import needs at least one database',
      "write the databases, or '*' for all",
    );
  }
  for (const [field, names] of [
    ['databases', databases],
    ['roles', roles],
  ] as const) {
    if (names.length > 1 && names.includes('*')) {
      report.fail(
        at(field),
        `'*' takes all ${field} and stands alone, got ${names.join(', ')}`,
        "write '*' only, or names",
      );
    }
  }
  if (statements.length > 0) {
    report.fail(
      at('postImportApplicationSQL'),
      'a monolith import has no application database to run SQL in',
      'remove it',
    );
  }
}

function at(...steps: readonly PathSegment[]): PathSegment[] {
  return [...PATH, ...steps];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
