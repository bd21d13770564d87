import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Flux, type FluxProps } from '../../lib/gitops/flux';
import type { RenderedUnit } from '../../lib/gitops/rendered';
import { crdErrors, defaultsInListItems, hasCrds } from './crd-schema';
import { hasKubectl, kustomize, named, objectsIn, writeTree } from './tree';
import { acyclicUnits, marked, object, service, unit } from './units';

const external = { cnpg: { name: 'cloudnative-pg' }, 'barman-plugin': { namespace: 'cnpg-system' } };

function deliver(units: readonly RenderedUnit[], props: Partial<FluxProps> = {}) {
  const flux = new Flux({ path: './deploy', external, ...props });
  return flux.files(flux.decorate(units));
}

describe('a unit', () => {
  it('becomes a Kustomization that waits, prunes and retries', () => {
    expect(named(deliver(service()), 'Kustomization', 'shop-api')).toEqual({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'shop-api', namespace: 'flux-system', labels: { 'app.kubernetes.io/part-of': 'shop' } },
      spec: {
        interval: '30m',
        retryInterval: '2m',
        timeout: '10m',
        path: './deploy/dist/manifests/shop-api',
        prune: true,
        wait: true,
        sourceRef: { kind: 'GitRepository', name: 'flux-system' },
        dependsOn: [{ name: 'shop-database' }],
      },
    });
  });

  it('with external dependencies names the Kustomizations of their owners', () => {
    const { spec } = named(deliver(service()), 'Kustomization', 'shop-base');

    expect(spec.dependsOn).toEqual([{ name: 'barman-plugin', namespace: 'cnpg-system' }, { name: 'cloudnative-pg' }]);
  });

  it('names a Kustomization once, however often and under however many names the unit does', () => {
    const units = [unit('a', { dependsOnExternal: ['cnpg', 'cnpg', 'operator', 'plugin'] })];
    const more = { cnpg: {}, operator: { name: 'cnpg', namespace: 'flux-system' }, plugin: { namespace: 'other' } };
    const { spec } = named(deliver(units, { external: more }), 'Kustomization', 'a');

    expect(spec.dependsOn).toEqual([{ name: 'cnpg' }, { name: 'plugin', namespace: 'other' }]);
  });

  it('with a folder never prunes it: a line lost there would take the credentials out of the cluster', () => {
    const pruning = objectsIn(deliver(service())).map((x) => [x.metadata.name, x.spec.prune]);

    expect(pruning.filter(([, prune]) => prune === false)).toEqual([['shop-secrets', false]]);
  });

  it('with a folder is the hand-owned one, and the only one that decrypts', () => {
    const files = deliver(service());
    const decrypting = objectsIn(files).filter((x) => x.spec?.decryption !== undefined);

    expect(decrypting.map((x) => [x.metadata.name, x.spec.path, x.spec.decryption])).toEqual([
      ['shop-secrets', './deploy/secrets', { provider: 'sops', secretRef: { name: 'sops-age' } }],
    ]);
  });

  it('that holds data, Namespaces or Secrets leaves them behind when its Kustomization goes', () => {
    const policies = objectsIn(deliver(service())).map((x) => [x.metadata.name, x.spec.deletionPolicy]);

    expect(Object.fromEntries(policies)).toEqual({
      'shop-base': 'Orphan',
      'shop-secrets': 'Orphan',
      'shop-database': 'Orphan',
      'shop-api': undefined,
      'shop-monitoring': undefined,
      'shop-drills': undefined,
    });
  });

  it('has health expressions only where it holds a Cluster or a CronJob', () => {
    const kinds = objectsIn(deliver(service())).map((x) => [
      x.metadata.name,
      x.spec.healthCheckExprs?.map((expr: any) => expr.kind),
    ]);

    expect(kinds.filter(([, found]) => found !== undefined)).toEqual([
      ['shop-database', ['Cluster']],
      ['shop-drills', ['CronJob']],
    ]);
  });

  it('with a database gets the longer timeout and the chosen gate', () => {
    const { spec } = named(deliver(service(), { databaseGate: 'serving' }), 'Kustomization', 'shop-database');

    expect(spec.timeout).toBe('15m');
    expect(spec.healthCheckExprs[0].current).toContain('readyInstances');
  });

  it('at the root of the repository starts with ./', () => {
    const files = deliver(service(), { path: '.' });

    expect(named(files, 'Kustomization', 'shop-api').spec.path).toBe('./dist/manifests/shop-api');
    expect(named(files, 'Kustomization', 'shop-secrets').spec.path).toBe('./secrets');
  });

  it('never uses force, postBuild or targetNamespace', () => {
    fc.assert(
      fc.property(acyclicUnits, (units) => {
        for (const { spec } of objectsIn(deliver([...units, ...service()]))) {
          expect(Object.keys(spec).filter((x) => ['force', 'postBuild', 'targetNamespace'].includes(x))).toEqual([]);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('order', () => {
  it('reaches every declared dependency, and every target is a Kustomization that is written', () => {
    fc.assert(
      fc.property(acyclicUnits, (units) => {
        const specs = new Map(objectsIn(deliver(units)).map((x) => [x.metadata.name as string, x.spec]));
        const reaches = (from: string): string[] =>
          (specs.get(from).dependsOn ?? []).flatMap(({ name }: { name: string }) => [name, ...reaches(name)]);
        expect([...specs.keys()].toSorted()).toEqual(units.map((x) => x.name).toSorted());
        for (const x of units) {
          expect(new Set(reaches(x.name))).toEqual(new Set([...x.dependsOn, ...x.dependsOn.flatMap(reaches)]));
        }
      }),
    );
  });

  it('and names do not change when another unit is added', () => {
    fc.assert(
      fc.property(acyclicUnits, (units) => {
        const more = [unit('aaa'), ...units, unit('zzz', { dependsOn: ['aaa'] })];
        const texts = new Map(deliver(more).map((file) => [file.path, file.text]));
        for (const file of deliver(units).filter((x) => !x.path.endsWith('/kustomization.yaml'))) {
          expect(texts.get(file.path)).toBe(file.text);
        }
      }),
    );
  });
});

describe('annotations', () => {
  const annotationsOf = (units: readonly RenderedUnit[]) =>
    Object.fromEntries(
      new Flux({ path: '.', external })
        .decorate(units)
        .flatMap((x) => x.objects.map(({ manifest }) => [manifest.kind, manifest.metadata.annotations])),
    );

  it('protect what holds data from pruning and scripts from substitution, and nothing else', () => {
    const prune = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' };

    expect(annotationsOf(service())).toEqual({
      Namespace: prune,
      NetworkPolicy: undefined,
      ObjectStore: prune,
      Cluster: prune,
      ScheduledBackup: undefined,
      Deployment: undefined,
      Service: undefined,
      PodMonitor: undefined,
      ConfigMap: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' },
      CronJob: undefined,
    });
  });

  it('protect an unmarked Cluster and an unmarked script too', () => {
    const units = [
      unit('a', {
        objects: [
          object('postgresql.cnpg.io/v1', 'Cluster', 'db', 'shop'),
          object('v1', 'ConfigMap', 'run', 'shop', {}, { data: { run: 'echo "${HOME}"' } }),
          object('v1', 'ConfigMap', 'plain', 'shop', {}, { data: { run: 'echo $HOME $(id) {{ x }}' } }),
        ],
      }),
    ];
    const found = new Flux({ path: '.' }).decorate(units)[0]?.objects.map((x) => x.manifest.metadata.annotations);

    expect(found).toEqual([
      { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
      { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' },
      undefined,
    ]);
  });

  it.each([
    ['annotations', { 'kustomize.toolkit.fluxcd.io/force': 'enabled' }],
    ['annotations', { 'kustomize.toolkit.fluxcd.io/force': ' Enabled' }],
    ['labels', { 'kustomize.toolkit.fluxcd.io/force': 'ENABLED' }],
  ])('that force what holds data are refused: %s %j', (field, metadata) => {
    const cluster = marked(object('postgresql.cnpg.io/v1', 'Cluster', 'db', 'shop'), { [field]: metadata });

    expect(() => new Flux({ path: '.' }).decorate([unit('a', { objects: [cluster] })])).toThrow(
      `shop/Cluster/db: it holds data, and its ${field.slice(0, -1)} 'kustomize.toolkit.fluxcd.io/force: ` +
        `${Object.values(metadata)[0]}' makes Flux delete it when the API server refuses a change; take it out`,
    );
  });

  it.each([
    ['a Cluster that says disabled', object('postgresql.cnpg.io/v1', 'Cluster', 'db', 'shop'), 'disabled'],
    ['a Deployment', object('apps/v1', 'Deployment', 'api', 'shop'), 'enabled'],
  ])('about force stay on %s', (_, made, value) => {
    const forced = marked(made, { annotations: { 'kustomize.toolkit.fluxcd.io/force': value } });
    const [decorated] = new Flux({ path: '.' }).decorate([unit('a', { objects: [forced] })]);

    expect(decorated?.objects[0]?.manifest.metadata.annotations).toMatchObject({
      'kustomize.toolkit.fluxcd.io/force': value,
    });
  });

  it('are added to those that are there, sorted', () => {
    const cluster = object('postgresql.cnpg.io/v1', 'Cluster', 'db', 'shop');
    const metadata = { ...cluster.manifest.metadata, annotations: { zebra: '1', apple: '2' } };
    const manifest = { ...cluster.manifest, metadata };
    const [decorated] = new Flux({ path: '.' }).decorate([unit('a', { objects: [{ ...cluster, manifest }] })]);

    expect(Object.keys(decorated?.objects[0]?.manifest.metadata.annotations ?? {})).toEqual([
      'apple',
      'kustomize.toolkit.fluxcd.io/prune',
      'zebra',
    ]);
  });
});

describe('sources and alerts', () => {
  it('are written where asked for', () => {
    const files = deliver(service(), {
      source: {
        kind: 'GitRepository',
        name: 'state-hub',
        create: { url: 'ssh://git@git.example.org/state-hub', ref: { branch: 'main' }, secretName: 'deploy-key' },
      },
      alerts: { provider: 'matrix', create: { type: 'matrix', channel: '#ops', secretName: 'matrix-token' } },
    });

    expect(named(files, 'GitRepository', 'state-hub').spec).toEqual({
      interval: '5m',
      url: 'ssh://git@git.example.org/state-hub',
      ref: { branch: 'main' },
      secretRef: { name: 'deploy-key' },
    });
    expect(named(files, 'Kustomization', 'shop-api').spec.sourceRef).toEqual({
      kind: 'GitRepository',
      name: 'state-hub',
    });
    expect(named(files, 'Provider', 'matrix').spec).toEqual({
      type: 'matrix',
      channel: '#ops',
      secretRef: { name: 'matrix-token' },
    });
    const alert = named(files, 'Alert', 'shop').spec;
    expect(alert).toMatchObject({ providerRef: { name: 'matrix' }, eventSeverity: 'error' });
    expect(alert.eventSources).toContainEqual({ kind: 'Kustomization', name: 'shop-drills' });
    expect(alert.eventSources).toHaveLength(6);
  });
});

describe.skipIf(!hasCrds)('against the CRDs (skipped where ../shared/crds is absent)', () => {
  const everything = (): Record<string, any>[] =>
    objectsIn(
      deliver(service(), {
        source: {
          kind: 'OCIRepository',
          name: 'state-hub',
          namespace: 'artifacts',
          create: {
            url: 'oci://registry.example.org/state-hub',
            ref: { tag: 'latest' },
            interval: Duration.minutes(1),
          },
        },
        alerts: { provider: 'slack', severity: 'info', create: { type: 'slack', address: 'https://example.org/hook' } },
      }),
    );

  it('every object is valid, unknown fields included', () => {
    expect(everything().map((x) => [x.kind, x.metadata.name, crdErrors(x)])).toEqual(
      everything().map((x) => [x.kind, x.metadata.name, []]),
    );
  });

  it('a wrong field would be found', () => {
    const broken = everything().map((x) => ({ ...x, spec: { ...x.spec, oops: 1 } }));

    expect(broken.filter((x) => crdErrors(x).length === 1)).toHaveLength(broken.length);
  });

  it('no default of a CRD would change a list item', () => {
    expect(everything().flatMap(defaultsInListItems)).toEqual([]);
  });
});

describe('the tree', () => {
  it('holds every path that a Kustomization points to', () => {
    const flux = new Flux({ path: 'deploy', external });
    const files = flux.files(flux.decorate(service()));
    const root = writeTree(service(), files);
    const paths = objectsIn(files).map((x) => (x.spec.path as string).replace(/^\.\/deploy\//, ''));

    expect(paths).toHaveLength(6);
    expect(paths.filter((path) => !existsSync(join(root, path, 'kustomization.yaml')))).toEqual([]);
  });

  it.skipIf(!hasKubectl)('is built by kubectl kustomize', () => {
    const flux = new Flux({ path: 'deploy', external });
    const units = flux.decorate(service());
    const root = writeTree(units, flux.files(units));

    expect(kustomize(join(root, 'dist/flux')).map((x) => x.metadata.name)).toEqual(units.map((x) => x.name).toSorted());
    expect(kustomize(join(root, 'dist/manifests/shop-database'))).toHaveLength(3);
  });
});

describe('fails', () => {
  it.each([
    [{ path: '/deploy' }, "flux: 'path' must be relative to the repository and use slashes, got '/deploy'"],
    [{ path: 'deploy\\x' }, "flux: 'path' must be relative to the repository and use slashes, got 'deploy\\x'"],
    [{ path: './a/../..' }, "flux: 'path' must stay inside the repository, got './a/../..'"],
    [{ path: 'a b' }, "flux: 'path' must use letters, digits, dots, dashes and underscores, got 'a b'"],
    [{ path: './deploy/dist/' }, "flux: 'path' must be the folder that holds 'dist', not 'dist' itself"],
    [{ output: 'a/b' }, "flux: 'output' must be the name of the output folder, such as 'dist', got 'a/b'"],
    [{ interval: Duration.seconds(30) }, "flux: 'interval' must be at least 1m, got 30s"],
    [{ namespace: 'Flux' }, "flux: 'namespace' must use lower-case letters"],
    [
      { source: { kind: 'OCIRepository', name: 'x', create: { url: 'https://x', ref: { tag: 'a' } } } },
      "flux source 'x': 'url' of a OCIRepository must start with oci://, got 'https://x'",
    ],
    [
      { source: { kind: 'GitRepository', name: 'x', create: { url: 'https://x', ref: {} } } },
      "flux source 'x': 'ref' must say what to follow",
    ],
    [
      { source: { kind: 'OCIRepository', name: 'x', create: { url: 'oci://x', ref: { branch: 'main' } } } },
      "flux: the API server would refuse what it writes:\n  OCIRepository 'x' spec.ref.branch: ",
    ],
    [
      { source: { kind: 'GitRepository', name: 'x', create: { url: 'https://x', ref: { digest: 'sha256:0' } } } },
      "flux: the API server would refuse what it writes:\n  GitRepository 'x' spec.ref.digest: ",
    ],
    [
      { source: { kind: 'GitRepository', name: 'My Repo' } },
      "flux source: 'name' must use lower-case letters, digits, dashes and dots, and start and end with a letter or " +
        "digit, got 'My Repo'",
    ],
    [
      { source: { kind: 'GitRepository', name: 'x', namespace: 'a.b' } },
      "flux source 'x': 'namespace' must use lower-case letters, digits and dashes",
    ],
    [
      {
        source: { kind: 'GitRepository', name: 'x', create: { url: 'https://x', ref: { tag: 'a' }, secretName: 'A' } },
      },
      "flux source 'x': 'secretName' must use lower-case letters",
    ],
    [
      { alerts: { provider: 'p', create: { type: 'slak', address: 'https://example.org/hook' } } },
      "flux: the API server would refuse what it writes:\n  Provider 'p' spec.type: must be one of slack, ",
    ],
    [{ alerts: { provider: 'My Provider' } }, "flux alerts: 'provider' must use lower-case letters"],
    [
      { alerts: { provider: 'p', create: { type: 'slack', secretName: 'A B' } } },
      "flux provider 'p': 'secretName' must use lower-case letters",
    ],
    [{ decryptionSecret: 'A B' }, "flux: 'decryptionSecret' must use lower-case letters"],
    [{ external: { 'Bad Name': {} } }, "flux external 'Bad Name': 'name' must use lower-case letters"],
    [{ external: { cnpg: { namespace: 'B' } } }, "flux external 'cnpg': 'namespace' must use lower-case letters"],
  ] as const)('on %j', (props, message) => {
    expect(() => deliver(service(), props as Partial<FluxProps>)).toThrow(message);
  });

  it.each([
    [
      'an external unit nobody declared',
      [unit('a', { dependsOnExternal: ['cert-manager'] })],
      "unit 'a': it depends on the external unit 'cert-manager', which Flux is not told about; 'external' of Flux must " +
        'name its Kustomization, declared: barman-plugin, cnpg',
    ],
    [
      'an external unit that is one of ours',
      [unit('a', { dependsOnExternal: ['cnpg'] }), unit('cloudnative-pg')],
      "unit 'a': the external unit 'cnpg' would be the Kustomization 'cloudnative-pg' in 'flux-system', which is a unit",
    ],
    ['a cycle', [unit('a', { dependsOn: ['a'] })], 'units: the dependencies form a cycle: a -> a'],
  ])('on %s', (_, units, message) => {
    expect(() => deliver(units)).toThrow(message);
  });

  it('on a Provider without an address', () => {
    const alerts = { provider: 'p', create: { type: 'slack' } };

    expect(() => deliver(service(), { alerts })).toThrow("flux provider 'p': it needs an 'address' or a 'secretName'");
  });
});
