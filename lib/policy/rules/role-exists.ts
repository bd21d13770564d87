import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, object } from './_examples';
import { resolve } from './_resolve';

/** Cluster roles that come with Kubernetes. */
const BUILT_IN = /^(view|edit|admin|cluster-admin|system:.+)$/;

/** Roles that the API server makes in every cluster. */
const BUILT_IN_ROLES: Readonly<Record<string, RegExp>> = {
  'kube-public': /^system:/,
  'kube-system': /^(system:.+|extension-apiserver-authentication-reader)$/,
};
const NONE = /^(?!)/;

const RBAC = 'rbac.authorization.k8s.io/v1';

/** A binding must name a role and subjects that exist. */
export const roleExists: PolicyRule = {
  name: 'role-exists',
  family: 'references',
  severity: 'error',
  kinds: [`${RBAC}/RoleBinding`, `${RBAC}/ClusterRoleBinding`],
  summary: 'every binding names a role and ServiceAccounts that exist',
  why: 'Kubernetes accepts a binding to nothing, and the program is refused only when it needs the right: in a drill, at the moment of the failure (kubernetes.io, Using RBAC Authorization).',
  remediation: 'correct the name, or declare what is missing',
  example: () =>
    example(
      [
        object(RBAC, 'RoleBinding', 'drill', {
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'drill' },
          subjects: [{ kind: 'ServiceAccount', name: 'drill', namespace: 'shop' }],
        }),
        object(RBAC, 'Role', 'drill', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
        object('v1', 'ServiceAccount', 'drill'),
      ],
      'roleRef.name',
      'dril',
    ),
  check(resource, world, report) {
    const role = objectOr(resource.manifest['roleRef']);
    const namespace = role['kind'] === 'Role' ? resource.namespace : '';
    const known = namespace === '' ? BUILT_IN : (BUILT_IN_ROLES[namespace] ?? NONE);
    if (!known.test(String(role['name']))) {
      resolve(
        { kind: String(role['kind']), name: String(role['name']), namespace, path: 'roleRef.name' },
        world,
        report,
      );
    }
    listOr(resource.manifest['subjects']).forEach((subject, i) => {
      if (subject['kind'] === 'ServiceAccount' && subject['name'] !== 'default') {
        const namespace = String(subject['namespace'] ?? resource.namespace);
        const path = ['subjects', i, 'name'];
        if (world.exists('Namespace', '', namespace) || namespace === resource.namespace) {
          resolve({ kind: 'ServiceAccount', name: String(subject['name']), namespace, path }, world, report);
        }
      }
    });
  },
};
