import { Duration, JsonPatch, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import * as fc from 'fast-check';
import {
  Bootstrap,
  type HighlyAvailableService,
  type HighlyAvailableServiceProps,
  Platform,
  type PlatformNodeProps,
  Storage,
} from '../lib';
import { readCron } from '../lib/_cron';
import { IMAGE, serviceProps } from './_build';

/** Any valid properties that a user could write, over all options. */
const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/);
const option = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const defined = <T extends object>(record: T) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
const size = (min: number, max: number) =>
  fc.integer({ min: min * 1024, max: max * 1024 }).map((amount) => Size.mebibytes(amount));
const secondsFrom = (min: number, max: number) => fc.integer({ min, max }).map((amount) => Duration.seconds(amount));

/** One cron field: lists of stars, numbers, names and ranges, with and without steps. */
function cronField(min: number, max: number, names: readonly string[] = []): fc.Arbitrary<string> {
  const number = fc.integer({ min, max });
  const text = fc.tuple(number, fc.boolean()).map(([n, byName]) => (byName ? (names[n - min] ?? `${n}`) : `${n}`));
  const range = fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const part = fc
    .tuple(fc.oneof(fc.constantFrom('*', '?'), text, range), option(fc.integer({ min: 1, max })))
    .map(([base, step]) => (step === undefined ? base : `${base}/${step}`));
  return fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));
}

/** Six fields of the grammar, as far as they ever run. */
export const schedules = fc
  .tuple(
    cronField(0, 59),
    cronField(0, 59),
    cronField(0, 23),
    cronField(1, 31),
    cronField(1, 12, 'JAN feb Mar APR may Jun JUL aug Sep OCT nov Dec'.split(' ')),
    cronField(0, 6, 'SUN mon Tue WED thu Fri SAT'.split(' ')),
  )
  .map((fields) => fields.join(' '))
  .filter((schedule) => 'longestGap' in readCron(schedule, 'ScheduledBackup'));

const rack = fc.constantFrom('a', 'b', 'c').map((name) => ({ 'topology.example/rack': name }));
const discouraged = { key: 'disk', value: 'slow', effect: 'PreferNoSchedule' as const };
const closed = { key: 'dedicated', effect: 'NoSchedule' as const };

/** Nodes by name and with labels and taints; some take no pods of ours. */
const nodes = fc
  .record({
    open: fc.array(fc.record({ labels: option(rack), tainted: fc.boolean() }), { minLength: 3, maxLength: 9 }),
    cordoned: fc.boolean(),
    dedicated: fc.boolean(),
    zones: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ open, cordoned, dedicated, zones }) => ({
    usable: open.length,
    nodes: [
      ...open.map(({ labels, tainted }, i): string | PlatformNodeProps => {
        const zone: Record<string, string> = zones === 0 ? {} : { 'topology.kubernetes.io/zone': `zone-${i % zones}` };
        return labels === undefined && !tainted && zones === 0
          ? `node-${i}`
          : { name: `node-${i}`, labels: { ...labels, ...zone }, taints: tainted ? [discouraged] : [] };
      }),
      ...(cordoned ? [{ name: 'cordoned', schedulable: false }] : []),
      ...(dedicated ? [{ name: 'dedicated', taints: [closed] }] : []),
    ],
  }));

const platforms = fc
  .record({
    nodes,
    kubernetes: fc.constantFrom('1.30', '1.31', '1.32', '1.33', '1.34', '1.35', '1.36' as const),
    copies: option(fc.integer({ min: 1, max: 3 })),
    monitored: fc.boolean(),
    operatorNamespace: option(label.map((name) => `op-${name}`)),
    nodeMonitorGracePeriod: option(secondsFrom(10, 120)),
    databaseSize: option(fc.integer({ min: 1, max: 1024 }).map((amount) => Size.mebibytes(amount))),
    podStart: option(secondsFrom(1, 120)),
  })
  .map((r) => ({
    usable: r.nodes.usable,
    platform: new Platform({
      name: 'any',
      nodes: r.nodes.nodes,
      kubernetes: r.kubernetes,
      cloudNativePg: '1.30',
      storage:
        r.copies === undefined
          ? Storage.nodeLocal('local-path')
          : Storage.replicated('longhorn', {
              replicas: r.copies,
              dataLocality: r.copies === 1 ? 'strict-local' : 'disabled',
            }),
      ...(r.monitored ? {} : { monitoringNamespace: false as const }),
      ...defined({ operatorNamespace: r.operatorNamespace, nodeMonitorGracePeriod: r.nodeMonitorGracePeriod }),
      measured: defined({ databaseSize: r.databaseSize, podStart: r.podStart }),
    }),
  }));

/** Each usable node may have an instance. */
const sizedPlatforms = platforms.chain(({ usable, platform }) =>
  fc.record({ platform: fc.constant(platform), instances: fc.integer({ min: 3, max: usable }) }),
);

/** Different ports: the API's own, named ones, and metrics on one of them, on another one, or nowhere. */
const ports = fc
  .record({
    numbers: fc.uniqueArray(fc.integer({ min: 1024, max: 65_535 }), { minLength: 2, maxLength: 6 }),
    names: fc.uniqueArray(
      label.map((name) => `x-${name}`),
      { minLength: 4, maxLength: 4 },
    ),
    metrics: fc.constantFrom('none', 'default', 'own', 'extra'),
    path: option(fc.constant('/m')),
  })
  .map(({ numbers: [port = 1, own = 2, ...extra], names, metrics, path }) => {
    const number = { none: undefined, default: undefined, own, extra: extra[0] ?? port }[metrics];
    return {
      port,
      extraPorts: Object.fromEntries(extra.map((value, i) => [names[i]!, value])),
      ...(metrics === 'none' ? {} : { metrics: defined({ port: number, path }) }),
    };
  });

const bootstraps = fc.oneof(
  fc.constant(Bootstrap.initdb()),
  fc
    .constantFrom(undefined, 'verify-full' as const, 'verify-ca' as const)
    .map((sslMode) =>
      Bootstrap.import({ host: 'old.example', database: 'shop', user: 'shop', ...defined({ sslMode }) }),
    ),
  fc.constant(Bootstrap.recovery({ serverName: 'lost-db-1', targetTime: '2026-11-23T04:15:00+01:00' })),
);

export const services: fc.Arbitrary<HighlyAvailableServiceProps> = fc
  .record({
    sized: sizedPlatforms,
    tolerations: option(fc.constantFrom({ key: 'dedicated' }, { ...closed, value: 'shop' })),
    namespace: option(label.map((name) => `ns-${name}`)),
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
    schedule: schedules,
    ports,
    image: fc.constantFrom('registry.example/shop:1', 'shop:2024', 'localhost:5000/shop:8'),
    replicas: option(fc.integer({ min: 1, max: 12 })),
    liveness: option(fc.constant('/alive')),
    livenessTolerance: option(secondsFrom(900, 3600)),
    lease: option(fc.integer({ min: 3, max: 60 }).map((s) => ({ leaseDuration: Duration.seconds(s) }))),
    readinessPeriod: option(secondsFrom(1, 60)),
    databaseTimeout: option(secondsFrom(1, 900)),
    startTimeout: option(secondsFrom(1, 3600)),
    shutdownTimeout: option(secondsFrom(2, 300)),
    environment: option(fc.dictionary(fc.stringMatching(/^[A-OQ-Z][A-Z_]{0,8}$/), fc.string(), { maxKeys: 3 })),
    user: option(fc.integer({ min: 1, max: 60_000 })),
    url: option(fc.constant('DATABASE_URL')),
    companion: option(fc.tuple(label, ports)),
    clients: fc.uniqueArray(label, { maxLength: 3 }),
    args: option(fc.array(fc.string({ minLength: 1 }), { maxLength: 3 })),
  })
  .map((r) =>
    serviceProps({
      platform: r.sized.platform,
      ...defined({ namespace: r.namespace }),
      ...(r.tolerations === undefined ? {} : { placement: { tolerations: [r.tolerations] } }),
      database: defined({
        database: 'shop',
        image: IMAGE,
        instances: r.sized.instances,
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
        image: r.image,
        ...r.ports,
        readiness: '/health',
        replicas: r.replicas,
        liveness: r.liveness,
        livenessTolerance: r.livenessTolerance,
        readinessPeriod: r.readinessPeriod,
        databaseTimeout: r.databaseTimeout,
        startTimeout: r.startTimeout,
        shutdownTimeout: r.shutdownTimeout,
        environment: r.environment,
        user: r.user,
        databaseUrlVariable: r.url,
        args: r.args,
      }),
      ...(r.companion === undefined
        ? {}
        : { companions: { [`c-${r.companion[0]}`]: { image: 'x/y:1', readiness: '/', ...r.companion[1] } } }),
      access: { clients: r.clients.map((name) => ({ name: `k-${name}`, namespace: 'ops', podLabels: { app: name } })) },
    }),
  );

/** A change to one object of a service, as a JSON Patch adds it. */
export interface HarmlessPatch {
  readonly part: 'database' | 'objectStore' | 'backupSchedule' | 'api';
  readonly path: readonly string[];
  readonly value: unknown;
}

const patch = (part: HarmlessPatch['part'], path: string, values: fc.Arbitrary<unknown>): fc.Arbitrary<HarmlessPatch> =>
  values.map((value) => ({ part, path: path.split('.'), value }));

/** Ways out that people take, and that nothing else depends on. */
export const harmlessPatches: fc.Arbitrary<HarmlessPatch> = fc.oneof(
  patch('database', 'metadata.labels', fc.record({ team: label })),
  patch('database', 'spec.logLevel', fc.constantFrom('debug', 'warning')),
  patch('database', 'spec.startDelay', fc.integer({ min: 3600, max: 7200 })),
  patch(
    'database',
    'spec.postgresql.parameters.work_mem',
    fc.integer({ min: 1, max: 64 }).map((n) => `${n}MB`),
  ),
  patch('objectStore', 'spec.configuration.wal.maxParallel', fc.integer({ min: 1, max: 16 })),
  patch('objectStore', 'spec.retentionPolicy', fc.constantFrom('4w', '6m')),
  patch('backupSchedule', 'spec.target', fc.constant('primary')),
  patch('backupSchedule', 'spec.schedule', schedules),
  patch('api', 'spec.revisionHistoryLimit', fc.integer({ min: 0, max: 10 })),
  patch('api', 'spec.template.metadata.annotations', fc.record({ 'example.net/build': label })),
  patch('api', 'spec.template.spec.terminationGracePeriodSeconds', fc.integer({ min: 400, max: 900 })),
);

/** Applies the patch, and says which object it is on: kind and name. */
export function applyPatch(service: HighlyAvailableService, { part, path, value }: HarmlessPatch): string {
  const { apiObject } = part === 'objectStore' ? service.database.objectStore : service[part];
  apiObject.addJsonPatch(JsonPatch.add(`/${path.join('/')}`, value));
  return `${apiObject.kind} ${apiObject.name}`;
}
