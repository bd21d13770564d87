import type { Made } from './_made-by-others';
import { type Resource, type YamlObject, listOr, objectOr } from './resource';

const GROUP = 'postgresql.cnpg.io/';
const BASIC_AUTH = ['username', 'password'];
const APP_KEYS = [
  ...BASIC_AUTH,
  'host',
  'port',
  'dbname',
  'user',
  'pgpass',
  'uri',
  'jdbc-uri',
  'fqdn-uri',
  'fqdn-jdbc-uri',
];
const AUTHORITY = ['ca.crt', 'ca.key'];
const PAIR = ['tls.crt', 'tls.key', 'ca.crt'];

/** Whether an object is one of CloudNativePG's own. */
export function isOfOperator({ id }: Resource): boolean {
  return id.startsWith(GROUP);
}

/** What CloudNativePG makes of an object of its own, in the same namespace. */
export function operatorMade(resource: Resource): readonly Made[] {
  const { name } = resource;
  const spec = resource.broken ? {} : resource.spec;
  switch (resource.kind) {
    case 'Cluster':
      return ofCluster(name, spec);
    case 'DatabaseRole':
      return objectOr(spec['clientCertificate'])['enabled'] === true
        ? [{ kind: 'Secret', name: `${name}-client-cert`, keys: PAIR }]
        : [];
    case 'Pooler':
      return [{ kind: 'Service', name, keys: 'any' }];
    default:
      return [];
  }
}

function ofCluster(name: string, spec: YamlObject): readonly Made[] {
  const services = objectOr(objectOr(spec['managed'])['services']);
  const disabled = (services['disabledDefaultServices'] ?? []) as readonly string[];
  const secret = (suffix: string, keys: Made['keys']): Made => ({ kind: 'Secret', name: `${name}-${suffix}`, keys });
  const service = (of: string): Made => ({ kind: 'Service', name: of, keys: 'any' });
  const made = [secret('ca', AUTHORITY), secret('server', PAIR), secret('replication', PAIR)];
  if (objectOr(objectOr(spec['bootstrap'])['initdb'])['secret'] === undefined) {
    made.push(secret('app', APP_KEYS));
  }
  if (spec['enableSuperuserAccess'] === true && spec['superuserSecret'] === undefined) {
    made.push(secret('superuser', APP_KEYS));
  }
  for (const type of ['rw', 'ro', 'r'].filter((one) => !disabled.includes(one))) {
    made.push(service(`${name}-${type}`));
  }
  for (const one of listOr(services['additional'])) {
    made.push(service(String(objectOr(objectOr(one['serviceTemplate'])['metadata'])['name'])));
  }
  return [
    ...made,
    { kind: 'ServiceAccount', name, keys: 'any' },
    { kind: 'ConfigMap', name: 'cnpg-default-monitoring', keys: ['queries'] },
  ];
}
