import { containersOf, podsOf } from '../_pods';
import type { PathSegment } from '../_path';
import { type Resource, type YamlObject, isObject, listOr, objectOr } from '../resource';

/** A name in one object that points to another. */
export interface Reference {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  /** The key that is read; absent where the whole object is. */
  readonly key?: string;
  /** Where the name is written; the key is its neighbour. */
  readonly path: readonly PathSegment[];
}

/** Fields of custom resources that hold a selector `{name, key}`, as a pattern: `*` is every item or entry. */
const SELECTORS: Readonly<Record<string, readonly (readonly [Reference['kind'], string])[]>> = {
  'postgresql.cnpg.io/v1/Cluster': [
    ['Secret', 'spec.externalClusters.*.password'],
    ['Secret', 'spec.externalClusters.*.sslCert'],
    ['Secret', 'spec.externalClusters.*.sslKey'],
    ['Secret', 'spec.externalClusters.*.sslRootCert'],
    ['Secret', 'spec.bootstrap.*.secret'],
    ['Secret', 'spec.superuserSecret'],
    ['Secret', 'spec.managed.roles.*.passwordSecret'],
    ['Secret', 'spec.monitoring.customQueriesSecret.*'],
    ['ConfigMap', 'spec.monitoring.customQueriesConfigMap.*'],
    ['ConfigMap', 'spec.bootstrap.initdb.postInitSQLRefs.configMapRefs.*'],
    ['ConfigMap', 'spec.bootstrap.initdb.postInitApplicationSQLRefs.configMapRefs.*'],
    ['Secret', 'spec.imagePullSecrets.*'],
  ],
  'postgresql.cnpg.io/v1/DatabaseRole': [['Secret', 'spec.passwordSecret']],
  'barmancloud.cnpg.io/v1/ObjectStore': [
    ['Secret', 'spec.configuration.endpointCA'],
    ['Secret', 'spec.configuration.s3Credentials.*'],
    ['Secret', 'spec.configuration.azureCredentials.*'],
    ['Secret', 'spec.configuration.googleCredentials.*'],
  ],
  'monitoring.coreos.com/v1/ServiceMonitor': [
    ['Secret', 'spec.endpoints.*.basicAuth.*'],
    ['Secret', 'spec.endpoints.*.bearerTokenSecret'],
    ['Secret', 'spec.endpoints.*.tlsConfig.ca.secret'],
  ],
  'monitoring.coreos.com/v1/PodMonitor': [['Secret', 'spec.podMetricsEndpoints.*.tlsConfig.ca.secret']],
  'kustomize.toolkit.fluxcd.io/v1/Kustomization': [['Secret', 'spec.decryption.secretRef']],
  'source.toolkit.fluxcd.io/v1/GitRepository': [['Secret', 'spec.secretRef']],
  'source.toolkit.fluxcd.io/v1/OCIRepository': [['Secret', 'spec.secretRef']],
  'notification.toolkit.fluxcd.io/v1beta3/Provider': [['Secret', 'spec.secretRef']],
};

/** Basic-auth Secrets are read by these two keys, whatever the field says. */
const BASIC_AUTH = /bootstrap\.[a-z_]+\.secret$|passwordSecret$|superuserSecret$/;

/** Kinds that can refer to a Secret or a ConfigMap. */
export const REFERRERS = [
  ...Object.keys(SELECTORS),
  'apps/v1/DaemonSet',
  'apps/v1/Deployment',
  'apps/v1/ReplicaSet',
  'apps/v1/StatefulSet',
  'batch/v1/CronJob',
  'batch/v1/Job',
  'v1/Pod',
  'networking.k8s.io/v1/Ingress',
];

const found = new WeakMap<Resource, readonly Reference[]>();

/** Every Secret and ConfigMap that an object needs to be there. Optional ones are left out. */
export function referencesOf(resource: Resource): readonly Reference[] {
  const known = found.get(resource) ?? collect(resource);
  found.set(resource, known);
  return known;
}

function collect(resource: Resource): readonly Reference[] {
  const out: Reference[] = [];
  for (const [kind, pattern] of SELECTORS[resource.id] ?? []) {
    const steps = pattern.split('.');
    each(resource.effective, steps, [], (value, path) => {
      if (typeof value['name'] !== 'string') {
        return;
      }
      out.push({ kind, name: value['name'], path, ...keyOf(value['key']) });
      if (BASIC_AUTH.test(pattern)) {
        out.push({ kind, name: value['name'], path, key: 'password' });
      }
    });
  }
  listOr(resource.id.endsWith('/Ingress') ? resource.spec['tls'] : []).forEach((tls, i) => {
    if (typeof tls['secretName'] === 'string') {
      out.push({ kind: 'Secret', name: tls['secretName'], path: ['spec', 'tls', i, 'secretName'], key: 'tls.crt' });
    }
  });
  const pods = podsOf(resource);
  if (pods?.spec !== undefined) {
    podReferences(pods.spec, pods.path, out);
  }
  return out;
}

function podReferences(spec: YamlObject, at: readonly PathSegment[], out: Reference[]): void {
  for (const { container, path } of containersOf(spec)) {
    listOr(container['env']).forEach((env, i) => {
      const from = objectOr(env['valueFrom']);
      selector('Secret', from['secretKeyRef'], [...at, ...path, 'env', i, 'valueFrom', 'secretKeyRef'], out);
      selector('ConfigMap', from['configMapKeyRef'], [...at, ...path, 'env', i, 'valueFrom', 'configMapKeyRef'], out);
    });
    listOr(container['envFrom']).forEach((from, i) => {
      selector('Secret', from['secretRef'], [...at, ...path, 'envFrom', i, 'secretRef'], out);
      selector('ConfigMap', from['configMapRef'], [...at, ...path, 'envFrom', i, 'configMapRef'], out);
    });
  }
  listOr(spec['imagePullSecrets']).forEach((ref, i) => selector('Secret', ref, [...at, 'imagePullSecrets', i], out));
  listOr(spec['volumes']).forEach((volume, i) => {
    volumeSource('Secret', volume['secret'], 'secretName', [...at, 'volumes', i, 'secret'], out);
    volumeSource('ConfigMap', volume['configMap'], 'name', [...at, 'volumes', i, 'configMap'], out);
    listOr(objectOr(volume['projected'])['sources']).forEach((source, j) => {
      const path = [...at, 'volumes', i, 'projected', 'sources', j];
      volumeSource('Secret', source['secret'], 'name', [...path, 'secret'], out);
      volumeSource('ConfigMap', source['configMap'], 'name', [...path, 'configMap'], out);
    });
  });
}

function selector(kind: Reference['kind'], ref: unknown, path: readonly PathSegment[], out: Reference[]): void {
  if (isObject(ref) && typeof ref['name'] === 'string' && ref['optional'] !== true) {
    out.push({ kind, name: ref['name'], path, ...keyOf(ref['key']) });
  }
}

function volumeSource(
  kind: Reference['kind'],
  source: unknown,
  field: string,
  path: readonly PathSegment[],
  out: Reference[],
): void {
  if (!isObject(source) || typeof source[field] !== 'string' || source['optional'] === true) {
    return;
  }
  const name = source[field];
  out.push({ kind, name, path });
  listOr(source['items']).forEach((item, i) => {
    out.push({ kind, name, path: [...path, 'items', i], ...keyOf(item['key']) });
  });
}

function keyOf(key: unknown): { key?: string } {
  return typeof key === 'string' ? { key } : {};
}

function each(
  value: unknown,
  steps: readonly string[],
  path: readonly PathSegment[],
  found: (value: YamlObject, path: readonly PathSegment[]) => void,
): void {
  const [step, ...rest] = steps;
  if (step === undefined) {
    if (isObject(value)) {
      found(value, path);
    }
    return;
  }
  if (step === '*' && Array.isArray(value)) {
    value.forEach((item, i) => each(item, rest, [...path, i], found));
  } else if (step === '*' && isObject(value)) {
    Object.keys(value).forEach((key) => each(value[key], rest, [...path, key], found));
  } else if (isObject(value) && value[step] !== undefined) {
    each(value[step], rest, [...path, step], found);
  }
}
