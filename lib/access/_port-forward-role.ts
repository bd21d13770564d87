import { ApiObject } from 'cdk8s';
import type { OperatorGroup, PrivateAccess } from './private-access';

/**
 * All that `kubectl port-forward service/NAME` needs: it reads the Service, lists the pods that the Service selects,
 * reads the one it chose, and opens the stream. The stream needs `create` with every kubectl and Kubernetes: where the
 * WebSocket's GET is refused, kubectl falls back to SPDY's POST (tried with kubectl 1.32).
 *
 * Pods have no fixed names, so RBAC cannot keep the forward to the pods of one Deployment.
 */
export function portForwardRole(access: PrivateAccess): ApiObject {
  const { api } = access;
  return new ApiObject(access, 'PortForward', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: roleName(access), namespace: api.namespace, labels: api.labels },
    rules: [
      {
        apiGroups: [''],
        resources: ['services'],
        resourceNames: access.parts.map((part) => part.name),
        verbs: ['get'],
      },
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods/portforward'], verbs: ['create'] },
    ],
  });
}

/** Gives the Role to one group. */
export function portForwardBinding(access: PrivateAccess, { name, group }: OperatorGroup): ApiObject {
  const { api } = access;
  return new ApiObject(access, `PortForward-${name}`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `${roleName(access)}-${name}`, namespace: api.namespace, labels: api.labels },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: roleName(access) },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  });
}

/** `state-hub-port-forward`. */
export function roleName(access: PrivateAccess): string {
  return `${access.api.service}-port-forward`;
}
