import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

const GROUP = 'rbac.authorization.k8s.io';

/** A binding says whom it is for. */
export const roleBindingSubjects: PolicyRule = {
  name: 'role-binding-subjects',
  family: 'kubernetes',
  severity: 'error',
  kinds: [`${GROUP}/v1/ClusterRoleBinding`, `${GROUP}/v1/RoleBinding`],
  summary:
    'a ServiceAccount in a binding has its namespace, all others have none, and cluster-wide roles are ClusterRoles',
  why: 'The API server refuses the binding, and nobody in it has the right (kubernetes.io, Using RBAC Authorization).',
  remediation: 'write the namespace of the ServiceAccount',
  example: () =>
    example(
      [
        object(`${GROUP}/v1`, 'RoleBinding', 'reader', {
          roleRef: { apiGroup: GROUP, kind: 'Role', name: 'reader' },
          subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'shop' }],
        }),
      ],
      'subjects[0].namespace',
    ),
  check(resource, _, report) {
    if (resource.kind === 'ClusterRoleBinding' && objectOr(resource.manifest['roleRef'])['kind'] === 'Role') {
      report.fail('roleRef.kind', 'a Role is of one namespace, and this binding of none', 'write ClusterRole');
    }
    listOr(resource.manifest['subjects']).forEach(({ kind, namespace, apiGroup, name }, i) => {
      const account = kind === 'ServiceAccount';
      if (account && (namespace ?? '') === '') {
        report.fail(['subjects', i, 'namespace'], `ServiceAccount '${name}' has no namespace`);
      } else if (!account && (namespace ?? '') !== '') {
        report.fail(['subjects', i, 'namespace'], `a ${kind} is of no namespace`, 'remove namespace');
      }
      const group = account ? '' : GROUP;
      if (apiGroup !== undefined && apiGroup !== '' && apiGroup !== group) {
        report.fail(
          ['subjects', i, 'apiGroup'],
          `for a ${kind} it must be '${group}', got '${apiGroup}'`,
          `write '${group}'`,
        );
      }
    });
  },
};
