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
  for (const [name, version] of Object.entries(expected.crds)) {
    await lookAtDefinition(look, kubernetes, name, version);
  }
  const { cloudNativePg, barmanCloudPlugin, deployments } = expected;
  const version = await lookAtProgram(look, kubernetes, expected.operatorNamespace, {
    property: 'operatorDeployment',
    deployment: deployments.operator,
    image: /(^|\/)cloudnative-pg([:@]|$)/,
    check: 'operator-version',
    wanted: { product: 'CloudNativePG', version: cloudNativePg },
  });
  await lookAtProgram(look, kubernetes, expected.operatorNamespace, {
    property: 'pluginDeployment',
    deployment: deployments.plugin,
    image: /(^|\/)plugin-barman-cloud([:@]|$)/,
    check: 'plugin-version',
    ...(barmanCloudPlugin !== undefined && { wanted: { product: 'Barman Cloud plugin', version: barmanCloudPlugin } }),
  });
  return version;
}

interface Program {
  /** Property of the platform that names the Deployment. */
  readonly property: string;
  readonly deployment: string;
  /** How its image is called, to find it beside sidecars. */
  readonly image: RegExp;
  readonly check: string;
  /** Absent where nobody declares a version. */
  readonly wanted?: { readonly product: string; readonly version: string };
}

/** Returns the version in the tag of its image. */
async function lookAtProgram(
  look: Look,
  kubernetes: KubernetesClient,
  namespace: string,
  { property, deployment, image: pattern, check, wanted }: Program,
): Promise<string | null> {
  const images = await lookAtDeployment(look, kubernetes, namespace, deployment, property);
  // A mirror may give it another name; alone, it is the program all the same.
  const image = images?.find((i) => pattern.test(i)) ?? (images?.length === 1 ? images[0] : undefined);
  const tag = image === undefined ? undefined : /:v?(\d+\.\d+[^@]*)/.exec(image.slice(image.lastIndexOf('/')))?.[1];
  if (wanted !== undefined) {
    const text = `${wanted.product} ${wanted.version}`;
    const seen = image === undefined ? `no image of it in Deployment ${deployment}` : (tag ?? `no version in ${image}`);
    await (images === undefined
      ? look.read([[check, text]], () => Promise.reject(new Error(`${deployment} could not be read`)))
      : look.check(check, tag !== undefined && minorOf(tag) === wanted.version, text, seen));
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
  property: string,
): Promise<readonly string[] | undefined> {
  const check = `deployment-${name}`;
  const wanted = `${namespace}/${name} with all replicas available: failover waits for it`;
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const read = await look.read([[check, wanted]], async () => (await kubernetes.find<Deployment>(path)) ?? null);
  if (read === undefined) {
    return undefined;
  }
  if (read === null) {
    look.check(check, false, wanted, `is missing; if it has another name, that is '${property}' of the platform`);
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
