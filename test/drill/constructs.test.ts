import { App, Chart, Duration, JsonPatch } from 'cdk8s';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { FailoverDrill, type FailoverDrillProps, PhoenixApp, RunnerBundle } from '../../lib';
import { parseConfig } from '../../lib/drill/runner/config';
import { only, service, serviceProps, platform } from '../_build';

/** The manifests of a service's drills unit. */
function drills(props: Parameters<typeof service>[2] = {}) {
  const app = new PhoenixApp();
  const shop = service(app, 'shop', props);
  const unit = app.units().find(({ name }) => name === 'shop-drills');
  return { app, shop, manifests: (unit?.objects ?? []).map(({ manifest }) => manifest) };
}

const configOf = (manifests: ReturnType<typeof drills>['manifests'], name = 'shop-failover-drill') =>
  parseConfig('config.json', only(manifests, 'ConfigMap', name).data['config.json']);

describe('the drills of a service', () => {
  it('are a unit that nothing waits for, after what they test', () => {
    const { app } = drills();
    const units = new Map(app.units().map((unit) => [unit.name, unit]));
    expect(units.get('shop-drills')).toMatchObject({ role: 'drills', dependsOn: ['shop-api'] });
    expect([...units.values()].filter(({ dependsOn }) => dependsOn.includes('shop-drills'))).toEqual([]);
  });

  it('are left out where they are switched off, and so are their alerts and pages', () => {
    const { app, manifests, shop } = drills({ drills: false });
    expect(manifests).toEqual([]);
    expect(shop.monitoring?.alerts.filter(({ name }) => name.startsWith('PhoenixDrill'))).toEqual([]);
    expect(app.files().filter(({ path }) => path.includes('PhoenixDrill'))).toEqual([]);
  });

  it('have nothing that the policy refuses', () => {
    const { app } = drills();
    expect(app.report().findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('a failover drill', () => {
  it('is suspended, alone, bounded and not tried again', () => {
    const { spec, metadata } = only(drills().manifests, 'CronJob', 'shop-failover-drill');
    expect(metadata.name.length).toBeLessThanOrEqual(52);
    expect(spec).toMatchObject({ suspend: true, concurrencyPolicy: 'Forbid', failedJobsHistoryLimit: 3 });
    expect(spec.jobTemplate.spec).toMatchObject({
      backoffLimit: 0,
      activeDeadlineSeconds: 7500,
      ttlSecondsAfterFinished: 1209600,
    });
  });

  it('tells its program names, objective and prediction of this very service', () => {
    const { manifests, shop } = drills({
      objectives: { instanceLoss: { rpo: Duration.seconds(0), rto: Duration.seconds(70) } },
    });
    const config = configOf(manifests);
    expect(config).toMatchObject({ service: 'shop', namespace: 'shop' });
    expect(config.failover).toMatchObject({
      cluster: 'shop-db',
      lease: { name: 'shop-failover-drill' },
      mode: 'deletePrimary',
      failureClass: 'instanceLoss',
      objective: { rpoSeconds: 0, rtoSeconds: 70 },
      database: { host: 'shop-db-rw.shop.svc', readOnlyHost: 'shop-db-ro.shop.svc', name: shop.drillDatabase.database },
    });
    expect(config.failover?.probes.map(({ url, health }) => [url, health])).toEqual([
      ['http://shop-api.shop.svc:8000/health', true],
    ]);
  });

  it('asks the readiness path and the ones it is told, and lets each say what its answers must match', () => {
    const { manifests } = drills({
      drills: { failover: { probes: [{ path: '/health', bodyMatches: '"ok"' }, { path: '/state/summary' }] } },
    });
    const { probes } = configOf(manifests).failover!;
    expect(
      probes.map(({ name, url, health, bodyMatches }) => [name, new URL(url).pathname, health, bodyMatches]),
    ).toEqual([
      ['health', '/health', true, '"ok"'],
      ['state-summary', '/state/summary', false, undefined],
    ]);
  });

  it('runs apart from the primary where there is another node, and names the pods whose images it records', () => {
    const { manifests } = drills();
    const { affinity } = only(manifests, 'CronJob', 'shop-failover-drill').spec.jobTemplate.spec.template.spec;
    expect(affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution).toEqual([
      {
        weight: 100,
        podAffinityTerm: {
          labelSelector: { matchLabels: { 'cnpg.io/cluster': 'shop-db', 'cnpg.io/instanceRole': 'primary' } },
          topologyKey: 'kubernetes.io/hostname',
        },
      },
    ]);
    expect(
      only(manifests, 'CronJob', 'shop-readiness-check').spec.jobTemplate.spec.template.spec.affinity,
    ).toBeUndefined();
    expect(configOf(manifests).failover!.apiPods).toBe('app.kubernetes.io/name=shop-api');
  });

  it('predicts and digests what is written, patches included', () => {
    const before = drills();
    const after = drills();
    after.shop.database.apiObject.addJsonPatch(JsonPatch.replace('/spec/primaryLease/leaseDurationSeconds', 20));
    const patched = after.app
      .units()
      .find(({ name }) => name === 'shop-drills')!
      .objects.map(({ manifest }) => manifest);
    expect(configOf(patched).failover!.prediction.worstSeconds).toBe(
      configOf(before.manifests).failover!.prediction.worstSeconds + 5,
    );
    expect(configOf(patched).manifestsDigest).not.toBe(configOf(before.manifests).manifestsDigest);
    const checksum = (all: typeof patched) =>
      only(all, 'CronJob', 'shop-failover-drill').spec.jobTemplate.spec.template.metadata.annotations[
        'cdk8s-phoenix.dev/checksum'
      ];
    expect(checksum(patched)).not.toBe(checksum(before.manifests));
    expect(checksum(drills().manifests)).toBe(checksum(before.manifests));
  });

  it('mounts single keys of the Secrets that it logs in with, and never reads one through the API', () => {
    const { manifests } = drills();
    const { volumes } = only(manifests, 'CronJob', 'shop-failover-drill').spec.jobTemplate.spec.template.spec;
    const keys = volumes.flatMap((volume: any) =>
      (volume.projected?.sources ?? []).flatMap((source: any) =>
        source.secret.items.map((item: any) => `${source.secret.name} ${item.key}`),
      ),
    );
    expect(keys).toEqual([
      'shop-db-ca ca.crt',
      'shop-db-drill-client-cert tls.crt',
      'shop-db-drill-client-cert tls.key',
    ]);
    const rights = manifests
      .filter(({ kind }) => kind.endsWith('Role'))
      .flatMap((role: any) => role.rules.flatMap((rule: any) => rule.resources));
    expect(rights).not.toContain('secrets');
    expect(rights).not.toContain('pods/exec');
  });

  it('may delete a pod only where its mode does, and patch the Cluster only for a switchover', () => {
    const rights = (mode: FailoverDrillProps['mode']) =>
      only(drills({ drills: { failover: { mode: mode! } } }).manifests, 'Role', 'shop-failover-drill').rules.flatMap(
        (rule: any) => rule.verbs.map((verb: string) => `${verb} ${rule.resources[0]}`),
      );
    expect(rights('deletePrimary')).toContain('delete pods');
    expect(rights('deletePrimary')).not.toContain('patch clusters/status');
    expect(rights('switchover')).toContain('patch clusters/status');
    expect(rights('switchover')).not.toContain('delete pods');
    expect(rights('external')).not.toContain('delete pods');
  });

  it('keeps off the node of the primary where somebody will pull its plug', () => {
    const affinity = (mode: FailoverDrillProps['mode']) =>
      only(drills({ drills: { failover: { mode: mode! } } }).manifests, 'CronJob', 'shop-failover-drill').spec
        .jobTemplate.spec.template.spec.affinity;
    expect(affinity('external')).toEqual({
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            labelSelector: { matchLabels: { 'cnpg.io/cluster': 'shop-db', 'cnpg.io/instanceRole': 'primary' } },
            topologyKey: 'kubernetes.io/hostname',
          },
        ],
      },
    });
  });

  it('fits a client-side apply, program and all', () => {
    const runner = only(drills().manifests, 'ConfigMap', 'shop-drill-runner');
    expect(Buffer.byteLength(JSON.stringify(JSON.stringify(runner)))).toBeLessThan(262_144);
  });

  it.each<[string, Partial<FailoverDrillProps>, string]>([
    ['a name that is too long', { name: 'x'.repeat(53) }, "'name' must"],
    ['no repetition', { repetitions: 0 }, "'repetitions' must be a whole number from 1 to 20, got 0"],
    [
      'a plug that is pulled twice',
      { mode: 'external', repetitions: 2 },
      "'repetitions' must be 1 with mode 'external'",
    ],
    [
      'evidence that expires at once',
      { evidenceExpiresAfter: Duration.minutes(1) },
      "'evidenceExpiresAfter' must be a whole number of seconds, at least 3600, got 1 minute",
    ],
    [
      'a schedule with seconds',
      { schedule: '0 17 4 1 * *' },
      "'schedule' must have five fields, not 6, got '0 17 4 1 * *'",
    ],
    ['a probe without a slash', { probes: [{ path: 'state' }] }, "'probes.path' must start with /, got 'state'"],
    [
      'an expression that is none',
      { probes: [{ path: '/x', bodyMatches: '(' }] },
      "'probes.bodyMatches' must be a regular expression of JavaScript, got '('",
    ],
    ['an image without a version', { image: 'node' }, "'image'"],
  ])('refuses %s', (_, props, message) => {
    const app = new App();
    const { database, drillDatabase, api, backupSchedule } = service(app, 'shop', {
      ...serviceProps(),
      platform: platform(),
    });
    const chart = new Chart(app, 'drills', { namespace: 'shop' });
    const runner = new RunnerBundle(chart, 'runner', { name: 'runner' });
    expect(
      () =>
        new FailoverDrill(chart, 'drill', {
          cluster: database,
          database: drillDatabase,
          api,
          backupSchedule,
          runner,
          ...props,
        }),
    ).toThrow(message);
  });
});

describe('a readiness check', () => {
  it('runs every night, reads the cluster, and tells its program what the platform declares', () => {
    const { manifests } = drills();
    const { readiness } = configOf(manifests, 'shop-readiness-check');
    expect(readiness).toMatchObject({
      from: 'cluster',
      cloudNativePg: '1.30',
      storageKind: 'nodeLocal',
      urls: ['http://shop-api.shop.svc:8000/health'],
    });
    const verbs = manifests
      .filter(
        ({ kind, metadata }) =>
          kind.endsWith('Role') && metadata.name.endsWith('shop-readiness-check') && kind === 'ClusterRole',
      )
      .flatMap((role: any) => role.rules.flatMap((rule: any) => rule.verbs));
    expect([...new Set(verbs)].toSorted()).toEqual(['get', 'list']);
    expect(only(manifests, 'ClusterRole').metadata.namespace).toBeUndefined();
  });

  it('is left out where nobody may make a ClusterRole', () => {
    const { manifests } = drills({ drills: { readiness: false } });
    expect(manifests.map(({ kind }) => kind)).not.toContain('ClusterRole');
    expect(only(manifests, 'CronJob').metadata.name).toBe('shop-failover-drill');
  });
});

it('the configuration of the committed tree is valid', () => {
  const app = new PhoenixApp();
  service(app);
  const files = app.files().filter(({ path }) => path.includes('ConfigMap.shop.shop-failover-drill.yaml'));
  expect(files).toHaveLength(1);
  const { data } = load(files[0]!.text) as { data: Record<string, string> };
  expect(() => parseConfig('x', data['config.json']!)).not.toThrow();
});
