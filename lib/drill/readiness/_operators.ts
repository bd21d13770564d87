import type { KubernetesClient, KubernetesObject } from '../runner/kubernetes';
import type { Look } from './_look';
import { minorOf } from './_nodes';
import type { ReadinessConfig } from '../runner/config';

interface Definition extends KubernetesObject {
  readonly spec: { readonly versions: readonly { readonly name: string; readonly served: boolean }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Deployment extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'] & { readonly generation?: number };
  readonly spec: {
    readonly replicas?: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
  readonly status?: { readonly availableReplicas?: number; readonly observedGeneration?: number };
}

/** Definitions served, operators available: without either, nobody promotes a standby. Returns the operator's version. */
export async function lookAtOperators(
  look: Look,
  kubernetes: KubernetesClient,
  expected: ReadinessConfig,
): Promise<string | null> {
  // prettier-ignore
  for (const [name, version] of Object.entries(expected.crds)) {
    await lookAtDefinition(look, kubernetes, name, version);
  }
  const images: string[] = [];
  const unread: string[] = [];
  for (const name of expected.deployments) {
    const read = await lookAtDeployment(look, kubernetes, expected.operatorNamespace, name);
    if (read === undefined) {
      unread.push(name);
    }
    images.push(...(read ?? []));
  }
  const wanted = `CloudNativePG ${expected.cloudNativePg}`;
  const image = images.find((i) => /(^|\/)cloudnative-pg(:|@|$)/.test(i));
  const tag = image === undefined ? undefined : /:v?(\d+\.\d+[^@]*)/.exec(image.slice(image.lastIndexOf('/')))?.[1];
  if (image === undefined && unread.length > 0) {
    await look.read([['operator-version', wanted]], () => Promise.reject(new Error(`${unread.join(', ')} could not be read`))); // prettier-ignore
  } else {
    const seen = image === undefined ? `no Deployment of ${expected.deployments.join(', ')} runs an image cloudnative-pg` : (tag ?? `no version in ${image}`); // prettier-ignore
    look.check('operator-version', tag !== undefined && minorOf(tag) === expected.cloudNativePg, wanted, seen);
  }
  return tag ?? null;
}

async function lookAtDefinition(
  look: Look,
  kubernetes: KubernetesClient,
  name: string,
  version: string,
): Promise<void> {
  const check = `crd-${name}`;
  const wanted = `${name} serves ${version}`;
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  const read = await look.read([[check, wanted]], async () => (await kubernetes.find<Definition>(path)) ?? null);
  if (read === undefined) {
    return;
  }
  const served = read?.spec.versions.filter((v) => v.served).map((v) => v.name) ?? [];
  const established = read?.status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True') === true;
  const seen = read === null ? 'is not installed' : `serves ${served.join(', ') || 'nothing'}${established ? '' : ', not established'}`; // prettier-ignore
  look.check(check, established && served.includes(version), wanted, seen);
  look.found(`crd ${name}`, { state: seen });
}

/** The images of a Deployment; none where it is missing, undefined where it could not be read. */
async function lookAtDeployment(
  look: Look,
  kubernetes: KubernetesClient,
  namespace: string,
  name: string,
): Promise<readonly string[] | undefined> {
  // prettier-ignore
  const check = `deployment-${name}`;
  const wanted = `${namespace}/${name} with all replicas available: failover waits for it`;
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const read = await look.read([[check, wanted]], async () => (await kubernetes.find<Deployment>(path)) ?? null);
  if (read === undefined) {
    return undefined;
  }
  if (read === null) {
    look.check(check, false, wanted, 'is missing');
    return [];
  }
  const replicas = read.spec.replicas ?? 1;
  const available = read.status?.availableReplicas ?? 0;
  const current = (read.status?.observedGeneration ?? 0) >= (read.metadata.generation ?? 0);
  const seen = `${available} of ${replicas} available${current ? '' : ', status out of date'}`;
  const images = read.spec.template.spec.containers.map((c) => c.image);
  look.check(check, current && replicas > 0 && available >= replicas, wanted, seen);
  look.found(`deployment ${namespace}/${name}`, { state: seen, image: images.join(', ') });
  return images;
}
