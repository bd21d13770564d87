import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';
import { isReservedRole } from './_postgres';

/** Roles of a Cluster are not the operator's, and have one way to log in. */
export const managedRoles: PolicyRule = {
  name: 'managed-roles',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: "no managed role is PostgreSQL's or the operator's own, or has its password both set and disabled",
  why: 'Changing postgres or streaming_replica would lock the operator out of its own database; the webhook refuses it (CloudNativePG, Role Management; webhook: validateManagedRoles).',
  remediation: 'choose a name that is not postgres, streaming_replica, pg_* or cnpg_*',
  example: () =>
    example(
      [cluster({ managed: { roles: [{ name: 'reports', login: true, connectionLimit: -1, ensure: 'present' }] } })],
      'spec.managed.roles[0].name',
      'streaming_replica',
    ),
  check(resource, _, report) {
    listOr(objectOr(resource.spec['managed'])['roles']).forEach((role, i) => {
      const name = String(role['name']);
      if (isReservedRole(name)) {
        report.fail(['spec', 'managed', 'roles', i, 'name'], `'${name}' is not for manifests to manage`);
      }
      if (role['disablePassword'] === true && role['passwordSecret'] !== undefined) {
        report.fail(
          ['spec', 'managed', 'roles', i, 'disablePassword'],
          `the password of '${name}' is both disabled and set`,
          'remove disablePassword or passwordSecret',
        );
      }
    });
  },
};
