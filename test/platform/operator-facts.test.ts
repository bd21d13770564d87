import { describe, expect, it, test } from 'vitest';
import { PhoenixApp, type PlatformProps } from '../../lib';
import { parseConfig } from '../../lib/drill/runner/config';
import { only, platform, service } from '../_build';

/** Everything that one service makes, and its pages. */
function shop(facts: Partial<PlatformProps>) {
  const app = new PhoenixApp();
  const { monitoring } = service(app, 'shop', { platform: platform(facts) });
  const manifests = app.units().flatMap(({ objects }) => objects.map(({ manifest }) => manifest));
  const page = (name: string) => app.files().find(({ path }) => path.endsWith(`/runbooks/${name}.md`))!.text;
  const alert = (name: string) => monitoring!.alerts.find((one) => one.name === name)!;
  return { app, manifests, page, alert };
}

describe('operator and plugin of a platform', () => {
  const helm = shop({
    operatorNamespace: 'databases',
    operatorDeployment: 'ops-cloudnative-pg',
    operatorPodLabels: { 'app.kubernetes.io/name': 'postgres-operator', 'app.kubernetes.io/instance': 'ops' },
    pluginDeployment: 'ops-plugin-barman-cloud',
    barmanCloudPlugin: '0.14',
  });

  it('have one name in alerts, readiness check, its rights and runbooks', () => {
    const { readiness } = parseConfig(
      'x',
      only(helm.manifests, 'ConfigMap', 'shop-readiness-check').data['config.json'],
    );
    expect(readiness).toMatchObject({
      operatorNamespace: 'databases',
      deployments: { operator: 'ops-cloudnative-pg', plugin: 'ops-plugin-barman-cloud' },
      barmanCloudPlugin: '0.14',
    });
    expect(readiness!.crds).toHaveProperty(['failoverquorums.postgresql.cnpg.io'], 'v1');
    const rights = helm.manifests.find(
      ({ kind, metadata }) => kind === 'Role' && metadata.namespace === 'databases',
    ) as any;
    expect(rights.rules[0].resourceNames).toEqual(['ops-cloudnative-pg', 'ops-plugin-barman-cloud']);
    expect(helm.alert('PhoenixOperatorDown').expr).toContain('{namespace="databases",deployment="ops-cloudnative-pg"}');
    expect(helm.alert('PhoenixBackupPluginDown').expr).toContain('deployment="ops-plugin-barman-cloud"}');
    expect(helm.page('PhoenixOperatorDown')).toContain('rollout restart deployment ops-cloudnative-pg');
    expect(helm.page('PhoenixBackupPluginDown')).toContain('rollout restart deployment ops-plugin-barman-cloud');
  });

  it('reach the database by the labels of their pods, and the policy judges by the same', () => {
    const { ingress } = only(helm.manifests, 'NetworkPolicy', 'shop-db').spec;
    const labels = { 'app.kubernetes.io/name': 'postgres-operator', 'app.kubernetes.io/instance': 'ops' };
    expect(ingress[0].from[1].podSelector.matchLabels).toEqual(labels);
    expect(helm.app.report().findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { text } = helm.app.files().find(({ path }) => path === 'docs/platform.json')!;
    expect(JSON.parse(text)).toMatchObject({ operatorNamespace: 'databases', operatorPodLabels: labels });
  });

  it('have the names of the released manifests where none are given, and no version of the plugin', () => {
    const { deployments, ...rest } = parseConfig(
      'x',
      only(shop({}).manifests, 'ConfigMap', 'shop-readiness-check').data['config.json'],
    ).readiness!;
    expect(deployments).toEqual({ operator: 'cnpg-controller-manager', plugin: 'barman-cloud' });
    expect(rest).not.toHaveProperty('barmanCloudPlugin');
  });
});

test.each<[Partial<PlatformProps>, RegExp]>([
  [{ operatorDeployment: 'CNPG' }, /platform 'test': 'operatorDeployment' must .* got 'CNPG'/],
  [{ pluginDeployment: '' }, /'pluginDeployment' must/],
  [{ operatorPodLabels: {} }, /'operatorPodLabels' must have at least one label, got none: they would mean every pod/],
  [{ barmanCloudPlugin: 'v0.14.0' }, /'barmanCloudPlugin' must be a minor version such as '0\.14', got 'v0\.14\.0'/],
])('a platform with %j is refused', (facts, message) => {
  expect(() => platform(facts)).toThrow(message);
});
