import type { Manifest } from '../../lib';
import type { Rule } from './fake-kubernetes';

/**
 * What a ServiceAccount may do by the manifests as they are written: the rules of every Role that a binding gives it, one
 * rule for each verb and resource, so that a test can tell which of them nobody uses.
 */
export function rightsOf(manifests: readonly Manifest[], account: { name: string; namespace: string }): Rule[] {
  const roles = manifests.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole') as any[];
  const bindings = manifests.filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding') as any[];
  return bindings
    .filter(({ subjects }) =>
      subjects.some(
        (one: any) => one.kind === 'ServiceAccount' && one.name === account.name && one.namespace === account.namespace,
      ),
    )
    .flatMap(({ kind, metadata: { namespace }, roleRef }) => {
      const role = roles.find(
        (one) =>
          one.kind === roleRef.kind &&
          one.metadata.name === roleRef.name &&
          (one.kind === 'ClusterRole' || one.metadata.namespace === namespace),
      );
      return (role?.rules ?? []).flatMap((rule: Rule) =>
        rule.resources.flatMap((resource) =>
          rule.verbs.map((verb) => ({
            ...rule,
            resources: [resource],
            verbs: [verb],
            ...(kind === 'RoleBinding' && { namespace }),
          })),
        ),
      );
    });
}

/** `delete pods`: a rule in words. */
export function ruleText({ verbs, resources, namespace }: Rule): string {
  return `${verbs.join(',')} ${resources.join(',')}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
