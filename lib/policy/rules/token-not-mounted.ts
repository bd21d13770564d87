import { WORKLOADS } from '../_pods';
import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import type { World } from '../world';
import { deployment, example } from './_examples';

/** Pods that need no rights have no token. */
export const tokenNotMounted: PolicyRule = {
  name: 'token-not-mounted',
  family: 'security',
  severity: 'warning',
  kinds: WORKLOADS,
  summary: 'only pods whose ServiceAccount has rights mount its token',
  why: 'A token in a pod that does not need it is the first thing that an intruder uses (kubernetes.io, Configure Service Accounts for Pods).',
  remediation: 'write automountServiceAccountToken: false in the pod',
  example: () =>
    example(
      [deployment({ automountServiceAccountToken: false })],
      'spec.template.spec.automountServiceAccountToken',
      true,
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    const account = String(pods?.spec?.['serviceAccountName'] ?? 'default');
    const own = world.find('ServiceAccount', resource.namespace, account)?.manifest[
      'automountServiceAccountToken'
    ] as unknown;
    if (pods?.spec === undefined || (pods.spec['automountServiceAccountToken'] ?? own) === false) {
      return;
    }
    const bound = world.once(accountsWithRights).has(`${resource.namespace}/${account}`);
    if (!bound) {
      report.fail(
        [...pods.path, 'automountServiceAccountToken'],
        `the token of ServiceAccount '${account}', which has no rights here, lies in every pod`,
      );
    }
  },
};

/** `namespace/name` of every ServiceAccount that a binding names. */
function accountsWithRights(world: World): ReadonlySet<string> {
  const bindings = ['RoleBinding', 'ClusterRoleBinding'].flatMap((kind) =>
    world.all(`rbac.authorization.k8s.io/v1/${kind}`),
  );
  return new Set(
    bindings.flatMap((binding) =>
      listOr(binding.manifest['subjects']).map(
        (subject) => `${subject['namespace'] ?? binding.namespace}/${subject['name']}`,
      ),
    ),
  );
}
