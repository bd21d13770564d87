import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, App, Chart } from 'cdk8s';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ArgoCd, type ArgoCdProps, type Delivery, Document, Flux, type FluxProps, PhoenixApp, Unit } from '../../lib';
import { service, temporaryFolder } from '../_build';

const root = temporaryFolder();
const folder = () => mkdtempSync(join(root, 'out-'));

const configMap = (scope: Chart, id: string, name = id, namespace?: string) =>
  new ApiObject(scope, id, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    data: { id },
  });

/** Both engines, with what a test says of their paths. */
const engines = (props: { flux?: Partial<FluxProps>; argocd?: Partial<ArgoCdProps> }): Delivery[] => [
  new Flux({ path: '.', ...props.flux }),
  new ArgoCd({ path: '.', repository: 'https://git.example/shop.git', ...props.argocd }),
];

const filesBelow = (path: string) =>
  (readdirSync(path, { recursive: true }) as string[]).filter((name) => statSync(join(path, name)).isFile()).sort();

describe('PhoenixApp', () => {
  it('writes one folder a unit, one object a file, and a sorted kustomization that lists them', () => {
    const outdir = folder();
    const app = new PhoenixApp({ outdir });
    service(app);
    app.synth();
    for (const unit of app.units().filter((u) => u.folder === undefined)) {
      const path = join(outdir, 'manifests', unit.name);
      const { resources } = parse(readFileSync(join(path, 'kustomization.yaml'), 'utf8'));
      expect(resources).toEqual([...resources].sort());
      expect(filesBelow(path)).toEqual([...resources, 'kustomization.yaml'].sort());
      expect(resources).toHaveLength(unit.objects.length);
    }
    expect(readFileSync(join(outdir, 'manifests/shop-database/Cluster.shop.shop-db.yaml'), 'utf8')).toMatch(
      /^# Generated from shop\/database\/cluster\/Resource\. Do not edit\.\napiVersion: postgresql\.cnpg\.io\/v1\nkind: Cluster\n/,
    );
  });

  it('writes nothing that a GitOps engine would trip over', () => {
    const outdir = folder();
    const app = new PhoenixApp({ outdir });
    service(app);
    app.synth();
    const others = filesBelow(outdir).filter((path) => !path.startsWith('manifests/'));
    expect(others.filter((path) => /\.(ya?ml|json)$/.test(path))).toEqual(['docs/platform.json', 'docs/secrets.json']);
    expect(others).toContain('README.md');
  });

  it('makes the objects of the stock App, no more and no fewer', () => {
    const ours = new PhoenixApp();
    service(ours);
    const stock = new App();
    service(stock);
    const key = (m: any) => JSON.stringify(m);
    expect(
      ours
        .units()
        .flatMap((unit) => unit.objects.map((o) => key(o.manifest)))
        .sort(),
    ).toEqual(stock.charts.flatMap((chart) => chart.toJson().map(key)).sort());
  });

  it('loses no object, whatever the names and namespaces are', () => {
    const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/);
    const objects = fc.uniqueArray(fc.record({ name: label, namespace: fc.option(label, { nil: undefined }) }), {
      selector: ({ name, namespace }) => `${namespace}/${name}`,
      maxLength: 20,
      minLength: 1,
    });
    fc.assert(
      fc.property(fc.uniqueArray(label, { minLength: 1, maxLength: 4 }), objects, (charts, all) => {
        const app = new PhoenixApp({ policy: { ignore: [{ rule: 'namespace-set', reason: 'layout is under test' }] } });
        all.forEach(({ name, namespace }, i) => {
          const id = charts[i % charts.length]!;
          const chart = (app.node.tryFindChild(id) as Chart | undefined) ?? new Chart(app, id);
          configMap(chart, `object-${i}`, name, namespace);
        });
        const manifests = app
          .files()
          .filter((f) => f.path.startsWith('manifests/') && !f.path.endsWith('kustomization.yaml'));
        const found = manifests.map((f) => parse(f.text).data.id).sort();
        expect(found).toEqual(all.map((_, i) => `object-${i}`).sort());
        expect(new Set(manifests.map((f) => f.path)).size).toBe(all.length);
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same bytes again, and the same names when another service is added', () => {
    const files = (ids: string[]) => {
      const app = new PhoenixApp();
      ids.forEach((id) => service(app, id, { secretsFolder: `secrets/${id}` }));
      return new Map(app.files().map((f) => [f.path, f.text]));
    };
    const one = files(['shop']);
    expect([...files(['shop'])]).toEqual([...one]);
    const two = files(['bank', 'shop']);
    // The pages that list what is there, of all services.
    const kept = [...one].filter(([path]) => !/^(README|docs\/secrets|docs\/platform)\./.test(path));
    expect(kept.map(([path]) => [path, two.get(path)])).toEqual(kept);
  });

  it('has every unit built by kubectl kustomize', ({ skip }) => {
    if (spawnSync('kubectl', ['version', '--client']).status !== 0) {
      skip('kubectl is not installed: no unit was built with it');
    }
    const outdir = folder();
    const app = new PhoenixApp({ outdir });
    service(app);
    app.synth();
    for (const unit of app.units().filter((u) => u.folder === undefined)) {
      const built = execFileSync('kubectl', ['kustomize', join(outdir, 'manifests', unit.name)], { encoding: 'utf8' });
      expect(built.split(/^---$/m)).toHaveLength(unit.objects.length);
    }
  });
});

describe('units', () => {
  it('depend as the charts do, through charts that hold nothing, and on whole constructs', () => {
    const app = new PhoenixApp();
    const a = new Unit(app, 'a');
    const empty = new Chart(app, 'empty');
    const b = new Chart(app, 'b');
    const c = new Unit(app, 'c', { folder: 'hand-owned' });
    configMap(a, 'x');
    configMap(b, 'y');
    b.addDependency(empty);
    empty.addDependency(a);
    c.addDependency(b);
    const shop = service(app);
    shop.node.addDependency(c);
    const units = new Map(app.units().map((unit) => [unit.name, unit]));
    expect(units.get('b')?.dependsOn).toEqual(['a']);
    expect(units.get('c')).toMatchObject({ dependsOn: ['b'], folder: 'hand-owned', objects: [] });
    expect(units.has('empty')).toBe(false);
    expect(units.get('shop-base')?.dependsOn).toEqual(['c']);
    expect(units.get('shop-database')?.dependsOn).toEqual(['c', 'shop-secrets']);
  });

  it('follow dependencies between single objects of two charts', () => {
    const app = new PhoenixApp();
    const first = configMap(new Chart(app, 'first'), 'x');
    const second = configMap(new Chart(app, 'second'), 'y');
    second.addDependency(first);
    expect(app.units().find((unit) => unit.name === 'second')?.dependsOn).toEqual(['first']);
  });

  it('know their service and what an engine may do with them', () => {
    const app = new PhoenixApp();
    service(app);
    configMap(new Chart(app, 'plain'), 'x');
    expect(app.units().map(({ name, group, role }) => [name, group, role])).toEqual([
      ['shop-base', 'shop', 'core'],
      ['shop-secrets', 'shop', 'core'],
      ['shop-database', 'shop', 'core'],
      ['shop-api', 'shop', 'core'],
      ['shop-drills', 'shop', 'drills'],
      ['shop-monitoring', 'shop', 'monitoring'],
      ['plain', 'plain', 'core'],
    ]);
  });

  it('tell which objects hold data', () => {
    const app = new PhoenixApp();
    service(app);
    const held = app
      .units()
      .flatMap((unit) => unit.objects.filter((o) => o.traits.holdsData).map((o) => o.manifest.kind));
    expect(held.sort()).toEqual(['Cluster', 'Namespace', 'ObjectStore']);
  });
});

describe('fails, and touches no file', () => {
  const refused = (define: (app: PhoenixApp) => void) => {
    const outdir = folder();
    const before = new PhoenixApp({ outdir });
    service(before, 'before');
    before.synth();
    const files = filesBelow(outdir);
    const app = new PhoenixApp({ outdir });
    let message = 'nothing was refused';
    try {
      define(app);
      app.synth();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(filesBelow(outdir)).toEqual(files);
    return message;
  };

  it('for one object in two units, and names both', () => {
    const message = refused((app) => {
      configMap(new Chart(app, 'a'), 'x', 'settings', 'shop');
      configMap(new Chart(app, 'b'), 'y', 'settings', 'shop');
    });
    expect(message).toBe(
      "b/y: ConfigMap 'settings' in namespace 'shop' is already defined by a/x; give one of the two another name",
    );
  });

  it('for two kinds of one name in one file', () => {
    const message = refused((app) => {
      const chart = new Chart(app, 'a');
      ['one.example/v1', 'two.example/v1'].forEach((apiVersion, i) => {
        new ApiObject(chart, `o${i}`, { apiVersion, kind: 'Thing', metadata: { name: 'x' } });
      });
    });
    expect(message).toBe("a/o1: 'manifests/a/Thing.x.yaml' is also the file of a/o0; give one of the two another name");
  });

  it('for two units of one name', () => {
    const message = refused((app) => {
      configMap(new Chart(app, 'a-b'), 'x');
      const outer = new Chart(app, 'a');
      configMap(new Chart(outer, 'b'), 'y');
    });
    expect(message).toBe(
      "units: 'a-b' and 'a/b' are both called 'a-b', and a unit's name is its folder; rename one of the charts",
    );
  });

  it('for whatever a construct finds wrong with itself, all of it at once', () => {
    const message = refused((app) => {
      service(app, 'shop').node.addValidation({ validate: () => ['this is wrong', 'and that'] });
      service(app, 'bank').node.addValidation({ validate: () => ['this too'] });
    });
    expect(message).toBe('validation failed:\n  [shop] this is wrong\n  [shop] and that\n  [bank] this too');
  });

  it('for a hand-owned folder outside the deploy folder, without any engine', () => {
    expect(refused((app) => new Unit(app, 'secrets', { folder: '../../etc' }))).toBe(
      "unit 'secrets': 'folder' must stay inside the repository, got '../../etc'",
    );
  });

  it('for a hand-owned folder of two units, without any engine', () => {
    const message = refused((app) => {
      new Unit(app, 'shop', { folder: 'secrets' });
      new Unit(app, 'bank', { folder: './secrets/' });
    });
    expect(message).toBe(
      "unit 'bank': its folder './secrets/' already belongs to unit 'shop', and two owners of one object undo each " +
        "other's work; give each its own, such as 'secrets/bank'",
    );
  });

  it('for a hand-owned folder that synthesis wipes, or a unit that has objects beside it', () => {
    const out = folder();
    const app = new PhoenixApp({ outdir: join(out, 'dist') });
    configMap(new Unit(app, 'secrets', { folder: 'secrets' }), 'x');
    const wiped = new PhoenixApp({ outdir: join(out, 'dist') });
    new Unit(wiped, 'secrets', { folder: 'dist/secrets' });
    expect(() => wiped.synth()).toThrow("unit 'secrets': 'folder' must lie beside 'dist', which every synthesis wipes");
    expect(() => app.synth()).toThrow("unit 'secrets': a unit with a 'folder' holds no objects of its own, got 1");
  });

  it.each<[string, Parameters<typeof engines>[0], string]>([
    [
      'rendered',
      {},
      "flux: 'path' and 'output' say that the tree lies in 'dist', but the app writes it to 'rendered'; make 'output' " +
        "the name of the folder that is written, and 'path' the folder that holds it",
    ],
    [
      'deploy/dist',
      {},
      "flux: 'path' and 'output' say that the tree lies in 'dist', but the app writes it to 'deploy/dist'",
    ],
    [
      'rendered',
      { flux: { path: 'deploy' }, argocd: { path: 'other', output: 'rendered' } },
      "flux: 'path' and 'output' say that the tree lies in 'deploy/dist', but the app writes it to 'rendered'",
    ],
    [
      'dist',
      { flux: { path: 'deploy' }, argocd: { path: 'other' } },
      "argocd: 'path' and 'output' say that the tree lies in 'other/dist', but flux looks for it in 'deploy/dist', and " +
        'there is one tree; give both the same',
    ],
    [
      '/nowhere/rendered',
      {},
      "flux: 'path' and 'output' say that the tree lies in 'dist', but the app writes it to '/nowhere/rendered'",
    ],
  ])('for an engine that looks elsewhere than in %s: %j', (outdir, props, message) => {
    expect(() => new PhoenixApp({ outdir, delivery: engines(props) }).files()).toThrow(message);
  });

  it('but takes any folder that ends as the engines say', () => {
    const both = (path: string, output = 'dist') => engines({ flux: { path, output }, argocd: { path, output } });
    const fine = (outdir: string, delivery: Delivery[]) => new PhoenixApp({ outdir, delivery }).files().length > 0;
    expect(fine('dist', both('.'))).toBe(true);
    expect(fine('./dist/', both('deploy'))).toBe(true);
    expect(fine('deploy/dist', both('./deploy/'))).toBe(true);
    expect(fine('../rendered', both('deploy', 'rendered'))).toBe(true);
    expect(fine('/nowhere/deploy/dist', both('other'))).toBe(true);
  });

  it('for an id that is no DNS label', () => {
    expect(refused((app) => service(app, 'Shop'))).toContain(
      "Shop: 'id' must use lower-case letters, digits and dashes",
    );
    expect(refused((app) => configMap(new Chart(app, 'Plain'), 'x'))).toContain(
      "Plain: 'id' must use lower-case letters",
    );
  });

  it('for a document that an engine would apply', () => {
    expect(refused((app) => new Document(app, 'doc', { path: 'notes.yaml', produce: () => '' }))).toContain(
      "doc: 'path' must be a relative path that does not end in .yaml or .yml, got 'notes.yaml'",
    );
    expect(refused((app) => new Document(app, 'doc', { path: '../notes.md', produce: () => '' }))).toContain(
      "'path' must be a relative path",
    );
  });

  it('for an output folder that holds something else', () => {
    const outdir = folder();
    mkdirSync(join(outdir, 'manifests'));
    writeFileSync(join(outdir, 'manifests', 'mine.yaml'), 'precious');
    const app = new PhoenixApp({ outdir });
    service(app);
    expect(() => app.synth()).toThrow(
      'was not written by cdk8s-phoenix and would be deleted; choose another output folder',
    );
    expect(readFileSync(join(outdir, 'manifests', 'mine.yaml'), 'utf8')).toBe('precious');
  });
});

describe('a second run', () => {
  it('removes what is no longer made, keeps what lies beside, and rewrites nothing else', () => {
    const outdir = folder();
    const both = new PhoenixApp({ outdir });
    service(both, 'old', { secretsFolder: 'secrets/old' });
    service(both, 'shop');
    new Document(both, 'page', { path: 'page.md', produce: () => 'hello\n' });
    both.synth();
    writeFileSync(join(outdir, 'beside.txt'), 'mine');
    const cluster = join(outdir, 'manifests/shop-database/Cluster.shop.shop-db.yaml');
    const written = statSync(cluster).mtimeMs;

    const one = new PhoenixApp({ outdir });
    service(one, 'shop');
    one.synth();
    expect(existsSync(join(outdir, 'manifests/old-database'))).toBe(false);
    expect(existsSync(join(outdir, 'docs/page.md'))).toBe(false);
    expect(readFileSync(join(outdir, 'beside.txt'), 'utf8')).toBe('mine');
    expect(statSync(cluster).mtimeMs).toBe(written);
  });
});
