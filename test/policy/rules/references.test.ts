import { describe, expect, it } from 'vitest';
import { valueAt } from '../../../lib/policy/_path';
import { checkManifests } from '../../../lib/policy/check';
import type { PlatformFacts } from '../../../lib/policy/platform-facts';
import { rules } from '../../../lib/policy/registry';
import { cluster, container, deployment, merge, object, service } from '../../../lib/policy/rules/_examples';

const REFERRING = [
  'class-exists',
  'config-map-exists',
  'config-map-key-exists',
  'scale-target-exists',
  'secret-exists',
  'secret-key-exists',
  'service-account-exists',
  'service-exists',
  'storage-class-known',
];
const some = rules.filter((rule) => REFERRING.includes(rule.name));

/** Rule and place of each finding; a place that is not in the object is a mistake of the rule. */
function judge(objects: readonly unknown[], platform: PlatformFacts = {}): string[] {
  const { findings } = checkManifests(
    objects.map((manifest) => ({ manifest })),
    { rules: some, platform },
  );
  return findings.map(({ rule, path, segments, object: at }) => {
    const one = objects.find((each) => (each as { kind: string }).kind === at.kind);
    const there = valueAt(one, segments) === undefined ? ' (no such place)' : '';
    return `${rule} ${path}${there}`;
  });
}

const secret = (data: object, name = 'there') => object('v1', 'Secret', name, { data });
const auth = secret({ username: '', password: '' });
const pair = secret({ 'tls.crt': '', 'tls.key': '' }, 'pair');
const initdb = (name: string) => cluster({ bootstrap: { initdb: { database: 'a', owner: 'a', secret: { name } } } });
const pooler = (pgbouncer: object, spec: object = {}) =>
  object('postgresql.cnpg.io/v1', 'Pooler', 'pool', {
    spec: {
      cluster: { name: 'db' },
      instances: 2,
      type: 'rw',
      pgbouncer: { poolMode: 'session', ...pgbouncer },
      ...spec,
    },
  });
const monitor = (endpoint: object) =>
  object('monitoring.coreos.com/v1', 'PodMonitor', 'db', {
    spec: { selector: {}, podMetricsEndpoints: [{ port: 'metrics', ...endpoint }] },
  });
const unit = (spec: object) =>
  object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'shop', {
    spec: { interval: '30m', prune: true, path: './x', sourceRef: { kind: 'GitRepository', name: 'x' }, ...spec },
  });
const ingress = (name: string, port: object) =>
  object('networking.k8s.io/v1', 'Ingress', 'web', {
    spec: {
      rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port } } }] } }],
    },
  });
const stateful = (spec: object) =>
  object('apps/v1', 'StatefulSet', 'queue', {
    spec: {
      serviceName: 'web',
      selector: { matchLabels: { app: 'queue' } },
      template: { metadata: { labels: { app: 'queue' } }, spec: { containers: [container()] } },
      ...spec,
    },
  });
const priority = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'there' },
  value: 1,
};
const runtime = { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'there' }, handler: 'x' };
const claim = (storageClassName: string) => ({
  volumeClaimTemplates: [
    {
      metadata: { name: 'data' },
      spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ],
});
const classes: PlatformFacts = { storageClasses: { there: 'replicated', local: 'nodeLocal' } };

/** What a reference is written in, given the name; what is there; where a wrong name is found. */
const NAMES: readonly (readonly [string, (name: string) => object, readonly object[], string, PlatformFacts?])[] = [
  ['the owner', initdb, [auth], 'secret-exists spec.bootstrap.initdb.secret.name'],
  [
    'a certificate of the Cluster',
    (name) => cluster({ certificates: { serverCASecret: name } }),
    [secret({ 'ca.crt': '' })],
    'secret-exists spec.certificates.serverCASecret',
  ],
  [
    'a variable of the Cluster',
    (name) => cluster({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name, key: 'username' } } }] }),
    [auth],
    'secret-exists spec.env[A].valueFrom.secretKeyRef.name',
  ],
  [
    'a projected volume of the Cluster',
    (name) => cluster({ projectedVolumeTemplate: { sources: [{ secret: { name } }] } }),
    [auth],
    'secret-exists spec.projectedVolumeTemplate.sources[0].secret.name',
  ],
  [
    'the query user of a Pooler',
    (name) => pooler({ authQuery: 'SELECT 1', authQuerySecret: { name } }),
    [auth],
    'secret-exists spec.pgbouncer.authQuerySecret.name',
  ],
  [
    'the ServiceAccount of a Pooler',
    (name) => pooler({}, { serviceAccountName: name }),
    [object('v1', 'ServiceAccount', 'there')],
    'service-account-exists spec.serviceAccountName',
  ],
  [
    'the user of a monitor',
    (name) =>
      monitor({ basicAuth: { username: { name, key: 'username' }, password: { name: 'there', key: 'password' } } }),
    [auth],
    'secret-exists spec.podMetricsEndpoints[metrics].basicAuth.username.name',
  ],
  [
    'the credentials of a monitor',
    (name) => monitor({ authorization: { credentials: { name, key: 'password' } } }),
    [auth],
    'secret-exists spec.podMetricsEndpoints[metrics].authorization.credentials.name',
  ],
  [
    'the registry of a ServiceAccount',
    (name) => object('v1', 'ServiceAccount', 'web', { imagePullSecrets: [{ name }] }),
    [auth],
    'secret-exists imagePullSecrets[*].name',
  ],
  [
    'the variables of a unit',
    (name) => unit({ postBuild: { substituteFrom: [{ kind: 'Secret', name }] } }),
    [auth],
    'secret-exists spec.postBuild.substituteFrom[*].name',
  ],
  [
    'the cluster of a unit',
    (name) => unit({ kubeConfig: { secretRef: { name } } }),
    [auth],
    'secret-exists spec.kubeConfig.secretRef.name',
  ],
  [
    'the Service of an Ingress',
    (name) => ingress(name === 'there' ? 'web' : name, { name: 'http' }),
    [service()],
    'service-exists spec.rules[0].http.paths[0].backend.service.name',
  ],
  [
    'the Service of a StatefulSet',
    (name) => stateful({ serviceName: name === 'there' ? 'web' : name }),
    [service()],
    'service-exists spec.serviceName',
  ],
  [
    'what an autoscaler scales',
    (name) =>
      object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
        spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name } },
      }),
    [deployment({}, {}, 'there')],
    'scale-target-exists spec.scaleTargetRef.name',
  ],
  [
    'a priority',
    (name) => deployment({ priorityClassName: name }),
    [priority],
    'class-exists spec.template.spec.priorityClassName',
  ],
  [
    'the priority of the database',
    (name) => cluster({ priorityClassName: name }),
    [priority],
    'class-exists spec.priorityClassName',
  ],
  [
    'a runtime',
    (name) => deployment({ runtimeClassName: name }),
    [runtime],
    'class-exists spec.template.spec.runtimeClassName',
  ],
  [
    'the StorageClass of a tablespace',
    (storageClass) => cluster({ tablespaces: [{ name: 'old', storage: { size: '1Gi', storageClass } }] }),
    [],
    'storage-class-known spec.tablespaces[old].storage.storageClass',
    classes,
  ],
  [
    'the StorageClass of a claim template',
    (name) => stateful(claim(name)),
    [service()],
    'storage-class-known spec.volumeClaimTemplates[0].spec.storageClassName',
    classes,
  ],
  [
    'the certificate of an Ingress',
    (name) =>
      object('networking.k8s.io/v1', 'Ingress', 'web', {
        spec: {
          tls: [{ secretName: name === 'there' ? 'pair' : name }],
          defaultBackend: { service: { name: 'web', port: { number: 80 } } },
        },
      }),
    [pair, service()],
    'secret-exists spec.tls[0].secretName',
  ],
];

describe('a name leads somewhere:', () => {
  it.each(NAMES.map((row) => ({ what: row[0], row })))(
    '$what',
    ({ row: [, referring, others, place, platform = {}] }) => {
      expect(judge([referring('there'), ...others], platform)).toEqual([]);
      const where = judge([referring('missing'), ...others], platform).map((line) =>
        line.replace(/\[\w+\](?=\.name$)/, '[*]'),
      );
      expect(where).toEqual([place.replace(/\[\w+\](?=\.name$)/, '[*]')]);
    },
  );

  it('and where nothing of its kind is known, it may be in another repository', () => {
    expect(
      judge([deployment({ priorityClassName: 'x', runtimeClassName: 'x' }), ingress('x', { number: 80 })]),
    ).toEqual([]);
  });
});

describe('a key that is read is there:', () => {
  it('username and password of an owner', () => {
    const typos = { user: '', passwrd: '' };
    const findings = checkManifests(
      [initdb('there'), secret(typos)].map((manifest) => ({ manifest })),
      { rules: some },
    ).findings.filter(({ rule }) => rule === 'secret-key-exists');
    expect(findings.map(({ path, message, fix }) => `${path}: ${message}; ${fix}`)).toEqual([
      "spec.bootstrap.initdb.secret.name: Secret 'there' has no key 'username'; it has user, passwrd; add the key 'username'",
      "spec.bootstrap.initdb.secret.name: Secret 'there' has no key 'password'; it has user, passwrd; add the key 'password'",
    ]);
    expect(judge([initdb('there'), auth])).toEqual([]);
  });

  it('the certificate of a Cluster and its key', () => {
    const of = (data: object) => judge([cluster({ certificates: { serverTLSSecret: 'there' } }), secret(data)]);
    expect(of({ 'tls.crt': '', 'tls.key': '' })).toEqual([]);
    expect(of({ 'tls.crt': '' })).toEqual(['secret-key-exists spec.certificates.serverTLSSecret']);
  });

  it('an item of a volume, and a missing Secret is told once, however many items are read from it', () => {
    const of = (secretName: string, key: string) =>
      judge([
        deployment({
          volumes: [
            {
              name: 'v',
              secret: {
                secretName,
                items: [
                  { key: 'username', path: 'u' },
                  { key, path: 'p' },
                ],
              },
            },
          ],
        }),
        auth,
      ]);
    const at = 'spec.template.spec.volumes[v].secret';
    expect(of('there', 'password')).toEqual([]);
    expect(of('there', 'passwd')).toEqual([`secret-key-exists ${at}.items[passwd].key`]);
    expect(of('missing', 'password')).toEqual([`secret-exists ${at}.secretName`]);
  });

  it('the port that an Ingress asks', () => {
    expect(judge([ingress('web', { number: 80 }), service()])).toEqual([]);
    expect(judge([ingress('web', { number: 8080 }), service()])).toEqual([
      'service-exists spec.rules[0].http.paths[0].backend.service.port.number',
    ]);
  });

  it('but not where cert-manager makes the Secret, and not where it is optional', () => {
    const issued = merge(
      object('networking.k8s.io/v1', 'Ingress', 'web', {
        spec: { tls: [{ secretName: 'web-tls' }], rules: [{ host: 'shop.example.org' }] },
      }),
      { metadata: { annotations: { 'cert-manager.io/cluster-issuer': 'x' } } },
    );
    expect(judge([issued, auth])).toEqual([]);
    const optional = [{ name: 'v', secret: { secretName: 'missing', optional: true } }];
    expect(judge([deployment({ volumes: optional }), auth])).toEqual([]);
  });
});
