import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

const RBAC = 'rbac.authorization.k8s.io/v1';

/** A role names what it gives. */
export const roleWildcards: PolicyRule = {
  name: 'role-wildcards',
  family: 'security',
  severity: 'error',
  kinds: [`${RBAC}/Role`, `${RBAC}/ClusterRole`],
  summary: 'no role gives everything, the reading of all Secrets, or the way to more rights',
  why: "A '*' also gives what the next release of Kubernetes adds; whoever lists Secrets has every password, and exec is a shell in the database (kubernetes.io, RBAC Good Practices).",
  remediation: 'name the groups, resources and verbs, and resourceNames for Secrets',
  example: () =>
    example(
      [object(RBAC, 'Role', 'drill', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] })],
      'rules[0].verbs[0]',
      '*',
    ),
  check(resource, _, report) {
    listOr(resource.manifest['rules']).forEach((rule, i) => {
      for (const field of ['apiGroups', 'resources', 'verbs']) {
        if (Array.isArray(rule[field]) && rule[field].includes('*')) {
          report.fail(['rules', i, field], `'*' gives everything there is and will be`);
        }
      }
      const resources = (rule['resources'] ?? []) as readonly string[];
      const verbs = (rule['verbs'] ?? []) as readonly string[];
      if (
        resources.includes('secrets') &&
        rule['resourceNames'] === undefined &&
        verbs.some((verb) => ['get', 'list', 'watch'].includes(verb))
      ) {
        report.fail(['rules', i, 'resources'], 'it reads every Secret, not only those that it needs');
      }
      if (resources.includes('pods/exec')) {
        report.fail(['rules', i, 'resources'], 'exec into a pod is a shell with all its secrets');
      }
      for (const verb of verbs.filter((one) => ['escalate', 'bind', 'impersonate'].includes(one))) {
        report.fail(['rules', i, 'verbs'], `'${verb}' is the way to any right`);
      }
    });
  },
};
