import { App, Chart, Duration, Size, Testing } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import { describe, expect, it } from 'vitest';
import { ObjectStore, PhoenixApp, type PostgresClusterProps } from '../../lib';
import { warningsBelow } from '../../lib/_warning';
import { IMAGE, chart, cluster, objectStore, only, platform, service } from '../_build';

const synth = (props: Parameters<typeof cluster>[1] = {}) => {
  const scope = chart();
  cluster(scope, props);
  return Testing.synth(scope);
};
const spec = (props: Parameters<typeof cluster>[1] = {}) => only(synth(props), 'Cluster').spec;

describe('a PostgresCluster with defaults', () => {
  it('writes a Cluster that loses a node without losing an acknowledged write', () => {
    expect(spec()).toMatchObject({
      instances: 3,
      postgresql: { synchronous: { method: 'any', number: 1, dataDurability: 'required', failoverQuorum: true } },
      affinity: { enablePodAntiAffinity: true, podAntiAffinityType: 'required', topologyKey: 'kubernetes.io/hostname' },
      enablePDB: true,
      enableSuperuserAccess: false,
    });
  });

  it('writes zero timeouts as zero, because a missing one would mean minutes', () => {
    expect(spec()).toMatchObject({ smartShutdownTimeout: 0, failoverDelay: 0, stopDelay: 120, switchoverDelay: 60 });
    expect(spec().primaryLease).toEqual({
      leaseDurationSeconds: 15,
      renewDeadlineSeconds: 10,
      retryPeriodSeconds: 2,
      releasedLeaseDurationSeconds: 1,
    });
  });

  it('has Guaranteed QoS in the form the API server writes back', () => {
    expect(spec({ cpu: Cpu.millis(2000), memory: Size.mebibytes(4096) }).resources).toEqual({
      requests: { cpu: '2', memory: '4Gi' },
      limits: { cpu: '2', memory: '4Gi' },
    });
  });

  it('archives to the object store under its name and generation', () => {
    expect(spec().plugins).toEqual([
      {
        name: 'barman-cloud.cloudnative-pg.io',
        enabled: true,
        isWALArchiver: true,
        parameters: { barmanObjectName: 'db-backup', serverName: 'shop-db-1' },
      },
    ]);
    expect(spec({ generation: 4 }).plugins[0].parameters.serverName).toBe('shop-db-4');
  });

  it('derives parameters from memory and volume, and all are strings', () => {
    const { parameters } = spec({ memory: Size.gibibytes(4), walStorage: Size.gibibytes(16) }).postgresql;
    expect(parameters).toMatchObject({
      shared_buffers: '1024MB',
      effective_cache_size: '3072MB',
      max_slot_wal_keep_size: '8192MB',
    });
    expect(Object.values(parameters).every((value) => typeof value === 'string')).toBe(true);
  });

  it('lets the drill role in by certificate, into its own database only, and nobody without TLS', () => {
    expect(spec().postgresql.pg_hba).toEqual([
      'hostnossl all all all reject',
      'hostssl phoenix_drill phoenix_drill all cert',
      'host all phoenix_drill all reject',
      'host phoenix_drill all all reject',
    ]);
  });

  it('takes a shorter lease, and renews it in two thirds of it, as the webhook wants it', () => {
    const lease = (primaryLease?: PostgresClusterProps['primaryLease']) =>
      spec(primaryLease === undefined ? {} : { primaryLease }).primaryLease;
    const seconds = (amount: number): Duration => Duration.seconds(amount);
    expect(lease()).toEqual({
      leaseDurationSeconds: 15,
      renewDeadlineSeconds: 10,
      retryPeriodSeconds: 2,
      releasedLeaseDurationSeconds: 1,
    });
    expect(lease({ leaseDuration: seconds(5) })).toMatchObject({ renewDeadlineSeconds: 3, retryPeriodSeconds: 2 });
    expect(lease({ leaseDuration: seconds(3) })).toMatchObject({ renewDeadlineSeconds: 2, retryPeriodSeconds: 1 });
    expect(lease({ leaseDuration: seconds(20), renewDeadline: seconds(19), retryPeriod: seconds(5) })).toMatchObject({
      renewDeadlineSeconds: 19,
      retryPeriodSeconds: 5,
    });
  });

  it('never lets a standby become unready because the primary is gone', () => {
    expect(spec().probes.readiness).toEqual({ type: 'pg_isready' });
    expect(spec().probes.liveness.isolationCheck).toEqual({
      enabled: true,
      requestTimeout: 1000,
      connectionTimeout: 1000,
    });
  });

  it('reads the owner from a Secret that reloads', () => {
    const scope = chart();
    const database = cluster(scope);
    expect(only(Testing.synth(scope), 'Cluster').spec.bootstrap.initdb.secret).toEqual({ name: 'shop-db-owner' });
    expect(database.credentials).toMatchObject({
      type: 'kubernetes.io/basic-auth',
      labels: { 'cnpg.io/reload': 'true' },
    });
    expect(database.credentials.keys.map((key) => key.key)).toEqual(['username', 'password']);
  });
});

describe('a slot without bound, for an offline major upgrade', () => {
  const parameters = { max_slot_wal_keep_size: '-1' };
  const props = (app: PhoenixApp) =>
    service(app, 'shop', { database: { database: 'shop', image: IMAGE, storage: Size.gibibytes(20), parameters } });

  it('is written and warns, and needs no room on the volume', () => {
    const scope = chart();
    cluster(scope, { parameters, walStorage: Size.gibibytes(3) });
    expect(only(Testing.synth(scope), 'Cluster').spec.postgresql.parameters).toMatchObject(parameters);
    expect(warningsBelow(scope)).toEqual([
      "test/db: 'parameters.max_slot_wal_keep_size' is -1, which only an offline major upgrade needs: a lost standby keeps " +
        'WAL until the volume of the primary is full, and then nothing fails over; remove it after the upgrade',
    ]);
    expect(warningsBelow(cluster(chart()).node.root)).toEqual([]);
  });

  it('passes the policy only with a reason', () => {
    const silent = new PhoenixApp();
    props(silent);
    expect(() => silent.files()).toThrow(/an offline major upgrade needs -1: ignore this rule meanwhile, and say so/);
    const ignore = [{ rule: 'slot-wal-bounded', reason: 'major upgrade to PostgreSQL 18' }];
    const app = new PhoenixApp({ policy: { ignore } });
    props(app);
    expect(() => app.files()).not.toThrow();
  });
});

describe('network policies of a PostgresCluster', () => {
  it('let the operator and the other instances reach status and PostgreSQL, and monitoring the metrics', () => {
    const { ingress } = only(synth(), 'NetworkPolicy').spec;
    expect(ingress).toEqual([
      {
        from: [
          { podSelector: { matchLabels: { 'cnpg.io/cluster': 'shop-db' } } },
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cnpg-system' } },
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'cloudnative-pg' } },
          },
        ],
        ports: [
          { port: 5432, protocol: 'TCP' },
          { port: 8000, protocol: 'TCP' },
        ],
      },
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ port: 9187, protocol: 'TCP' }],
      },
    ]);
  });

  it('open no metrics port where there is no Prometheus', () => {
    const { ingress } = only(synth({ platform: platform({ monitoringNamespace: false }) }), 'NetworkPolicy').spec;
    expect(JSON.stringify(ingress)).not.toContain('9187');
  });

  it('let the instances out to DNS, each other, the Kubernetes API and the port of the object store', () => {
    const scope = chart();
    cluster(scope, { objectStore: objectStore(scope, { endpoint: 'https://minio.example:9000' }) });
    const { egress } = only(Testing.synth(scope), 'NetworkPolicy').spec;
    expect(egress.map((rule: any) => rule.ports.map((p: any) => p.port))).toEqual([
      [53, 53],
      [5432, 8000],
      [443, 6443, 9000],
    ]);
  });

  it('add one policy a client, for PostgreSQL alone', () => {
    const scope = chart();
    cluster(scope).addClient({ name: 'report', namespace: 'office', podLabels: { app: 'report' } });
    expect(only(Testing.synth(scope), 'NetworkPolicy', 'shop-db-from-report').spec.ingress).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'office' } },
            podSelector: { matchLabels: { app: 'report' } },
          },
        ],
        ports: [{ port: 5432, protocol: 'TCP' }],
      },
    ]);
  });

  it('fails for a client without labels, which would be a whole namespace', () => {
    const database = cluster(chart());
    expect(() => database.addClient({ name: 'all', namespace: 'office', podLabels: {} })).toThrow(
      "test/db: 'client.podLabels' of 'all' must have at least one label, got none",
    );
  });
});

describe('connection', () => {
  it('gives a client the primary, verified TLS, and the certificate without its key', () => {
    expect(cluster(chart()).connection).toEqual({
      host: 'shop-db-rw.shop.svc',
      readOnlyHost: 'shop-db-ro.shop.svc',
      port: 5432,
      database: 'shop',
      user: { name: 'shop-db-owner', key: 'username' },
      password: { name: 'shop-db-owner', key: 'password' },
      certificateAuthority: { name: 'shop-db-ca', key: 'ca.crt' },
      sslMode: 'verify-full',
    });
  });
});

describe('fails', () => {
  const four = platform({ nodes: ['a', 'b', 'c', 'd'] });
  it.each<[string, Parameters<typeof cluster>[1], string]>([
    [
      'with two instances',
      { instances: 2 },
      "test/db: 'instances' must be at least 3 to keep quorum after losing a node, got 2",
    ],
    ['with half an instance', { instances: 3.5 }, "'instances' must be at least 3"],
    [
      'with more instances than nodes',
      { instances: 5, platform: four },
      "'instances' must be at most 4, because each runs on a node of its own and platform 'test' has a, b, c, d, got 5",
    ],
    ['for an image without tag', { image: 'ghcr.io/cloudnative-pg/postgresql' }, "'image' must have a version tag"],
    ['for a digest without tag', { image: `pg@sha256:${'0'.repeat(64)}` }, "'image' must have a version tag"],
    ['for a port that is no tag', { image: 'registry.example:5000/pg' }, "'image' must have a version tag"],
    ['for latest', { image: 'pg:latest' }, "'image' must not use the tag 'latest'"],
    ['for what is no image', { image: 'PG image' }, "'image' must be an image reference such as"],
    ['for a name that is no label', { name: 'Shop_DB' }, "'name' must use lower-case letters, digits and dashes"],
    [
      'for a name that starts with a digit',
      { name: '1db' },
      "'name' must use lower-case letters, digits and dashes, and start with a letter",
    ],
    ['for a name that leaves no room', { name: 'a'.repeat(43) }, "'name' must have at most 42 characters, got 43"],
    [
      'for a storage of nothing',
      { storage: Size.gibibytes(0) },
      "'storage' must be a whole number of kibibytes, at least 1, got 0",
    ],
    [
      'for a fixed parameter',
      { parameters: { archive_command: 'true' } },
      "'parameters.archive_command' is set by CloudNativePG",
    ],
    [
      'for weak commits',
      { parameters: { synchronous_commit: 'off' } },
      "'parameters.synchronous_commit' must be 'on' or 'remote_apply', because anything weaker loses acknowledged writes on failover, got 'off'",
    ],
    ['for local commits', { parameters: { synchronous_commit: 'local' } }, "'parameters.synchronous_commit'"],
    ['for fsync off', { parameters: { fsync: 'off' } }, "'parameters.fsync' must be 'on'"],
    [
      'for a parameter that is no string',
      { parameters: { max_connections: 100 as never } },
      "'parameters.max_connections' must be a string",
    ],
    ['for what is no parameter', { parameters: { 'max connections': '1' } }, 'is no PostgreSQL parameter name'],
    [
      'for shared_buffers without unit',
      { parameters: { shared_buffers: '1000' } },
      "'parameters.shared_buffers' must be a size with a PostgreSQL unit",
    ],
    [
      'for shared_buffers over memory',
      { parameters: { shared_buffers: '3GB' } },
      "'parameters.shared_buffers' must fit into 'memory' (2048 MiB), got '3GB'",
    ],
    ['for crossed WAL sizes', { parameters: { min_wal_size: '2GB' } }, "'parameters.min_wal_size' must be less than"],
    [
      'for a WAL volume that its parameters overfill',
      { walStorage: Size.gibibytes(4), parameters: { max_slot_wal_keep_size: '2GB' } },
      "'walStorage' must hold at least 4608 MiB: twice max_wal_size (1GB), max_slot_wal_keep_size (2GB) and wal_keep_size (512MB), got 4096 MiB",
    ],
    [
      'for a slot of another negative size',
      { parameters: { max_slot_wal_keep_size: '-1MB' } },
      "'parameters.max_slot_wal_keep_size' must be a size",
    ],
    ['for senders without bound', { parameters: { wal_keep_size: '-1' } }, "'parameters.wal_keep_size' must be a size"],
    ['for a reserved database', { database: 'postgres' }, "'database' must not be a reserved name, got 'postgres'"],
    ['for a reserved owner', { owner: 'pg_admin' }, "'owner' must not be a reserved name, got 'pg_admin'"],
    ['for a quoted identifier', { database: 'my-shop' }, "'database' must be a plain PostgreSQL identifier"],
    [
      "for the operator's own Secret",
      { ownerSecret: 'shop-db-app' },
      "'ownerSecret' must not be a name that the operator uses",
    ],
    [
      'for a lease that is over before it must be renewed',
      { primaryLease: { leaseDuration: Duration.seconds(10), renewDeadline: Duration.seconds(10) } },
      "'primaryLease.leaseDuration' must be longer than 'primaryLease.renewDeadline' (10 s), got 10 s",
    ],
    [
      'for a lease that leaves no time to renew it',
      { primaryLease: { leaseDuration: Duration.seconds(2) } },
      "'primaryLease.renewDeadline' must be longer than 1.2 times 'primaryLease.retryPeriod' (1 s), got 1 s; the shortest lease is one of 3 s",
    ],
    [
      'for a lease in halves of a second',
      { primaryLease: { leaseDuration: Duration.millis(7500) } },
      "'primaryLease.leaseDuration' must be a whole number of seconds, at least 1, got 7 seconds 500 millis",
    ],
    ['for generation 0', { generation: 0 }, "'generation' must be a whole number of at least 1, got 0"],
  ])('%s', (_, props, message) => {
    expect(() => cluster(chart(), props)).toThrow(message);
  });

  it('for a second cluster in the same archive, and says which one', () => {
    const scope = chart();
    const store = objectStore(scope);
    cluster(scope, { objectStore: store });
    expect(() => cluster(scope, { objectStore: store }, 'other')).toThrow(
      "test/other: 'objectStore' destination 's3://bucket/postgres' is already used with server name 'shop-db-1' by test/db",
    );
  });

  it.each([
    [{ endpoint: 'https://s3.example' }, { endpoint: 'https://s3.example:443' }],
    [{ endpoint: 'https://s3.example' }, { endpoint: 'https://s3.example/' }],
    [{}, { endpoint: 'https://s3.eu-central-1.amazonaws.com' }],
    [{ destination: 's3://bucket/postgres/' }, { destination: 's3://bucket/postgres' }],
  ])('for a second cluster in the same archive, however it is written: %j and %j', (one, other) => {
    const scope = chart();
    const first = objectStore(scope, one);
    cluster(scope, { objectStore: first });
    const second = new ObjectStore(scope, 'second', {
      name: 'second',
      destination: 's3://bucket/postgres',
      retention: Duration.days(30),
      ...other,
    });
    expect(() => cluster(scope, { objectStore: second }, 'other')).toThrow('is already used with server name');
  });

  it('but not for the same archive with another name or generation', () => {
    const scope = chart();
    const store = objectStore(scope);
    cluster(scope, { objectStore: store });
    expect(() => cluster(scope, { objectStore: store, name: 'shop-db-b' }, 'b')).not.toThrow();
    expect(() => cluster(scope, { objectStore: store, generation: 2 }, 'c')).not.toThrow();
  });

  it('for a chart without namespace, and says how to give one', () => {
    const scope = new Chart(new App(), 'test');
    expect(() => objectStore(scope)).toThrow(
      "test/store: the chart has no namespace; write new Chart(app, 'test', { namespace: '...' })",
    );
  });
});
