import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FailoverDrillProps, type Manifest, PhoenixApp } from '../../lib';
import { systemClock } from '../../lib/drill/runner/clock';
import { parseConfig, type RunnerConfig } from '../../lib/drill/runner/config';
import { KubernetesClient } from '../../lib/drill/runner/kubernetes';
import { runReadinessCheck } from '../../lib/drill/runner/run';
import { httpTransport } from '../../lib/drill/runner/transport';
import { only, platform, service } from '../_build';
import { drill, failures, type DrillOptions } from '../support/drill-run';
import type { FakeKubernetes, Rule } from '../support/fake-kubernetes';
import { Bed } from '../support/fake-operator';
import { rightsOf, ruleText } from '../support/rbac';
import { EXPECTED, readyCluster } from './readiness/_cluster';

type Mode = NonNullable<FailoverDrillProps['mode']>;

/** The drills of State Hub as they are written, with names that the bed has. */
function drills(mode: Mode = 'deletePrimary'): readonly Manifest[] {
  const app = new PhoenixApp();
  service(app, 'state-hub', {
    platform: platform({ nodes: EXPECTED.nodes, barmanCloudPlugin: '0.14' }),
    drills: { failover: { mode } },
  });
  const unit = app.units().find(({ name }) => name === 'state-hub-drills')!;
  return unit.objects.map(({ manifest }) => manifest);
}

const configOf = (manifests: readonly Manifest[], name: string): RunnerConfig =>
  parseConfig(name, only(manifests, 'ConfigMap', name).data['config.json']);

function grant(kubernetes: FakeKubernetes, rules: readonly Rule[]): void {
  kubernetes.rules = rules;
  kubernetes.refused.length = 0;
  kubernetes.used.clear();
}

/** Rights that were given and that nobody used. */
const unused = (kubernetes: FakeKubernetes): string[] =>
  kubernetes.rules!.filter((rule) => !kubernetes.used.has(rule)).map(ruleText);

describe('with the rights that are written, and no others, a failover drill', () => {
  let bed: Bed;
  beforeAll(async () => {
    bed = await Bed.start({ behaviour: { outageMs: 600 } });
  });
  afterAll(() => bed.stop());

  /** Runs it twice: the first run makes the evidence's ConfigMap, the second one updates it. */
  async function twice(mode: Mode, rules: (all: readonly Rule[]) => readonly Rule[]) {
    const manifests = drills(mode);
    const { failover, evidence } = configOf(manifests, 'state-hub-failover-drill');
    grant(bed.kubernetes, rules(rightsOf(manifests, { name: 'state-hub-failover-drill', namespace: 'state-hub' })));
    const options: DrillOptions = {
      config: { evidence },
      failover: { mode, lease: { ...failover!.lease, seconds: 1 } },
      onLine: ({ event }) => void (event === 'armed' && setTimeout(() => bed.pullPlug(), 300)),
    };
    bed.kubernetes.remove(`/api/v1/namespaces/state-hub/configmaps/${evidence.configMap}`);
    return [await drill(bed, options), await drill(bed, options)] as const;
  }

  it.each<Mode>(['deletePrimary', 'switchover', 'external'])(
    'of mode %s passes, and uses each of them',
    async (mode) => {
      const outcomes = await twice(mode, (all) => all);

      expect(outcomes.flatMap(({ evidence }) => failures(evidence))).toEqual([]);
      expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
      expect(bed.kubernetes.refused).toEqual([]);
      expect(unused(bed.kubernetes)).toEqual([]);
    },
  );

  it.each<[Mode, string]>([
    ['deletePrimary', 'delete pods'],
    ['switchover', 'patch clusters/status'],
  ])('of mode %s that may not %s stops without harm', async (mode, right) => {
    const [{ code, evidence }] = await twice(mode, (all) => all.filter((rule) => !ruleText(rule).startsWith(right)));

    expect(code).toBe(2);
    expect(evidence.reason).toContain(`cannot ${right.split(' ')[0]} resource "${right.split(' ')[1]}"`);
    expect(bed.healthy).toBe(true);
  });
});

describe('with the rights that are written, and no others, a readiness check', () => {
  const manifests = drills();
  const config = configOf(manifests, 'state-hub-readiness-check');
  const rights = rightsOf(manifests, { name: 'state-hub-readiness-check', namespace: 'state-hub' });

  async function twice(rules: readonly Rule[]) {
    const kubernetes = await readyCluster(Object.keys(config.readiness!.crds));
    grant(kubernetes, rules);
    const lines: any[] = [];
    const run = () =>
      runReadinessCheck({
        // Names and addresses exist in the cluster only.
        config: { ...config, readiness: { ...config.readiness!, resolve: ['localhost'], urls: [] } },
        kubernetes: new KubernetesClient(httpTransport({ url: kubernetes.url, token: () => kubernetes.token })),
        runnerDigest: `sha256:${'1'.repeat(64)}`,
        holder: 'readiness-pod',
        node: 'railiance01',
        clock: systemClock(),
        signal: new AbortController().signal,
        writeLine: (line) => lines.push(JSON.parse(line)),
        writeTermination: () => undefined,
      });
    const codes = [await run(), await run()];
    await kubernetes.close();
    return { kubernetes, codes, evidence: lines.findLast(({ event }) => event === 'evidence').evidence };
  }

  it('passes, uses each of them, and has none on Leases', async () => {
    const { kubernetes, codes, evidence } = await twice(rights);

    expect(failures(evidence)).toEqual([]);
    expect(evidence.cleanup).toEqual({ ok: true, notes: [] });
    expect(codes).toEqual([0, 0]);
    expect(kubernetes.refused).toEqual([]);
    expect(unused(kubernetes)).toEqual([]);
    expect(rights.map(ruleText).filter((text) => text.includes('lease'))).toEqual([]);
  });

  it.each([...new Set(rights.filter((r) => r.resources[0] !== 'configmaps').map(ruleText))])(
    'that may not %s does not pass, or does not know the cluster',
    async (right) => {
      const { codes, evidence } = await twice(rights.filter((rule) => ruleText(rule) !== right));

      expect(codes[0] === 2 || evidence.clusterUid === null).toBe(true);
    },
  );
});
