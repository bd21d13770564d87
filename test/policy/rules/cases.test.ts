import { describe, expect, it } from 'vitest';
import { checkManifests } from '../../../lib/policy/check';
import { rules } from '../../../lib/policy/registry';
import { cluster, cronJob, deployment, object, store } from '../../../lib/policy/rules/_examples';

/** What one rule says about objects: each finding's path and message. */
function judge(name: string, ...objects: readonly unknown[]): string[] {
  const rule = rules.filter((one) => one.name === name);
  expect(rule).toHaveLength(1);
  const { findings } = checkManifests(
    objects.map((manifest) => ({ manifest })),
    { rules: rule },
  );
  return findings.map(({ rule: by, path, message }) => `${by === name ? '' : `${by} `}${path}: ${message}`);
}

describe('schedules', () => {
  const backup = (schedule: string) =>
    judge(
      'backup-schedule-six-fields',
      object('postgresql.cnpg.io/v1', 'ScheduledBackup', 'db', {
        spec: { schedule, cluster: { name: 'db' }, method: 'plugin' },
      }),
    );
  const job = (schedule: string) => judge('cron-job-schedule', cronJob({ schedule }));

  it.each(['0 0 2 * * *', '0 0 2 * * SUN', '0 0 2 ? * MON-SAT/2', '  0 0 2 1 * *', '@daily', '@every 12h'])(
    'of backups: %s is taken',
    (schedule) => {
      expect(backup(schedule)).toEqual([]);
    },
  );

  it.each([
    ['0 0 2 * * 7', /day of week '7', which must be from 0 to 6/],
    ['0 0 2 * * SAT-SUN', /which ends before it begins/],
    ['0 0 2 30 2 *', /never runs/],
    ['@dayly', /must have six fields, not 1/],
    ['0 2 * * *', /has five fields: CloudNativePG takes the first for seconds/],
    ['TZ=UTC 0 2 * * *', /has second 'TZ=UTC', which is no number/],
  ])('of backups: %s is found', (schedule, message) => {
    expect(backup(schedule)).toEqual([expect.stringMatching(message)]);
  });

  it.each(['17 4 * * 0', '@daily', '@every 1h30m', '0 2 */2 * MON'])('of jobs: %s is taken', (schedule) => {
    expect(job(schedule)).toEqual([]);
  });

  it.each([
    ['0 2 * * 7', /where 0 is Sunday/],
    ['0 2 31 FEB *', /never runs/],
    ['@every', /must have five fields, not 1/],
    ['@every 5', /must have five fields, not 2/],
    ['CRON_TZ=UTC 0 2 * * *', /refuses a time zone/],
  ])('of jobs: %s is found', (schedule, message) => {
    expect(job(schedule)).toEqual([expect.stringMatching(message)]);
  });
});

describe('image-version', () => {
  const image = (name: string) => judge('image-version', deployment({ containers: [{ name: 'web', image: name }] }));

  it.each(['postgres:18', 'shop:2024', 'registry.example.net:5000/shop:2', `shop:1@sha256:${'0'.repeat(64)}`])(
    'takes %s',
    (name) => expect(image(name)).toEqual([]),
  );

  it.each([
    'shop',
    'registry.example.net:5000/shop',
    `shop@sha256:${'0'.repeat(64)}`,
    `shop@sha512:${'0'.repeat(128)}`,
  ])('finds no tag in %s', (name) => expect(image(name)).toEqual([expect.stringContaining('has no tag')]));
});

describe('server-name-unique', () => {
  const two = (one: object, other: object) => {
    const plugin = (barmanObjectName: string) => ({
      plugins: [
        {
          name: 'barman-cloud.cloudnative-pg.io',
          enabled: true,
          isWALArchiver: true,
          parameters: { barmanObjectName, serverName: 'db-1' },
        },
      ],
    });
    return judge(
      'server-name-unique',
      cluster(plugin('one'), 'a'),
      cluster(plugin('other'), 'b'),
      store({ configuration: one }, 'one'),
      store({ configuration: other }, 'other'),
    );
  };

  it.each([
    [{ endpointURL: 'https://s3.x' }, { endpointURL: 'https://s3.x:443' }],
    [{ endpointURL: 'https://s3.x' }, { endpointURL: 'https://S3.X/' }],
    [{ destinationPath: 's3://backups/shop' }, { destinationPath: 's3://backups/shop//' }],
    [{ destinationPath: 's3://backups/shop' }, { destinationPath: 'S3://backups//shop' }],
    [{}, { endpointURL: 'https://s3.eu-central-1.amazonaws.com' }],
  ])('sees that %j and %j are one place', (one, other) => {
    expect(two(one, other)).toHaveLength(2);
  });

  it.each([
    [{ endpointURL: 'https://s3.x' }, { endpointURL: 'https://s3.x:9000' }],
    [{ endpointURL: 'https://s3.x' }, { endpointURL: 'https://s3.y' }],
    [{ destinationPath: 's3://backups/shop' }, { destinationPath: 's3://backups/Shop' }],
    [{}, { endpointURL: 'https://s3.x' }],
  ])('and that %j and %j are two', (one, other) => {
    expect(two(one, other)).toEqual([]);
  });
});

describe('what CloudNativePG and its plugin only warn of, or do not say', () => {
  const archive = {
    plugins: [{ name: 'x', enabled: true, isWALArchiver: true, parameters: { barmanObjectName: 'store' } }],
  };
  const sidecar = (requests: object, limits: object) =>
    store({ instanceSidecarConfiguration: { resources: { requests, limits } } });
  const both = { cpu: '200m', memory: '256Mi' };

  it('a sidecar that takes Guaranteed QoS away is found where it is limited, requested, or neither', () => {
    const of = (one: object) => judge('sidecar-resources', one, cluster(archive));
    expect(of(sidecar(both, both))).toEqual([]);
    expect(of(sidecar({}, both))).toEqual([]);
    expect(of(sidecar({ ...both, cpu: '0.2' }, both))).toEqual([]);
    expect(of(store())).toHaveLength(2);
    expect(of(sidecar({ ...both, cpu: '100m' }, both))).toEqual([
      "spec.instanceSidecarConfiguration.resources.requests.cpu: the sidecar requests '100m' and is limited to '200m': the pod of the database is not Guaranteed",
    ]);
    expect(judge('sidecar-resources', store())).toEqual([]);
  });

  it('a restore that is over is found in the bootstrap, and among the external clusters', () => {
    const recovery = { recovery: { source: 'origin', database: 'shop', owner: 'shop' } };
    const externalClusters = [{ name: 'origin', plugin: { name: 'x', enabled: true, isWALArchiver: false } }];
    const of = (spec: Record<string, unknown>) => judge('recovery-left-armed', cluster(spec));
    expect(of({ bootstrap: recovery, externalClusters })).toEqual([
      expect.stringMatching(/^spec\.bootstrap\.recovery: /),
    ]);
    expect(of({ externalClusters })).toEqual([
      expect.stringMatching(/^spec\.externalClusters\[origin\]: nothing reads 'origin'/),
    ]);
    expect(of({ externalClusters, replica: { enabled: true, source: 'origin' } })).toEqual([]);
    expect(of({ externalClusters: [{ name: 'old', connectionParameters: { host: 'old' } }] })).toEqual([]);
    expect(of({ bootstrap: recovery, externalClusters, plugins: undefined })).toEqual([]);
  });

  it('Google credentials are either the environment or a Secret', () => {
    const of = (googleCredentials: object) =>
      judge('object-store-credentials', store({ configuration: { s3Credentials: undefined, googleCredentials } }));
    const applicationCredentials = { name: 'store', key: 'gcs.json' };
    expect(of({ gkeEnvironment: true })).toEqual([]);
    expect(of({ applicationCredentials })).toEqual([]);
    expect(of({ gkeEnvironment: true, applicationCredentials })).toHaveLength(1);
    expect(of({})).toHaveLength(1);
  });

  it('an operator with one replica is found like any Deployment with one', () => {
    expect(judge('single-replica', deployment({}, { replicas: 1 }, 'cnpg-controller-manager'))).toHaveLength(1);
  });
});
