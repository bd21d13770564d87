import type { Construct, IConstruct } from 'constructs';
import { checkDnsLabel } from './_names';
import { refuse } from './_refuse';
import { PrivateNamespace } from './base/private-namespace';
import { Unit } from './gitops/unit';

/** By app: the names of namespaces that services make, and which service makes each. */
const MADE = new WeakMap<IConstruct, Map<string, IConstruct>>();

/** The shared namespace, or a new one in a unit of its own. Two units with one Namespace would undo each other's work. */
export function namespaceFor(service: Construct, namespace: string | PrivateNamespace): PrivateNamespace {
  if (typeof namespace !== 'string') {
    return namespace;
  }
  checkDnsLabel(service, 'namespace', namespace);
  const { root } = service.node;
  const made = MADE.get(root) ?? new Map<string, IConstruct>();
  MADE.set(root, made);
  const other = made.get(namespace);
  if (other !== undefined) {
    refuse(
      service,
      `'namespace' must be one that no other service makes, and '${other.node.path}' makes '${namespace}'; to share it, give ` +
        `the 'privateNamespace' of that service instead of the name`,
    );
  }
  made.set(namespace, service);
  return new PrivateNamespace(new Unit(service, 'base'), 'namespace', { name: namespace });
}
