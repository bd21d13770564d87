import { describe, expect, it } from 'vitest';
import { validateManifest } from '../../lib/policy/schema/validate';

const deployment = () => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } } as any,
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'example.org/web@sha256:0000',
            ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] as any[],
            env: [{ name: 'A', value: 'x' }] as any[],
            resources: { requests: { cpu: '500m', memory: '1Gi' } } as any,
          } as any,
        ],
      } as any,
    },
  } as any,
});

const problems = (change: (manifest: any) => void, target?: string) => {
  const manifest = deployment();
  change(manifest);
  return validateManifest(manifest, target === undefined ? {} : { target });
};

describe('validateManifest', () => {
  it('accepts a Deployment', () => {
    expect(validateManifest(deployment())).toEqual([]);
  });

  it.each<[string, (m: any) => void, string, string, string | undefined]>([
    ['a misspelt field', (m) => (m.spec.replcas = 3), 'spec.replcas', "unknown field 'replcas'", "write 'replicas'"],
    [
      'a quoted number',
      (m) => (m.spec.replicas = '3'),
      'spec.replicas',
      "must be a whole number, got '3'",
      'write 3 without quotes',
    ],
    [
      'an enum that the published OpenAPI leaves out',
      (m) => (m.spec.template.spec.containers[0].imagePullPolicy = 'Allways'),
      'spec.template.spec.containers[web].imagePullPolicy',
      "must be one of Always, Never, IfNotPresent, got 'Allways'",
      'write Always',
    ],
    [
      'a quantity with a byte unit',
      (m) => (m.spec.template.spec.containers[0].resources.requests.memory = '1GB'),
      'spec.template.spec.containers[web].resources.requests.memory',
      "must be a quantity of 0 or more such as '500m', '2' or '20Gi', got '1GB'",
      'write 1Gi',
    ],
    [
      'a number as the value of an environment variable',
      (m) => (m.spec.template.spec.containers[0].env[0].value = 5432),
      'spec.template.spec.containers[web].env[A].value',
      'must be a string, got 5432',
      'quote it: "5432"',
    ],
    [
      'two environment variables of one name',
      (m) => m.spec.template.spec.containers[0].env.push({ name: 'A', value: 'y' }),
      'spec.template.spec.containers[web].env[1]',
      'an earlier item has the same name; server-side apply refuses the whole object',
      undefined,
    ],
    [
      'a port that differs from another only by the default protocol',
      (m) => m.spec.template.spec.containers[0].ports.push({ name: 'again', containerPort: 8080 }),
      'spec.template.spec.containers[web].ports[again]',
      'an earlier item has the same containerPort and protocol; server-side apply refuses the whole object',
      undefined,
    ],
    ['a missing field', (m) => delete m.spec.selector, 'spec.selector', "'selector' is required", undefined],
    [
      'a status',
      (m) => (m.status = { replicas: 3 }),
      'status',
      "'status' is written by the cluster, never by a manifest",
      'remove it',
    ],
  ])('refuses %s', (_, change, path, message, fix) => {
    const found = problems(change);
    expect(found.map((p) => [p.path, p.message, p.fix])).toEqual([[path, message, fix]]);
  });

  it('says once that a required field is misspelt', () => {
    const found = problems((m) => {
      m.spec.slector = m.spec.selector;
      delete m.spec.selector;
    });
    expect(found.map(({ path, fix }) => [path, fix])).toEqual([['spec.slector', "write 'selector'"]]);
  });

  it('says once what a key of a map must be', () => {
    const found = problems((m) => (m.metadata.labels['a b'] = 'x'));
    expect(found.map(({ path, message }) => [path, message])).toEqual([
      ["metadata.labels['a b']", "must be a label's name such as 'app' or 'example.org/app', got 'a b'"],
    ]);
  });

  it('says which of several fields are there', () => {
    const probe = (handlers: any) => problems((m) => (m.spec.template.spec.containers[0].readinessProbe = handlers));
    expect(probe({}).map((p) => p.message)).toEqual([
      'must have exactly one of exec, grpc, httpGet, tcpSocket, got none',
    ]);
    expect(probe({ exec: { command: ['a'] }, grpc: { port: 1 } }).map((p) => p.message)).toEqual([
      'must have exactly one of exec, grpc, httpGet, tcpSocket, got exec and grpc',
    ]);
  });

  it('warns of a namespace that the API server would drop', () => {
    const found = validateManifest({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', namespace: 'b' } });
    expect(found).toMatchObject([{ path: 'metadata.namespace', advisory: true, fix: 'remove metadata.namespace' }]);
  });

  it('reads null as no key at all, as the API server does', () => {
    expect(problems((m) => (m.metadata.creationTimestamp = null))).toEqual([]);
  });

  const kind = (apiVersion: string, name: string, target = '1.34') =>
    validateManifest({ apiVersion, kind: name, metadata: { name: 'x' } }, { target }).map((p) => [
      p.advisory === true ? 'advice' : 'refused',
      p.keyword,
      p.fix,
    ]);

  it.each([
    ['apps/v1', 'Deploiment', 'write kind: Deployment'],
    ['apps/v1', 'deployment', 'write kind: Deployment'],
    ['apps', 'Deployment', 'write apiVersion: apps/v1'],
    ['app/v1', 'Deployment', 'write apiVersion: apps/v1'],
    ['apps/V1', 'Deployment', 'write apiVersion: apps/v1'],
    ['apps/v2', 'Deployment', 'write apiVersion: apps/v1'],
    ['v1', 'Deployment', 'write apiVersion: apps/v1'],
    ['rbac/v1', 'Role', 'write apiVersion: rbac.authorization.k8s.io/v1'],
    ['postgresql.cnpg.io', 'Cluster', 'write apiVersion: postgresql.cnpg.io/v1'],
    ['postgresql.cpng.io/v1', 'Cluster', 'write apiVersion: postgresql.cnpg.io/v1'],
    ['extensions/v1beta1', 'Ingress', 'write apiVersion: networking.k8s.io/v1'],
    ['policy/v1beta1', 'PodDisruptionBudget', 'write apiVersion: policy/v1'],
    ['policy/v1beta1', 'PodSecurityPolicy', 'find out what replaced it, or remove it'],
    ['autoscaling/v2beta2', 'HorizontalPodAutoscaler', 'write apiVersion: autoscaling/v2'],
  ])('refuses %s %s, which no cluster has, and says what is meant', (apiVersion, name, fix) => {
    expect(kind(apiVersion, name)).toEqual([['refused', 'kind', fix]]);
  });

  it.each([
    ['velero.io/v1', 'Backup'],
    ['longhorn.io/v1beta2', 'Backup'],
    ['operators.coreos.com/v1alpha1', 'Subscription'],
    ['cluster.x-k8s.io/v1beta1', 'Cluster'],
    ['crd.projectcalico.org/v1', 'NetworkPolicy'],
    ['serving.knative.dev/v1', 'Service'],
    ['networking.istio.io/v1', 'Gateway'],
    ['argoproj.io/v1alpha1', 'ApplicationSet'],
    ['argoproj.io/v1alpha1', 'Rollout'],
    ['v1', 'Node'],
    ['policy/v1', 'Eviction'],
  ])('says no more of %s %s than that it has no schema, and never stays silent', (apiVersion, name) => {
    expect(kind(apiVersion, name)).toEqual([
      ['advice', 'kind', 'give its CustomResourceDefinition: --crds of phoenix check, customResources in an app'],
    ]);
  });

  it('tells another version of a kind from one that is gone, by the target', () => {
    expect(kind('kustomize.toolkit.fluxcd.io/v1beta2', 'Kustomization')).toEqual([
      ['advice', 'kind', 'write apiVersion: kustomize.toolkit.fluxcd.io/v1 if the cluster serves it'],
    ]);
    expect(kind('autoscaling/v2beta2', 'HorizontalPodAutoscaler', '1.25')).toEqual([
      ['advice', 'kind', 'write apiVersion: autoscaling/v2'],
    ]);
  });

  it('knows both versions of the HorizontalPodAutoscaler', () => {
    const scaler = {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { maxReplicas: 5, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
    };
    expect(validateManifest(scaler)).toEqual([]);
    expect(validateManifest({ ...scaler, spec: { ...scaler.spec, metrics: [] } })).toHaveLength(1);
  });

  it('refuses a field that the target lacks and takes it on a newer one', () => {
    const gated = (m: any) => (m.spec.template.spec.resources = { requests: { cpu: '1' } });
    expect(problems(gated, '1.28').map((p) => [p.path, p.advisory])).toEqual([['spec.template.spec.resources', false]]);
    expect(problems(gated, '1.33').map((p) => [p.path, p.advisory])).toEqual([['spec.template.spec.resources', true]]);
    expect(problems(gated, '1.34')).toEqual([]);
  });

  it.each([[null], [undefined], [3], ['text'], [[]], [{}], [{ apiVersion: 1, kind: {} }]])('survives %j', (value) => {
    expect(validateManifest(value)).toHaveLength(1);
  });
});
