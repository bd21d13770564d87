import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { ArgoCd, type ArgoCdProps } from '../../lib/gitops/argocd';
import { Flux } from '../../lib/gitops/flux';
import type { RenderedObject, RenderedUnit } from '../../lib/gitops/rendered';
import { checkManifests } from '../../lib/policy/check';
import { argocdProjectExists } from '../../lib/policy/rules/argocd-project-exists';
import { crdErrors, defaultsInListItems, hasCrds } from './crd-schema';
import { hasKubectl, kustomize, named, objectsIn, writeTree } from './tree';
import { acyclicUnits, marked, object, service, unit } from './units';

const repository = 'https://git.example.org/state-hub.git';
const WAVE = 'argocd.argoproj.io/sync-wave';

function deliver(units: readonly RenderedUnit[], props: Partial<ArgoCdProps> = {}) {
  const argo = new ArgoCd({ repository, path: './deploy', ...props });
  return argo.files(argo.decorate(units));
}

function annotationsOf(x: RenderedObject | undefined): Readonly<Record<string, string>> {
  return x?.manifest.metadata.annotations ?? {};
}

function waveOf(units: readonly RenderedUnit[], name: string): number[] {
  const found = units.find((x) => x.name === name)?.objects ?? [];
  return [...new Set(found.map((x) => Number(annotationsOf(x)[WAVE])))];
}

function text(files: ReturnType<typeof deliver>, path: string): string {
  return files.find((file) => file.path === path)?.text ?? `${path} is missing`;
}

describe('an Application', () => {
  it('of the core syncs, repairs and retries, and leaves the service behind when it is deleted', () => {
    expect(named(deliver(service()), 'Application', 'shop-core')).toEqual({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {
        name: 'shop-core',
        namespace: 'argocd',
        annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' },
      },
      spec: {
        project: 'shop',
        source: { repoURL: repository, targetRevision: 'HEAD', path: 'deploy/dist/argocd/shop-core' },
        destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
        info: [
          {
            name: 'shop-secrets',
            value: 'not applied by Argo CD, which cannot decrypt the folder secrets: see deploy/dist/docs/argocd.md',
          },
        ],
        syncPolicy: {
          automated: { prune: true, selfHeal: true },
          retry: { limit: 10, refresh: true, backoff: { duration: '10s', factor: 2, maxDuration: '5m' } },
          syncOptions: [
            'ServerSideApply=true',
            'PruneLast=true',
            'RespectIgnoreDifferences=true',
            'FailOnSharedResource=true',
          ],
        },
      },
    });
  });

  it('of monitoring or drills takes its objects along, unless one of them holds data', () => {
    const finalizers = (units: RenderedUnit[]) =>
      objectsIn(deliver(units)).map((x) => [x.metadata.name, x.metadata.finalizers?.length ?? 0]);
    const volume = unit('shop-drills', {
      role: 'drills',
      objects: [object('v1', 'PersistentVolumeClaim', 'dumps', 'shop')],
    });

    expect(finalizers(service())).toEqual([
      ['shop', 0],
      ['shop-core', 0],
      ['shop-monitoring', 1],
      ['shop-drills', 1],
    ]);
    expect(finalizers([unit('shop-base'), volume])).toEqual([
      ['shop', 0],
      ['shop-core', 0],
      ['shop-drills', 0],
    ]);
  });

  it('waits for a person where automated is off', () => {
    const { spec } = named(deliver(service(), { automated: false }), 'Application', 'shop-core');

    expect(Object.keys(spec.syncPolicy)).toEqual(['retry', 'syncOptions']);
  });

  it('builds its units from the folders that Flux applies', () => {
    expect(load(text(deliver(service()), 'argocd/shop-core/kustomization.yaml'))).toEqual({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['../../manifests/shop-api', '../../manifests/shop-base', '../../manifests/shop-database'],
    });
  });
});

describe('a project', () => {
  it('allows this repository, the namespaces of the service and its cluster-scoped kinds', () => {
    expect(named(deliver(service()), 'AppProject', 'shop').spec).toEqual({
      description: 'shop: what one repository may write, and where',
      sourceRepos: [repository],
      destinations: [{ namespace: 'shop', server: 'https://kubernetes.default.svc' }],
      clusterResourceWhitelist: [{ group: '', kind: 'Namespace' }],
    });
  });

  it.each([
    ['the one that it makes', service(), 'shop'],
    [
      'the one that most objects are in, where it makes none',
      [
        unit('a', {
          objects: [
            object('v1', 'ConfigMap', 'a', 'cnpg-system'),
            object('v1', 'ConfigMap', 'b', 'shop'),
            object('v1', 'ConfigMap', 'c', 'shop'),
          ],
        }),
      ],
      'shop',
    ],
    ['default, where it has none', [unit('a', { objects: [object('v1', 'Node', 'a')] })], 'default'],
  ])('lets in its Applications, whose namespace is %s', (_, units, namespace) => {
    const objects = objectsIn(deliver(units));
    const allowed = objects[0]?.spec.destinations as unknown[];

    expect(objects).not.toHaveLength(1);
    for (const { spec } of objects.slice(1)) {
      expect(spec.destination.namespace).toBe(namespace);
      expect(allowed).toContainEqual(spec.destination);
    }
  });

  it('keeps the rule of the policy, which sees what Argo CD would refuse', () => {
    const judge = (change: (application: Record<string, any>) => void): readonly string[] => {
      const objects = structuredClone(objectsIn(deliver(service())));
      objects.filter((x) => x.kind === 'Application').forEach(change);
      const { findings } = checkManifests(
        objects.map((manifest) => ({ manifest })),
        { rules: [argocdProjectExists] },
      );
      return findings.map((x) => `${x.path}: ${x.message}`);
    };

    expect(judge(() => undefined)).toEqual([]);
    expect(judge((x) => delete x['spec'].destination.namespace)).toEqual(
      Array(3).fill("spec.destination.namespace: project 'shop' does not allow namespace ''; it allows 'shop'"),
    );
    expect(judge((x) => (x['spec'].destination.server = 'https://elsewhere'))).toHaveLength(3);
  });

  it('is one for all where a name is given', () => {
    const names = objectsIn(
      deliver(
        [
          ...service('a'),
          ...service('b')
            .filter((x) => !x.folder && x.role === 'monitoring')
            .map((x) => ({ ...x, dependsOn: [] })),
        ],
        { name: 'all' },
      ),
    ).map((x) => `${x.kind} ${x.metadata.name}`);

    expect(names).toEqual([
      'AppProject all',
      'Application all-core',
      'Application all-monitoring',
      'Application all-drills',
    ]);
  });
});

describe('sync waves', () => {
  it('are on every object and respect every edge inside an Application', () => {
    fc.assert(
      fc.property(acyclicUnits, (units) => {
        const decorated = new ArgoCd({ repository, path: '.' }).decorate(units);
        for (const x of units) {
          const waves = waveOf(decorated, x.name);
          expect(waves).toHaveLength(1);
          for (const name of x.role === 'core' ? x.dependsOn : []) {
            expect(waves[0]).toBeGreaterThan(waveOf(decorated, name)[0] ?? Infinity);
          }
        }
      }),
    );
  });

  it('leave room between two tiers, and count the hand-owned folder', () => {
    const decorated = new ArgoCd({ repository, path: '.' }).decorate(service());
    const waves = service().map((x) => [x.name, waveOf(decorated, x.name)]);

    expect(waves).toEqual([
      ['shop-base', [0]],
      ['shop-secrets', []],
      ['shop-database', [8]],
      ['shop-api', [12]],
      ['shop-monitoring', [0]],
      ['shop-drills', [0]],
    ]);
  });

  it('and names do not change when a unit beside the others is added', () => {
    fc.assert(
      fc.property(acyclicUnits, (units) => {
        const more = [unit('aaa', { group: 'other' }), ...units, unit('zzz')];
        const texts = new Map(deliver(more).map((file) => [file.path, file.text]));
        const applications = deliver(units).filter((x) => /Application/.test(x.path));
        for (const file of applications.filter((x) => x.path !== 'argocd/Application.shop-core.yaml')) {
          expect(texts.get(file.path)).toBe(file.text);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('sync options', () => {
  const optionsOf = (x: RenderedObject): string | undefined => {
    const [decorated] = new ArgoCd({ repository, path: '.' }).decorate([unit('a', { objects: [x] })]);
    return annotationsOf(decorated?.objects[0])['argocd.argoproj.io/sync-options'];
  };
  const given = (x: RenderedObject, options: string): RenderedObject =>
    marked(x, { annotations: { 'argocd.argoproj.io/sync-options': options } });

  it.each([
    [object('v1', 'Namespace', 'a'), 'Prune=confirm,Delete=confirm'],
    [object('v1', 'Secret', 'a', 'b', { holdsData: true }), 'Prune=confirm,Delete=confirm'],
    [
      object('postgresql.cnpg.io/v1', 'Cluster', 'a', 'b'),
      'Prune=confirm,Delete=confirm,SkipDryRunOnMissingResource=true',
    ],
    [object('monitoring.coreos.com/v1', 'PodMonitor', 'a', 'b'), 'SkipDryRunOnMissingResource=true'],
    [object('snapshot.storage.k8s.io/v1', 'VolumeSnapshot', 'a', 'b'), 'SkipDryRunOnMissingResource=true'],
    [object('networking.k8s.io/v1', 'NetworkPolicy', 'a', 'b'), undefined],
    [object('rbac.authorization.k8s.io/v1', 'Role', 'a', 'b'), undefined],
    [object('apps/v1', 'Deployment', 'a', 'b'), undefined],
    [given(object('v1', 'Namespace', 'a'), 'Prune=false, Validate=false'), 'Prune=false,Delete=confirm,Validate=false'],
  ])('of %#', (x, expected) => {
    expect(optionsOf(x)).toBe(expected);
  });

  it.each([
    ['argocd.argoproj.io/sync-options', 'Force=true,Replace=true', 'makes Argo CD replace or delete it'],
    ['argocd.argoproj.io/sync-options', 'Validate=false, Replace=true', 'makes Argo CD replace or delete it'],
    ['argocd.argoproj.io/hook', 'PreSync', 'makes it a hook, which Argo CD deletes to make it anew'],
    ['helm.sh/hook', 'pre-install', 'makes it a hook, which Argo CD deletes to make it anew'],
    ['kustomize.toolkit.fluxcd.io/force', 'enabled', 'makes Flux delete it when the API server refuses a change'],
  ])('and hooks that make anew what holds data are refused: %s: %s', (key, value, effect) => {
    const volume = marked(object('v1', 'PersistentVolumeClaim', 'dumps', 'shop'), { annotations: { [key]: value } });

    expect(() => optionsOf(volume)).toThrow(
      `shop/PersistentVolumeClaim/dumps: it holds data, and its annotation '${key}: ${value}' ${effect}; take it out`,
    );
    expect(() => optionsOf({ ...volume, manifest: { ...volume.manifest, kind: 'ConfigMap' } })).not.toThrow();
  });

  it.each(['Prune=true', 'Delete=true'])('that give up the protection of data are refused: %s', (option) => {
    const store = given(object('v1', 'Secret', 'key', 'shop', { holdsData: true }), option);

    expect(() => optionsOf(store)).toThrow(
      `shop/Secret/key: it holds data, so 'argocd.argoproj.io/sync-options' may say ${option.split('=')[0]}=confirm or ` +
        `${option.split('=')[0]}=false, got ${option}`,
    );
  });
});

describe('the hand-owned folder', () => {
  it('that Argo CD cannot decrypt is left out in plain sight', () => {
    const files = deliver(service());

    expect(text(files, 'argocd/shop-core/kustomization.yaml')).toMatch(
      /^# Not here: shop-secrets, the folder 'secrets'. Argo CD cannot decrypt SOPS;/,
    );
    expect(text(files, 'docs/argocd.md')).toContain(
      'for file in deploy/secrets/*.sops.yaml; do sops decrypt "$file" | kubectl apply --server-side --force-conflicts -f -; done',
    );
    expect(text(files, 'docs/argocd.md')).toContain('-k deploy/dist/manifests/shop-base\n');
  });

  it('of every service is on the page, with what each service needs', () => {
    const page = text(
      deliver([
        ...service('shop').map((x) => (x.folder === undefined ? x : { ...x, folder: 'secrets/shop' })),
        ...service('bank').map((x) => (x.folder === undefined ? x : { ...x, folder: 'secrets/bank' })),
      ]),
      'docs/argocd.md',
    );

    for (const name of ['shop', 'bank']) {
      expect(page).toContain(`for file in deploy/secrets/${name}/*.sops.yaml; do`);
      expect(page).toContain(`-k deploy/dist/manifests/${name}-base\n`);
      expect(page).toContain(`\`argocd app confirm-deletion ${name}-core\``);
      expect(page).toContain(`argocd app sync ${name}-drills\n`);
    }
    expect(page).toContain('no Application holds the folders `secrets/bank`, `secrets/shop`.');
  });

  it('goes to the cluster of the service, where that is another than Argo CD runs in', () => {
    const elsewhere = text(deliver(service(), { server: 'https://10.0.0.1:6443' }), 'docs/argocd.md');

    expect(elsewhere).toContain('runs in one cluster and the service in another, https://10.0.0.1:6443');
    expect(text(deliver(service()), 'docs/argocd.md')).not.toContain('in another');
  });

  it('is replaced by one that Argo CD can build, in the wave of its unit', () => {
    const files = deliver(service(), { folders: { './secrets': 'secrets-argocd' } });

    expect(load(text(files, 'argocd/shop-core/kustomization.yaml'))).toMatchObject({
      resources: expect.arrayContaining(['./shop-secrets']),
    });
    expect(load(text(files, 'argocd/shop-core/shop-secrets/kustomization.yaml'))).toMatchObject({
      commonAnnotations: { [WAVE]: '4' },
      resources: ['../../../../secrets-argocd'],
    });
    expect(named(files, 'Application', 'shop-core').spec.info).toBeUndefined();
    expect(text(files, 'docs/argocd.md')).not.toContain('sops decrypt');
  });
});

describe('beside Flux', () => {
  const flux = new Flux({ path: '.', external: { cnpg: {}, 'barman-plugin': {} } });
  const argo = new ArgoCd({ repository, path: '.' });
  const prefixes = (units: readonly RenderedUnit[]) =>
    new Set(
      units.flatMap((x) => x.objects.flatMap((o) => Object.keys(annotationsOf(o)).map((key) => key.split('/')[0]))),
    );

  it('each sees only its own annotations, and alone nothing of the other', () => {
    const both = argo.decorate(flux.decorate(service()));

    expect(prefixes(flux.decorate(service()))).toEqual(new Set(['kustomize.toolkit.fluxcd.io']));
    expect(prefixes(argo.decorate(service()))).toEqual(new Set(['argocd.argoproj.io']));
    expect(prefixes(both)).toEqual(new Set(['kustomize.toolkit.fluxcd.io', 'argocd.argoproj.io']));
    expect(argo.files(both)).toEqual(argo.files(argo.decorate(service())));
    expect(flux.files(both)).toEqual(flux.files(flux.decorate(service())));
  });

  it('the order of the two makes no difference', () => {
    expect(argo.decorate(flux.decorate(service()))).toEqual(flux.decorate(argo.decorate(service())));
  });
});

describe.skipIf(!hasCrds)('against the CRDs (skipped where ../shared/crds is absent)', () => {
  it('every object is valid, unknown fields included, and no default would change a list item', () => {
    const objects = objectsIn(
      deliver([
        ...service('a'),
        ...service('b')
          .filter((x) => x.folder === undefined)
          .map((x) => ({ ...x, dependsOn: x.dependsOn.filter((name) => name !== 'b-secrets') })),
      ]),
    );

    expect(objects).toHaveLength(8);
    expect(objects.flatMap(crdErrors)).toEqual([]);
    expect(objects.flatMap(defaultsInListItems)).toEqual([]);
    expect(crdErrors({ ...objects[1], spec: { ...objects[1]?.spec, syncPolicies: {} } })).toHaveLength(1);
  });
});

describe('the tree', () => {
  const argo = new ArgoCd({ repository, path: './deploy/' });
  const units = argo.decorate(service());
  const files = argo.files(units);

  it('holds every path that an Application points to', () => {
    const root = writeTree(units, files);
    const paths = objectsIn(files).flatMap((x) => (x.kind === 'Application' ? [x.spec.source.path as string] : []));

    expect(paths).toHaveLength(3);
    expect(
      paths.filter((path) => !existsSync(join(root, path.replace(/^deploy\//, ''), 'kustomization.yaml'))),
    ).toEqual([]);
  });

  it.skipIf(!hasKubectl)('is built by kubectl kustomize, each Application with all objects of its units', () => {
    const root = writeTree(units, files);
    const kinds = (folder: string) =>
      kustomize(join(root, folder))
        .map((x) => x.kind as string)
        .toSorted();

    expect(kinds('dist/argocd')).toEqual(['AppProject', 'Application', 'Application', 'Application']);
    expect(kinds('dist/argocd/shop-core')).toEqual(
      ['Namespace', 'NetworkPolicy', 'ObjectStore', 'Cluster', 'ScheduledBackup', 'Deployment', 'Service'].toSorted(),
    );
    expect(kinds('dist/argocd/shop-drills')).toEqual(['ConfigMap', 'CronJob']);
  });

  it.skipIf(!hasKubectl)('gives the folder in place of the secrets its wave', () => {
    const replacing = new ArgoCd({ repository, path: 'deploy', folders: { secrets: 'secrets' } });
    const root = writeTree(units, replacing.files(units));
    const secret = kustomize(join(root, 'dist/argocd/shop-core')).find((x) => x.kind === 'Secret');

    expect(secret?.metadata.annotations).toEqual({
      [WAVE]: '4',
      'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm,SkipDryRunOnMissingResource=true',
    });
  });
});

describe('fails', () => {
  it.each([
    [{ path: '../x' }, "argocd: 'path' must stay inside the repository, got '../x'"],
    [{ path: 'deploy/dist' }, "argocd: 'path' must be the folder that holds 'dist', not 'dist' itself"],
    [{ repository: 'state-hub' }, "argocd: 'repository' must be the URL of a repository, got 'state-hub'"],
    [{ folders: { secret: 'x' } }, "argocd: 'folders' names 'secret', but the units' folders are: secrets"],
    [{ folders: { secrets: '/x' } }, "argocd folders: 'path' must be relative to the repository"],
    [{ name: 'All' }, "argocd: 'name' must use lower-case letters"],
    [{ server: 'foo' }, "argocd: 'server' must be the URL of an API server, as Argo CD knows it, got 'foo'"],
    [{ revision: '' }, "argocd: 'revision' must be a branch, a tag or a commit, got ''"],
    [{ revision: ' main' }, "argocd: 'revision' must be a branch, a tag or a commit, got ' main'"],
  ])('on %j', (props, message) => {
    expect(() => deliver(service(), props)).toThrow(message);
  });

  it('on a core unit that depends on another service, and says what would work', () => {
    const units = [unit('a-db', { group: 'a' }), unit('b-api', { group: 'b', dependsOn: ['a-db'] })];

    expect(() => deliver(units)).toThrow(
      "unit 'b-api': it depends on 'a-db' of 'a', which is another Application, and Argo CD has no order between " +
        "Applications; set 'name' of ArgoCd",
    );
    const decorated = new ArgoCd({ repository, path: '.', name: 'all' }).decorate(units);
    expect(decorated).toHaveLength(2);
  });

  it('on a sync wave that somebody wrote by hand', () => {
    const cluster = object('apps/v1', 'Deployment', 'api', 'shop');
    const metadata = { ...cluster.manifest.metadata, annotations: { [WAVE]: '-1' } };
    const units = [unit('a', { objects: [{ ...cluster, manifest: { ...cluster.manifest, metadata } }] })];

    expect(() => deliver(units)).toThrow(
      "shop/Deployment/api: it has the sync wave '-1', but order comes from the units",
    );
  });

  it('on a cycle', () => {
    expect(() => deliver([unit('a', { dependsOn: ['a'] })])).toThrow('a -> a');
  });
});
