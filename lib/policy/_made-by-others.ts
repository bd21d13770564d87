import { isOfOperator, operatorMade } from './_made-by-operator';
import { type Resource, type YamlObject, listOr, objectOr } from './resource';

/** What a controller makes from another object; keys are those of a Secret or ConfigMap. */
export interface Made {
  readonly kind: 'ConfigMap' | 'Secret' | 'Service' | 'ServiceAccount';
  readonly name: string;
  readonly keys: readonly string[] | 'any';
}

interface Maker {
  readonly group: string;
  from(manifest: YamlObject): readonly Made[];
}

const VAULT: Maker = { group: 'secrets.hashicorp.com', from: fromVault };
const BY_KIND: ReadonlyMap<string, Maker> = new Map([
  ['Certificate', { group: 'cert-manager.io', from: fromCertificate }],
  ['ExternalSecret', { group: 'external-secrets.io', from: fromExternalSecret }],
  ['Ingress', { group: 'networking.k8s.io', from: fromIngress }],
  ['SealedSecret', { group: 'bitnami.com', from: fromSealedSecret }],
  ['VaultDynamicSecret', VAULT],
  ['VaultPKISecret', VAULT],
  ['VaultStaticSecret', VAULT],
]);

const CERTIFICATE = ['tls.crt', 'tls.key', 'ca.crt'];

/** What the controllers of well-known kinds make of an object. Only those of CloudNativePG need a schema here. */
export function madeFrom(resource: Resource): readonly Made[] {
  const { ref, manifest } = resource;
  if (isOfOperator(resource)) {
    return operatorMade(resource);
  }
  const make = BY_KIND.get(ref.kind);
  return make !== undefined && ref.apiVersion.startsWith(`${make.group}/`) ? make.from(manifest) : [];
}

/** Keys that Kubernetes adds to the Secret of a ServiceAccount's token. */
export function addedKeys(manifest: YamlObject): readonly string[] {
  return manifest['type'] === 'kubernetes.io/service-account-token' ? ['token', 'ca.crt', 'namespace'] : [];
}

/** Groups of kinds without a schema here that make no pods. */
const NO_PODS =
  /^(autoscaling\.k8s\.io|bitnami\.com|cert-manager\.io|cilium\.io|external-secrets\.io|gateway\.networking\.k8s\.io|kyverno\.io|metallb\.io|secrets\.hashicorp\.com|traefik\.io)\//;

/** Whether somebody may make pods of an object, of whom nothing is known here. */
export function mayMakePods({ foreign, ref }: Resource): boolean {
  return foreign && !NO_PODS.test(ref.apiVersion);
}

/** ConfigMaps that are in every namespace. */
export const EVERYWHERE: ReadonlyMap<string, readonly string[]> = new Map([['kube-root-ca.crt', ['ca.crt']]]);

function fromExternalSecret(manifest: YamlObject): readonly Made[] {
  const { target, data, dataFrom } = objectOr(manifest['spec']);
  const { name, creationPolicy, template } = objectOr(target);
  if (creationPolicy === 'None' || creationPolicy === 'Merge') {
    return [];
  }
  const { data: rendered, templateFrom } = objectOr(template);
  const open = dataFrom !== undefined || templateFrom !== undefined;
  const keys = [...listOr(data).map((one) => String(one['secretKey'])), ...Object.keys(objectOr(rendered))];
  return secret(name ?? objectOr(manifest['metadata'])['name'], open ? 'any' : keys);
}

function fromSealedSecret(manifest: YamlObject): readonly Made[] {
  const { encryptedData, template } = objectOr(manifest['spec']);
  const { data, metadata } = objectOr(template);
  return secret(objectOr(metadata)['name'] ?? objectOr(manifest['metadata'])['name'], [
    ...Object.keys(objectOr(encryptedData)),
    ...Object.keys(objectOr(data)),
  ]);
}

function fromCertificate(manifest: YamlObject): readonly Made[] {
  return secret(objectOr(manifest['spec'])['secretName'], CERTIFICATE);
}

/** cert-manager makes the certificates of an Ingress that names an issuer. */
function fromIngress(manifest: YamlObject): readonly Made[] {
  const annotations = objectOr(objectOr(manifest['metadata'])['annotations']);
  const issued = ['issuer', 'cluster-issuer'].some((name) => annotations[`cert-manager.io/${name}`] !== undefined);
  return issued || annotations['kubernetes.io/tls-acme'] === 'true'
    ? listOr(objectOr(manifest['spec'])['tls']).flatMap((tls) => secret(tls['secretName'], CERTIFICATE))
    : [];
}

function fromVault(manifest: YamlObject): readonly Made[] {
  return secret(objectOr(objectOr(manifest['spec'])['destination'])['name'], 'any');
}

function secret(name: unknown, keys: Made['keys']): readonly Made[] {
  return typeof name === 'string' ? [{ kind: 'Secret', name, keys }] : [];
}
