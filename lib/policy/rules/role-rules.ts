import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

const PATHS = 'nonResourceURLs';

/** A right is about resources, or about paths. */
export const roleRules: PolicyRule = {
  name: 'role-rules',
  family: 'kubernetes',
  severity: 'error',
  kinds: ['rbac.authorization.k8s.io/v1/ClusterRole', 'rbac.authorization.k8s.io/v1/Role'],
  summary: 'every rule of a role has apiGroups and resources, or paths and nothing else',
  why: 'The API server refuses the role, and whoever was to have it has no right at all (kubernetes.io, Using RBAC Authorization).',
  remediation: 'write apiGroups ("" for the core group) and resources',
  example: () =>
    example(
      [
        object('rbac.authorization.k8s.io/v1', 'Role', 'reader', {
          rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
        }),
      ],
      'rules[0].apiGroups',
    ),
  check(resource, _, report) {
    listOr(resource.manifest['rules']).forEach((rule, i) => {
      const has = (field: string): boolean => listOr(rule[field]).length > 0;
      if (has(PATHS)) {
        const other = ['apiGroups', 'resources', 'resourceNames'].find(has);
        if (resource.kind === 'Role') {
          report.fail(['rules', i, PATHS], 'a Role is about a namespace, and a path is in none', 'use a ClusterRole');
        } else if (other !== undefined) {
          report.fail(['rules', i, PATHS], `a rule is about paths or about ${other}`, 'write two rules');
        }
        return;
      }
      for (const field of ['apiGroups', 'resources']) {
        if (!has(field)) {
          report.fail(['rules', i, field], `the rule says no ${field}`);
        }
      }
    });
  },
};
