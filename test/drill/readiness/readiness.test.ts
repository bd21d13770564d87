import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReadinessEdges } from '../../../lib/drill/readiness/edges';
import { readinessMarkdown } from '../../../lib/drill/readiness/markdown';
import { runReadiness } from '../../../lib/drill/readiness/readiness';
import { KubernetesClient } from '../../../lib/drill/runner/kubernetes';
import { httpTransport } from '../../../lib/drill/runner/transport';
import { seal } from '../../../lib/evidence/digest';
import type { Evidence } from '../../../lib/evidence/evidence';
import { schemaMistakes } from '../../../lib/evidence/history';
import type { FakeKubernetes } from '../../support/fake-kubernetes';
import { EXPECTED, deployment, node, readyCluster } from './_cluster';

type Findings = Awaited<ReturnType<typeof runReadiness>>;

const NODE = '/api/v1/nodes/railiance02';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/cnpg-system/deployments';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const STORAGE = '/apis/storage.k8s.io/v1/storageclasses/local-path';
let cluster: FakeKubernetes;

beforeEach(async () => {
  cluster = await readyCluster();
});
afterEach(() => cluster.close());

function look(change: Partial<ReadinessEdges> = {}, expected = EXPECTED): Promise<Findings> {
  const transport = httpTransport({ url: cluster.url, token: () => cluster.token });
  return runReadiness(expected, {
    kubernetes: new KubernetesClient(transport, { timeoutMs: 500, random: () => 0 }),
    resolve: () => Promise.resolve(['10.43.0.12']),
    status: () => Promise.resolve(200),
    now: () => 0,
    inCluster: true,
    ...change,
  });
}

function wrong({ checks }: Findings): string[] {
  return checks.filter((c) => !c.ok).map((c) => `${c.name}: ${c.observed}`);
}

function condition(type: string, status: string): void {
  cluster.change(NODE, (n) => {
    n['status'].conditions = [...n['status'].conditions.filter((c: { type: string }) => c.type !== type), { type, status }]; // prettier-ignore
  });
}

describe('readiness of a cluster as declared', () => {
  it('passes, with every check and with what was found', async () => {
    const findings = await look();

    expect(wrong(findings)).toEqual([]);
    expect(findings).toMatchObject({ verdict: 'passed', clusterUid: 'uid-of-the-cluster', versions: { operator: '1.30.0', kubernetes: 'v1.34.2' } }); // prettier-ignore
    expect(findings.checks).toHaveLength(20);
    expect(findings.inventory.find((r) => r.subject === 'node railiance01')?.facts).toMatchObject({
      role: 'control-plane, etcd',
      kubelet: 'v1.34.2+k3s1',
      cpu: '8',
      memory: '31.3 GiB',
      pressure: 'none',
      used: 'cpu 812m, memory 9120Mi',
    });
    expect(findings.inventory.find((r) => r.subject === 'storage class local-path')?.facts).toMatchObject({
      kind: 'nodeLocal',
      'reclaim policy': 'Delete: a deleted claim deletes its data',
    });
  });

  it('finds the operator under its own name and image, beside sidecars', async () => {
    const images = ['docker.io/istio/proxyv2:1.28.0', 'ghcr.io/cloudnative-pg/cloudnative-pg:1.30.1'];
    cluster.put({ ...deployment('ops-cloudnative-pg', '', 1), spec: { replicas: 1, template: { spec: { containers: images.map((image) => ({ image })) } } } }); // prettier-ignore
    cluster.put(deployment('ops-plugin', 'registry.example:5000/mirror/barman:v0.14.2', 1));
    const findings = await look({}, { ...EXPECTED, deployments: { operator: 'ops-cloudnative-pg', plugin: 'ops-plugin' } }); // prettier-ignore

    expect(wrong(findings)).toEqual([]);
    expect(findings.versions.operator).toBe('1.30.1');
    expect(findings.checks.find((c) => c.name === 'plugin-version')?.observed).toBe('0.14.2');
  });

  it('records the version of a plugin that nobody declares, and does not judge it', async () => {
    const { barmanCloudPlugin: _, ...undeclared } = EXPECTED;
    const findings = await look({}, undeclared);

    expect(findings.checks.filter((c) => c.name === 'plugin-version')).toEqual([]);
    expect(findings.inventory.find((r) => r.subject.endsWith('/barman-cloud'))?.facts['image']).toContain(':v0.14.0');
  });

  it("takes one copy of Longhorn on the pod's own node for node-local", async () => {
    cluster.change(STORAGE, (c) => {
      c['provisioner'] = 'driver.longhorn.io';
      c['parameters'] = { numberOfReplicas: '1', dataLocality: 'strict-local' };
    });
    const findings = await look();

    expect(findings.verdict).toBe('passed');
    expect(findings.inventory.find((r) => r.subject === 'storage class local-path')?.facts).toMatchObject({
      kind: 'nodeLocal',
      replicas: '1',
      'data locality': 'strict-local',
    });
  });

  it('does not count a node that takes no pods as unexpected', async () => {
    cluster.put({ ...node('tainted'), spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } });

    expect((await look()).verdict).toBe('passed');
  });
});

describe('readiness fails, and says why, where', () => {
  it.each<[string, () => void, string]>([
    ['a node is missing', () => cluster.remove(NODE), 'nodes-joined: railiance02 is missing'],
    ['a node is not Ready', () => condition('Ready', 'Unknown'), 'nodes-ready: railiance02 Ready is Unknown'],
    ['a node is short of disk', () => condition('DiskPressure', 'True'), 'nodes-without-pressure: railiance02 DiskPressure True'], // prettier-ignore
    ['a node has no network', () => condition('NetworkUnavailable', 'True'), 'nodes-without-pressure: railiance02 NetworkUnavailable True'], // prettier-ignore
    ['a node is cordoned', () => cluster.change(NODE, (n) => (n['spec'].unschedulable = true)), 'nodes-schedulable: railiance02 is cordoned'], // prettier-ignore
    ['a node has another version', () => cluster.change(NODE, (n) => (n['status'].nodeInfo.kubeletVersion = 'v1.33.9')), 'nodes-version: railiance02 runs v1.33.9'], // prettier-ignore
    ['a node nobody declared takes pods', () => cluster.put(node('coulombcore')), 'nodes-unexpected: coulombcore'],
    ['a node has no metrics', () => cluster.remove('/apis/metrics.k8s.io/v1beta1/nodes/railiance02'), 'metrics: no metrics of railiance02'], // prettier-ignore
    ['a definition is missing', () => cluster.remove(`${CRDS}/clusters.postgresql.cnpg.io`), 'crd-clusters-postgresql-cnpg-io: is not installed'], // prettier-ignore
    ['a definition serves another version', () => cluster.change(`${CRDS}/clusters.postgresql.cnpg.io`, (d) => (d['spec'].versions = [{ name: 'v1', served: false }, { name: 'v2', served: true }])), 'crd-clusters-postgresql-cnpg-io: serves v2'], // prettier-ignore
    ['a definition is not established', () => cluster.change(`${CRDS}/clusters.postgresql.cnpg.io`, (d) => (d['status'] = {})), 'crd-clusters-postgresql-cnpg-io: serves v1, not established'], // prettier-ignore
    ['the plugin is missing', () => cluster.remove(`${DEPLOYMENTS}/barman-cloud`), "deployment-barman-cloud: is missing; if it has another name, that is 'pluginDeployment' of the platform"], // prettier-ignore
    ['a replica of the operator is not available', () => cluster.change(`${DEPLOYMENTS}/cnpg-controller-manager`, (d) => (d['status'].availableReplicas = 1)), 'deployment-cnpg-controller-manager: 1 of 2 available'], // prettier-ignore
    ['the plugin is scaled to nothing', () => cluster.change(`${DEPLOYMENTS}/barman-cloud`, (d) => (d['spec'].replicas = 0)), 'deployment-barman-cloud: 1 of 0 available'], // prettier-ignore
    ['the status of a Deployment is old', () => cluster.change(`${DEPLOYMENTS}/barman-cloud`, (d) => (d['status'].observedGeneration = 2)), 'deployment-barman-cloud: 1 of 1 available, status out of date'], // prettier-ignore
    ['the operator has another version', () => cluster.change(`${DEPLOYMENTS}/cnpg-controller-manager`, (d) => (d['spec'].template.spec.containers[0].image = 'r.example:5000/cloudnative-pg:1.29.1@sha256:00')), 'operator-version: 1.29.1'], // prettier-ignore
    ['the plugin has another version', () => cluster.change(`${DEPLOYMENTS}/barman-cloud`, (d) => (d['spec'].template.spec.containers[0].image = 'ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.13.1')), 'plugin-version: 0.13.1'], // prettier-ignore
    ['the plugin says no version', () => cluster.change(`${DEPLOYMENTS}/barman-cloud`, (d) => (d['spec'].template.spec.containers[0].image = 'ghcr.io/cloudnative-pg/plugin-barman-cloud@sha256:00')), 'plugin-version: no version in ghcr.io/cloudnative-pg/plugin-barman-cloud@sha256:00'], // prettier-ignore
    ['the storage class is missing', () => cluster.remove(STORAGE), 'storage-class: there is none'],
    ['the storage is of another kind', () => cluster.change(STORAGE, (c) => (c['provisioner'] = 'driver.longhorn.io')), 'storage-kind: replicated (driver.longhorn.io)'], // prettier-ignore
    ['the storage keeps one copy anywhere', () => cluster.change(STORAGE, (c) => { c['provisioner'] = 'driver.longhorn.io'; c['parameters'] = { numberOfReplicas: '1' }; }), 'storage-kind: singleCopy (driver.longhorn.io)'], // prettier-ignore
    ['no storage class is the default', () => cluster.change(STORAGE, (c) => (c.metadata.annotations = {})), 'default-storage-class: none'], // prettier-ignore
  ])('%s', async (_, harm, expected) => {
    harm();
    const findings = await look();

    expect(findings.verdict).toBe('failed');
    expect(wrong(findings)).toContain(expected);
  });

  it('the cluster has another version, a name does not resolve or an address does not answer', async () => {
    const nothing = (): Promise<never> => Promise.reject(new Error('ENOTFOUND'));

    expect(wrong(await look({}, { ...EXPECTED, kubernetes: '1.35' }))).toContain('kubernetes-api: v1.34.2');
    expect(wrong(await look({ resolve: nothing }))).toContain('dns-state-hub-example: ENOTFOUND');
    expect(wrong(await look({ resolve: () => Promise.resolve([]) }))).toContain('dns-state-hub-example: no address');
    expect(wrong(await look({ status: () => Promise.resolve(503) }))[0]).toMatch(/^reach-.*: status 503$/);
    expect(wrong(await look({ status: nothing }))[0]).toMatch(/^reach-.*: no answer: ENOTFOUND$/);
  });
});

describe('what was not checked', () => {
  it('is never passed: without any right the verdict is aborted, and each check says so', async () => {
    cluster.rules = [];
    const findings = await look();
    const denied = wrong(findings);

    expect(findings.verdict).toBe('aborted');
    expect(denied.filter((line) => !line.includes('not checked: '))).toEqual([]);
    // Names, addresses and the version need no right.
    expect(denied).toHaveLength(findings.checks.length - 4);
    expect(findings.clusterUid).toBeNull();
  });

  it('does not hide what is wrong', async () => {
    cluster.rules = [{ apiGroups: ['', 'apps'], resources: ['nodes', 'deployments'], verbs: ['get', 'list'] }];
    cluster.remove(NODE);
    const findings = await look();

    expect(findings.verdict).toBe('failed');
    expect(findings.reason).toMatch(/^nodes-joined: expected .* observed railiance02 is missing \(and \d+ more\)$/);
  });

  it('does not ask outside the cluster for what only its pods know and reach', async () => {
    const asked: string[] = [];
    const resolve = (host: string): Promise<string[]> => Promise.resolve([String(asked.push(host))]);
    const status = (url: string): Promise<number> => Promise.resolve(asked.push(url) > 0 ? 200 : 0);
    const urls = ['http://state-hub-api.state-hub.svc:8000/x', 'http://state-hub.example/state/health'];
    const findings = await look({ resolve, status, inCluster: false }, { ...EXPECTED, urls });

    expect(asked).toEqual(['state-hub.example', 'http://state-hub.example/state/health']);
    expect(findings.checks.filter((c) => c.name.includes('svc'))).toEqual([]);
    expect(findings.inventory.filter((r) => Object.values(r.facts)[0]?.startsWith('not asked for'))).toHaveLength(2);
  });
});

describe('readiness.md', () => {
  function evidence(findings: Findings, mode: string, day: number): Evidence {
    const at = `2026-11-${day}T03:10:00.000Z`;
    return seal({ schema: 'cdk8s-phoenix/evidence/v1', drill: 'readiness', runId: `202611${day}t031000-aaaaaa`, service: 'state-hub', platform: 'threephoenix', startedAt: at, finishedAt: at, expiresAt: '2026-12-01T00:00:00.000Z', manifestsDigest: 'x', runnerDigest: `sha256:${'0'.repeat(64)}`, previousDigest: null, ...findings, mode }); // prettier-ignore
  }

  it('shows two places side by side, the newest of each, what is wrong first', async () => {
    const old = evidence(await look({ status: () => Promise.resolve(500) }), 'operator', 20);
    const good = evidence(await look(), 'operator', 21);
    cluster.rules = [];
    const denied = evidence(await look({ status: () => Promise.resolve(503) }), 'coulombcore', 22);
    const page = readinessMarkdown([good, old, denied], new Date('2026-11-23T00:00:00Z'));
    const rows = page.split('\n').filter((line) => line.startsWith('| '));

    expect([old, good, denied].flatMap(schemaMistakes)).toEqual([]);
    expect(page).toContain('- **coulombcore: failed**, 2026-11-22 03:10 UTC');
    expect(page).toContain('- **operator: passed**');
    expect(page).not.toContain('status 500');
    expect(readinessMarkdown([good, { ...good, mode: 'second' }], new Date(0))).toMatch(
      /\| node railiance01 \| .* \| the same \|/,
    );
    expect(rows[0]).toBe('| Check | Expected | coulombcore | operator |');
    expect(rows.find((row) => row.includes('nodes-joined'))).toMatch(
      /\*\*\?\*\*: not checked: .* \| ok: all there \|$/,
    );
    expect(rows.find((row) => row.includes('reach-'))).toContain('**NO**: status 503 | ok: status 200');
    expect(new Set(rows.slice(0, 19).map((row) => row.replaceAll('\\|', '').split('|').length))).toEqual(new Set([6]));
  });

  it('says what is stale, and lets no name of the cluster be markup', async () => {
    cluster.put(node('a|b<script>`*'));
    const page = readinessMarkdown([evidence(await look(), 'operator', 21)], new Date('2026-12-02T00:00:00Z'));

    expect(page).toContain('**operator: failed**, STALE');
    expect(page).toContain('a\\|b&lt;script\\>\\`\\*');
    expect(page).not.toContain('<script');
  });
});
