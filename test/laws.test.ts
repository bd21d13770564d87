import { App, Size } from 'cdk8s';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgoCd, Bootstrap, Flux, PhoenixApp } from '../lib';
import { validateManifest } from '../lib/policy/schema/validate';
import { applyPatch, harmlessPatches, services } from './_arbitrary';
import { IMAGE, service, serviceProps } from './_build';
import { crdSchema, defaultsInListItems, hasCrds } from './gitops/crd-schema';
import { set } from './policy/_set';

const delivery = [
  new Flux({ path: '.' }),
  new ArgoCd({ path: '.', repository: 'https://git.example/threephoenix/shop.git' }),
];

describe('for any valid properties', () => {
  it('every manifest passes its schema strictly, on the Kubernetes version that the platform has', () => {
    fc.assert(
      fc.property(services, (props) => {
        const app = new App();
        service(app, 'shop', props);
        const problems = app.charts
          .flatMap((chart) => chart.toJson() as { kind: string }[])
          .flatMap((manifest) =>
            validateManifest(manifest, { target: props.platform.kubernetes }).map(
              (p) => `${manifest.kind} ${p.path}: ${p.message}`,
            ),
          );
        expect(problems).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it.skipIf(!hasCrds)(
    'no default of a CRD would change a list item, in any object that an engine applies',
    () => {
      const seen = new Set<string>();
      fc.assert(
        fc.property(services, (props) => {
          const app = new PhoenixApp({ delivery });
          service(app, 'shop', props);
          const manifests = app.units().flatMap((unit) => unit.objects.map((object) => object.manifest));
          const custom = manifests.filter(({ apiVersion, kind }) => crdSchema(apiVersion, kind) !== undefined);
          custom.forEach(({ kind }) => seen.add(kind));
          expect(custom.flatMap((m) => defaultsInListItems(m).map((path) => `${m.kind}${path}`))).toEqual([]);
        }),
        { numRuns: 40, examples: [[serviceProps()]] },
      );
      const store = ['Cluster', 'Database', 'DatabaseRole', 'ObjectStore', 'ScheduledBackup'];
      expect(seen).toEqual(new Set([...store, 'PodMonitor', 'PrometheusRule', 'ServiceMonitor']));
    },
    60_000,
  );

  it.skipIf(!hasCrds)('and the walk would see each default that is left out', () => {
    const app = new PhoenixApp({ delivery });
    service(app, 'shop', {
      database: {
        database: 'shop',
        image: IMAGE,
        storage: Size.gibibytes(20),
        bootstrap: Bootstrap.recovery({ serverName: 'lost-db-1' }),
      },
    });
    const objects = app.units().flatMap((unit) => unit.objects.map((object) => object.manifest as any));
    const without = (kind: string, change: (spec: any) => void) => {
      const copy = structuredClone(objects.find((m) => m.kind === kind));
      change(copy.spec);
      return defaultsInListItems(copy);
    };
    expect(without('Cluster', (spec) => delete spec.plugins[0].enabled)).toEqual(['.spec.plugins[0].enabled']);
    expect(without('Cluster', (spec) => delete spec.externalClusters[0].plugin.isWALArchiver)).toEqual([
      '.spec.externalClusters[0].plugin.isWALArchiver',
    ]);
    expect(without('Cluster', (spec) => (spec.managed = { roles: [{ name: 'x' }] }))).toEqual([
      '.spec.managed.roles[0].connectionLimit',
      '.spec.managed.roles[0].ensure',
      '.spec.managed.roles[0].inherit',
    ]);
    expect(without('Cluster', () => undefined)).toEqual([]);
  });

  it('two runs give the same bytes, and all objects are there', () => {
    fc.assert(
      fc.property(services, (props) => {
        const files = () => {
          const app = new PhoenixApp();
          service(app, 'shop', props);
          const units = app.units().flatMap((unit) => unit.objects);
          return { units, files: app.files() };
        };
        const first = files();
        expect(files().files).toEqual(first.files);
        const manifests = first.files.filter(
          (f) => f.path.startsWith('manifests/') && !f.path.endsWith('kustomization.yaml'),
        );
        expect(manifests).toHaveLength(first.units.length);
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('a patch that breaks nothing is written where it says, changes nothing else of its object, and is refused nowhere', () => {
    const written = (app: PhoenixApp) =>
      new Map(
        app
          .units()
          .flatMap((unit) => unit.objects)
          .map(({ manifest }) => [`${manifest.kind} ${manifest.metadata.name}`, manifest]),
      );
    fc.assert(
      fc.property(services, harmlessPatches, (props, patch) => {
        const plain = new PhoenixApp();
        service(plain, 'shop', props);
        const patched = new PhoenixApp();
        const object = applyPatch(service(patched, 'shop', props), patch);
        expect(written(patched).get(object)).toEqual(set(written(plain).get(object), patch.path, patch.value));
        expect(patched.files().length).toBe(plain.files().length);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('every port of the API is in its Service, its pods and the policies of its clients, each once', () => {
    fc.assert(
      fc.property(services, (props) => {
        const app = new App();
        const { api } = service(app, 'shop', props);
        const { extraPorts = {}, port, metrics } = props.api;
        const wanted = new Set([
          port,
          ...Object.values(extraPorts),
          ...(metrics?.port === undefined ? [] : [metrics.port]),
        ]);
        const manifests = app.charts.flatMap((chart) => chart.toJson());
        const of = (kind: string) => manifests.find((m) => m.kind === kind && m.metadata.name === api.name).spec;
        const numbers = (list: any[], field: string) => list.map((p) => p[field]).toSorted((a, b) => a - b);
        const expected = [...wanted].toSorted((a, b) => a - b);
        expect(numbers(of('Service').ports, 'port')).toEqual(expected);
        expect(numbers(of('Deployment').template.spec.containers[0].ports, 'containerPort')).toEqual(expected);
        for (const { name } of props.access?.clients ?? []) {
          const policy = manifests.find((m) => m.metadata.name === `${api.name}-from-${name}`);
          expect(numbers(policy.spec.ingress[0].ports, 'port')).toEqual(expected);
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('nothing is exposed outside the cluster', () => {
    fc.assert(
      fc.property(services, (props) => {
        const app = new PhoenixApp();
        service(app, 'shop', props);
        const manifests = app.units().flatMap((unit) => unit.objects.map((o) => o.manifest as any));
        expect(manifests.filter((m) => m.kind === 'Ingress')).toEqual([]);
        expect(new Set(manifests.filter((m) => m.kind === 'Service').map((m) => m.spec.type))).toEqual(
          new Set(['ClusterIP']),
        );
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('and the schema check would see a misspelt field, a wrong enum and a missing one', () => {
    const app = new App();
    service(app);
    const cluster = app.charts.flatMap((chart) => chart.toJson()).find((m) => m.kind === 'Cluster');
    const problems = (change: (spec: any) => void) => {
      const copy = structuredClone(cluster);
      change(copy.spec);
      return validateManifest(copy).map((p) => p.path);
    };
    expect(problems((spec) => (spec.instnces = 3))).toContain('spec.instnces');
    expect(problems((spec) => (spec.primaryUpdateMethod = 'reboot'))).toEqual(['spec.primaryUpdateMethod']);
    expect(problems((spec) => delete spec.instances)).toHaveLength(1);
    expect(problems(() => undefined)).toEqual([]);
  });
});
