import { minor } from '../versions';
import type { KindEntry } from './_catalog';
import { distance, nearest } from './_suggest';

/** What is known of a kind that has no schema here. */
export interface UnknownKind {
  /** One sentence, lower case, without a final period. */
  readonly message: string;
  readonly fix: string;
  /** Whether it may be right, and only nobody here can tell. */
  readonly advisory: boolean;
}

/** Groups of Kubernetes itself: whatever is in them, no CustomResourceDefinition put it there. */
const KUBERNETES = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'extensions',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

/** API versions that Kubernetes served once, and the first version without them (kubernetes.io, Deprecated API Migration Guide). */
const GONE: Readonly<Record<string, string>> = {
  'admissionregistration.k8s.io/v1beta1/MutatingWebhookConfiguration': '1.22',
  'admissionregistration.k8s.io/v1beta1/ValidatingWebhookConfiguration': '1.22',
  'apiextensions.k8s.io/v1beta1': '1.22',
  'apiregistration.k8s.io/v1beta1': '1.22',
  'apps/v1beta1': '1.16',
  'apps/v1beta2': '1.16',
  'autoscaling/v2beta1': '1.25',
  'autoscaling/v2beta2': '1.26',
  'batch/v1beta1': '1.25',
  'batch/v2alpha1': '1.21',
  'coordination.k8s.io/v1beta1/Lease': '1.22',
  'discovery.k8s.io/v1beta1': '1.25',
  'extensions/v1beta1': '1.16',
  'extensions/v1beta1/Ingress': '1.22',
  'networking.k8s.io/v1beta1/Ingress': '1.22',
  'networking.k8s.io/v1beta1/IngressClass': '1.22',
  'node.k8s.io/v1beta1': '1.25',
  'policy/v1beta1': '1.25',
  'rbac.authorization.k8s.io/v1alpha1': '1.22',
  'rbac.authorization.k8s.io/v1beta1': '1.22',
  'scheduling.k8s.io/v1alpha1': '1.22',
  'scheduling.k8s.io/v1beta1': '1.22',
  'storage.k8s.io/v1beta1/CSIDriver': '1.22',
  'storage.k8s.io/v1beta1/StorageClass': '1.22',
};

/** More letters than these wrong, and another group or kind was meant: there are many of the same name. */
const MAX_EDITS = 2;

/**
 * Why there is no schema for a kind: misspelt, gone from Kubernetes, or only not known here. Only what the API server is
 * sure to refuse is more than advice, because there are operators with kinds of every name.
 */
export function unknownKind(
  apiVersion: string,
  kind: string,
  kinds: ReadonlyMap<string, KindEntry>,
  target: string,
): UnknownKind {
  const [group, version] = split(apiVersion);
  const homes = [...kinds.keys()]
    .flatMap((id) => (id.endsWith(`/${kind}`) ? id.slice(0, -kind.length - 1) : []))
    .sort();
  const nothing = 'so nothing in it is checked';

  const gone = GONE[`${apiVersion}/${kind}`] ?? GONE[apiVersion];
  if (gone !== undefined) {
    const fix = homes.length > 0 ? writeVersion(homes) : 'find out what replaced it, or remove it';
    return minor(target) >= minor(gone)
      ? { message: `Kubernetes ${gone} and later have no ${kind} of '${apiVersion}'`, fix, advisory: false }
      : { message: `${kind} of '${apiVersion}' ends with Kubernetes ${gone}, ${nothing}`, fix, advisory: true };
  }

  const siblings = [...kinds.keys()].flatMap((id) =>
    id.startsWith(`${apiVersion}/`) ? id.slice(apiVersion.length + 1) : [],
  );
  const meant = nearest(kind, siblings, MAX_EDITS);
  if (meant !== undefined) {
    return { message: `there is no kind '${kind}' of '${apiVersion}'`, fix: `write kind: ${meant}`, advisory: false };
  }

  const versions = homes.filter((home) => split(home)[0] === group);
  if (versions.length > 0) {
    const wrong =
      !/^v[1-9]\d*((alpha|beta)[1-9]\d*)?$/.test(version) || (KUBERNETES.has(group) && /^v\d+$/.test(version));
    return wrong
      ? { message: `there is no ${kind} of '${apiVersion}'`, fix: writeVersion(versions), advisory: false }
      : {
          message: `no schema known for ${kind} of '${apiVersion}', ${nothing}; there is one of '${versions.join("', '")}'`,
          fix: `${writeVersion(versions)} if the cluster serves it`,
          advisory: true,
        };
  }

  // A group without a dot cannot be a CustomResourceDefinition's.
  const impossible = KUBERNETES.has(group) || !group.includes('.');
  const near = homes.filter((home) => impossible || distance(group, split(home)[0], MAX_EDITS) <= MAX_EDITS);
  return near.length > 0
    ? { message: `there is no kind '${kind}' of '${apiVersion}'`, fix: writeVersion(near), advisory: false }
    : {
        message: `no schema known for kind '${kind}' of '${apiVersion}', ${nothing}`,
        fix: 'give its CustomResourceDefinition: --crds of phoenix check, customResources in an app',
        advisory: true,
      };
}

/** The newest version of each group. */
function writeVersion(homes: readonly string[]): string {
  const newest = new Map(homes.map((home) => [split(home)[0], home] as const));
  return `write apiVersion: ${[...newest.values()].join(' or ')}`;
}

function split(apiVersion: string): [group: string, version: string] {
  const at = apiVersion.lastIndexOf('/');
  return at < 0 ? ['', apiVersion] : [apiVersion.slice(0, at), apiVersion.slice(at + 1)];
}
