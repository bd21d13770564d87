import { type Resource, type YamlObject, listOr, objectOr } from './resource';

/** A Secret or ConfigMap that a controller makes from another object, and its keys. */
export interface Made {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly keys: readonly string[] | 'any';
}

const MAKERS: Readonly<Record<string, (manifest: YamlObject) => Made | undefined>> = {
  'external-secrets.io/ExternalSecret': fromExternalSecret,
  'bitnami.com/SealedSecret': fromSealedSecret,
  'cert-manager.io/Certificate': (manifest) =>
    secret(objectOr(manifest['spec'])['secretName'], ['tls.crt', 'tls.key', 'ca.crt']),
  'secrets.hashicorp.com/VaultStaticSecret': fromVault,
  'secrets.hashicorp.com/VaultDynamicSecret': fromVault,
  'secrets.hashicorp.com/VaultPKISecret': fromVault,
};

/** What the controllers of well-known kinds make of an object. None of these kinds needs a schema here. */
export function madeFrom({ ref, manifest }: Resource): Made | undefined {
  return MAKERS[`${ref.apiVersion.split('/')[0]}/${ref.kind}`]?.(manifest);
}

/** Keys that Kubernetes adds to the Secret of a ServiceAccount's token. */
export function addedKeys(manifest: YamlObject): readonly string[] {
  return manifest['type'] === 'kubernetes.io/service-account-token' ? ['token', 'ca.crt', 'namespace'] : [];
}

/** ConfigMaps that are in every namespace. */
export const EVERYWHERE: ReadonlyMap<string, readonly string[]> = new Map([['kube-root-ca.crt', ['ca.crt']]]);

function fromExternalSecret(manifest: YamlObject): Made | undefined {
  const { target, data, dataFrom } = objectOr(manifest['spec']);
  const { name, creationPolicy, template } = objectOr(target);
  if (creationPolicy === 'None' || creationPolicy === 'Merge') {
    return undefined;
  }
  const { data: rendered, templateFrom } = objectOr(template);
  const open = dataFrom !== undefined || templateFrom !== undefined;
  const keys = [...listOr(data).map((one) => String(one['secretKey'])), ...Object.keys(objectOr(rendered))];
  return secret(name ?? objectOr(manifest['metadata'])['name'], open ? 'any' : keys);
}

function fromSealedSecret(manifest: YamlObject): Made | undefined {
  const { encryptedData, template } = objectOr(manifest['spec']);
  const { data, metadata } = objectOr(template);
  return secret(objectOr(metadata)['name'] ?? objectOr(manifest['metadata'])['name'], [
    ...Object.keys(objectOr(encryptedData)),
    ...Object.keys(objectOr(data)),
  ]);
}

function fromVault(manifest: YamlObject): Made | undefined {
  return secret(objectOr(objectOr(manifest['spec'])['destination'])['name'], 'any');
}

function secret(name: unknown, keys: Made['keys']): Made | undefined {
  return typeof name === 'string' ? { kind: 'Secret', name, keys } : undefined;
}
