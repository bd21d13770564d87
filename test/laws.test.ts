import { App, Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bootstrap, type HighlyAvailableServiceProps, PhoenixApp, Platform, Storage } from '../lib';
import { validateManifest } from '../lib/policy/schema/validate';
import { IMAGE, service, serviceProps } from './_build';

/** Any valid properties that a user could write, over all options. */
const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/);
const option = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const defined = <T extends object>(record: T) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
const size = (min: number, max: number) =>
  fc.integer({ min: min * 1024, max: max * 1024 }).map((amount) => Size.mebibytes(amount));
const port = fc.integer({ min: 1024, max: 65_535 });

const platforms = fc
  .record({
    nodes: fc.integer({ min: 3, max: 9 }),
    kubernetes: fc.constantFrom('1.32', '1.34', '1.36' as const),
    replicated: fc.boolean(),
    monitored: fc.boolean(),
  })
  .map(
    ({ nodes, kubernetes, replicated, monitored }) =>
      new Platform({
        name: 'any',
        nodes: Array.from({ length: nodes }, (_, i) => `node-${i}`),
        kubernetes,
        cloudNativePg: '1.30',
        storage: replicated
          ? Storage.replicated('longhorn', { replicas: 1, dataLocality: 'strict-local' })
          : Storage.nodeLocal('local-path'),
        ...(monitored ? {} : { monitoringNamespace: false as const }),
      }),
  );

const bootstraps = fc.oneof(
  fc.constant(Bootstrap.initdb()),
  fc.constant(Bootstrap.import({ host: 'old.example', database: 'shop', user: 'shop' })),
  fc.constant(Bootstrap.recovery({ serverName: 'lost-db-1', targetTime: '2026-11-23T04:15:00+01:00' })),
);

const services: fc.Arbitrary<HighlyAvailableServiceProps> = fc
  .record({
    platform: platforms,
    namespace: option(label),
    instances: fc.constantFrom(3),
    storage: size(1, 2000),
    walStorage: option(size(6, 64)),
    cpu: option(fc.integer({ min: 1, max: 32_000 }).map((m) => Cpu.millis(m))),
    memory: option(size(1, 256)),
    bootstrap: bootstraps,
    generation: option(fc.integer({ min: 1, max: 99 })),
    priorityClassName: option(label),
    endpoint: option(fc.constantFrom('https://s3.example', 'https://minio.example:9000')),
    region: option(fc.constant('eu-central-1')),
    retention: fc.integer({ min: 1, max: 3650 }).map((days) => Duration.days(days)),
    schedule: fc.constantFrom('0 17 2 * * *', '30 */10 * * * *', '0 0 3 ? * SUN'),
    port,
    replicas: option(fc.integer({ min: 1, max: 12 })),
    liveness: option(fc.constant('/alive')),
    livenessTolerance: option(fc.integer({ min: 600, max: 3600 }).map((s) => Duration.seconds(s))),
    lease: option(fc.integer({ min: 3, max: 60 }).map((s) => ({ leaseDuration: Duration.seconds(s) }))),
    readinessPeriod: option(fc.integer({ min: 1, max: 60 }).map((s) => Duration.seconds(s))),
    databaseTimeout: option(fc.integer({ min: 1, max: 900 }).map((s) => Duration.seconds(s))),
    metrics: option(fc.record({ port: option(port), path: option(fc.constant('/m')) }).map(defined)),
    environment: option(fc.dictionary(fc.stringMatching(/^[A-OQ-Z][A-Z_]{0,8}$/), fc.string(), { maxKeys: 3 })),
    user: option(fc.integer({ min: 1, max: 60_000 })),
    url: option(fc.constant('DATABASE_URL')),
    companion: option(label),
    clients: fc.uniqueArray(label, { maxLength: 3 }),
    args: option(fc.array(fc.string({ minLength: 1 }), { maxLength: 3 })),
  })
  .map((r) =>
    serviceProps({
      platform: r.platform,
      ...defined({ namespace: r.namespace }),
      database: defined({
        database: 'shop',
        image: IMAGE,
        instances: r.instances,
        storage: r.storage,
        walStorage: r.walStorage,
        cpu: r.cpu,
        memory: r.memory,
        bootstrap: r.bootstrap,
        generation: r.generation,
        priorityClassName: r.priorityClassName,
        primaryLease: r.lease,
      }),
      backup: defined({
        destination: 's3://bucket/postgres',
        endpoint: r.endpoint,
        region: r.region,
        retention: r.retention,
        schedule: r.schedule,
      }),
      api: defined({
        image: 'registry.example/shop:1',
        port: r.port,
        readiness: '/health',
        replicas: r.replicas,
        liveness: r.liveness,
        livenessTolerance: r.livenessTolerance,
        readinessPeriod: r.readinessPeriod,
        databaseTimeout: r.databaseTimeout,
        metrics: r.metrics,
        environment: r.environment,
        user: r.user,
        databaseUrlVariable: r.url,
        args: r.args,
      }),
      ...(r.companion === undefined
        ? {}
        : { companions: { [`c-${r.companion}`]: { image: 'x/y:1', port: 80, readiness: '/' } } }),
      access: { clients: r.clients.map((name) => ({ name: `k-${name}`, namespace: 'ops', podLabels: { app: name } })) },
    }),
  );

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
