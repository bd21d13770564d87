import { Chart, Duration, Size, Testing } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import { describe, expect, it } from 'vitest';
import { RequiredSecret } from '../../lib';
import { warningsBelow } from '../../lib/_warning';
import { api, chart, cluster, only, platform } from '../_build';

type Props = Parameters<typeof api>[1];

const synth = (props: Props = {}, withDatabase = false) => {
  const scope = chart();
  api(scope, withDatabase ? { database: cluster(scope), ...props } : props);
  return Testing.synth(scope);
};
const deployment = (props: Props = {}, withDatabase = false) => only(synth(props, withDatabase), 'Deployment').spec;
const pod = (props: Props = {}, withDatabase = false) => deployment(props, withDatabase).template.spec;
const container = (props: Props = {}, withDatabase = false) => pod(props, withDatabase).containers[0];

describe('an ApiService with defaults', () => {
  it('keeps all replicas in a rolling update', () => {
    expect(deployment()).toMatchObject({
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    });
  });

  it('is restricted in full', () => {
    expect(pod().securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container().securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod()).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(only(synth(), 'ServiceAccount').automountServiceAccountToken).toBe(false);
  });

  it('spreads over nodes that can take it, counting one revision', () => {
    expect(pod().topologySpreadConstraints).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'shop-api' } },
        matchLabelKeys: ['pod-template-hash'],
        nodeAffinityPolicy: 'Honor',
        nodeTaintsPolicy: 'Honor',
      },
    ]);
  });

  it('leaves a lost node after 30 seconds, not after five minutes', () => {
    expect(pod().tolerations.map((t: any) => [t.key, t.tolerationSeconds])).toEqual([
      ['node.kubernetes.io/not-ready', 30],
      ['node.kubernetes.io/unreachable', 30],
    ]);
  });

  it('lets a drain take one pod at a time, also past a broken one', () => {
    expect(only(synth(), 'PodDisruptionBudget').spec).toEqual({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: { 'app.kubernetes.io/name': 'shop-api' } },
    });
  });

  it('answers for ten more seconds before it stops, and then finishes its requests', () => {
    expect(container().lifecycle).toEqual({ preStop: { sleep: { seconds: 10 } } });
    expect(pod().terminationGracePeriodSeconds).toBe(40);
    expect(pod({ shutdownTimeout: Duration.seconds(50) }).terminationGracePeriodSeconds).toBe(60);
  });

  it('is private: a ClusterIP Service, and no policy that lets anybody in', () => {
    expect(only(synth(), 'Service').spec.type).toBe('ClusterIP');
    expect(only(synth(), 'NetworkPolicy').spec).not.toHaveProperty('ingress');
    expect(only(synth(), 'NetworkPolicy').spec.policyTypes).toEqual(['Egress', 'Ingress']);
  });

  it('selects exactly its own pods with Service, budget and policies', () => {
    const manifests = synth();
    const labels = deployment().template.metadata.labels;
    for (const selector of [only(manifests, 'Service').spec.selector, deployment().selector.matchLabels]) {
      expect(labels).toMatchObject(selector);
    }
  });
});

describe('resources', () => {
  it('are canonical, with the memory limit at the request and the CPU limit at four times', () => {
    expect(container({ cpu: Cpu.millis(500), memory: Size.mebibytes(1024) }).resources).toEqual({
      requests: { cpu: '500m', memory: '1Gi' },
      limits: { cpu: '2', memory: '1Gi' },
    });
  });
});

describe('probes', () => {
  it('ask the path for readiness and only the port for liveness', () => {
    expect(container().readinessProbe).toMatchObject({ httpGet: { path: '/health', port: 'http' } });
    expect(container().livenessProbe).toMatchObject({ tcpSocket: { port: 'http' } });
    expect(container({ liveness: '/alive' }).livenessProbe).toMatchObject({
      httpGet: { path: '/alive', port: 'http' },
    });
  });

  it('outlast the failover of the database', () => {
    const scope = chart();
    const service = api(scope, { database: cluster(scope) });
    const probe = only(Testing.synth(scope), 'Deployment').spec.template.spec.containers[0].livenessProbe;
    expect(probe.periodSeconds * probe.failureThreshold).toBe(service.livenessToleranceSeconds);
    expect(service.livenessToleranceSeconds).toBeGreaterThan(90);
  });

  it('outlast a slower node monitor too', () => {
    const slow = platform({ nodeMonitorGracePeriod: Duration.minutes(5) });
    const scope = chart();
    expect(api(scope, { database: cluster(scope, { platform: slow }) }).livenessToleranceSeconds).toBeGreaterThan(300);
  });

  it('fails for a liveness that restarts the API because the database fails over', () => {
    expect(() => synth({ livenessTolerance: Duration.seconds(30) }, true)).toThrow(
      /^test\/api: 'livenessTolerance' must be at least \d+ seconds, the worst predicted failover of the database, or a failover restarts every replica; got 30$/,
    );
    expect(() => synth({ livenessTolerance: Duration.seconds(30) })).not.toThrow();
  });

  it('give the start as long as it may take', () => {
    const { startupProbe } = container({ startTimeout: Duration.minutes(10) });
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBe(600);
  });
});

describe('an ApiService with a database', () => {
  it('connects by the standard variables with verified TLS', () => {
    const env = Object.fromEntries(
      container({}, true).env.map((v: any) => [v.name, v.value ?? v.valueFrom.secretKeyRef]),
    );
    expect(env).toEqual({
      PGHOST: 'shop-db-rw.shop.svc',
      PGPORT: '5432',
      PGDATABASE: 'shop',
      PGUSER: { name: 'shop-db-owner', key: 'username' },
      PGPASSWORD: { name: 'shop-db-owner', key: 'password' },
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: '/etc/postgresql-ca/ca.crt',
      PGCONNECT_TIMEOUT: '5',
    });
  });

  it('puts the URL together after the variables it consists of', () => {
    const { env } = container({ databaseUrlVariable: 'DATABASE_URL' }, true);
    const names = env.map((v: any) => v.name);
    const url = env.find((v: any) => v.name === 'DATABASE_URL').value as string;
    expect(url).toBe(
      'postgresql://$(PGUSER):$(PGPASSWORD)@$(PGHOST):$(PGPORT)/$(PGDATABASE)?sslmode=verify-full&sslrootcert=/etc/postgresql-ca/ca.crt',
    );
    for (const [, name] of url.matchAll(/\$\((\w+)\)/g)) {
      expect(names.indexOf(name)).toBeLessThan(names.indexOf('DATABASE_URL'));
      expect(names).toContain(name);
    }
  });

  it('mounts the certificate without the private key that lies beside it', () => {
    expect(pod({}, true).volumes).toContainEqual({
      name: 'database-ca',
      secret: { secretName: 'shop-db-ca', items: [{ key: 'ca.crt', path: 'ca.crt' }] },
    });
  });

  it('opens the path on both sides', () => {
    const manifests = synth({}, true);
    expect(only(manifests, 'NetworkPolicy', 'shop-api').spec.egress).toContainEqual({
      to: [{ podSelector: { matchLabels: { 'cnpg.io/cluster': 'shop-db' } } }],
      ports: [{ port: 5432, protocol: 'TCP' }],
    });
    expect(only(manifests, 'NetworkPolicy', 'shop-db-from-shop-api').spec).toMatchObject({
      podSelector: { matchLabels: { 'cnpg.io/cluster': 'shop-db' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'shop-api' } } }] }],
    });
  });
});

describe('clients and companions', () => {
  it('let a client in on every port, and nobody else', () => {
    const manifests = synth({
      extraPorts: { mcp: 8001 },
      clients: [{ name: 'bridge', namespace: 'ops', podLabels: { app: 'bridge' } }],
    });
    expect(only(manifests, 'NetworkPolicy', 'shop-api-from-bridge').spec.ingress).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ops' } },
            podSelector: { matchLabels: { app: 'bridge' } },
          },
        ],
        ports: [
          { port: 8000, protocol: 'TCP' },
          { port: 8001, protocol: 'TCP' },
        ],
      },
    ]);
  });

  it('let one service call another, on both sides', () => {
    const scope = chart();
    const backend = api(scope);
    api(scope, { name: 'shop-dashboard', calls: [backend] }, 'dashboard');
    const manifests = Testing.synth(scope);
    expect(only(manifests, 'NetworkPolicy', 'shop-api-from-shop-dashboard')).toBeDefined();
    expect(JSON.stringify(only(manifests, 'NetworkPolicy', 'shop-dashboard').spec.egress)).toContain('shop-api');
  });

  it('let services of one name call from several namespaces', () => {
    const scope = chart();
    const backend = api(scope);
    const caller = (namespace: string) =>
      api(new Chart(scope.node.root, namespace, { namespace }), { name: 'dash', calls: [backend] });
    caller('one');
    caller('two');
    const policies = Testing.synth(scope).filter((m) => m.kind === 'NetworkPolicy');
    expect(policies.map((m) => m.metadata.name)).toEqual([
      'shop-api',
      'shop-api-from-one-dash',
      'shop-api-from-two-dash',
    ]);
    expect(policies.slice(1).map((m) => m.spec.ingress[0].from[0].namespaceSelector.matchLabels)).toEqual([
      { 'kubernetes.io/metadata.name': 'one' },
      { 'kubernetes.io/metadata.name': 'two' },
    ]);
  });

  it('fail for two peers of one name, and say which', () => {
    const peer = (namespace: string) => ({ name: 'dash', namespace, podLabels: { app: 'dash' } });
    expect(() => synth({ clients: [peer('one'), peer('two')] })).toThrow(
      "test/api: 'clients' must have different names, got 'dash' a second time, now in namespace 'two'; " +
        'both NetworkPolicies would have one name',
    );
    const database = cluster(chart());
    database.addClient(peer('one'));
    expect(() => database.addClient(peer('two'))).toThrow("test/db: 'client' must have different names, got 'dash'");
  });

  it('let Prometheus read the metrics port and no other', () => {
    const { ingress } = only(synth({ metrics: { port: 9100 } }), 'NetworkPolicy').spec;
    expect(ingress).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ port: 9100, protocol: 'TCP' }],
      },
    ]);
    expect(only(synth({ metrics: { port: 9100 } }), 'Service').spec.ports).toContainEqual({
      name: 'metrics',
      port: 9100,
      targetPort: 'metrics',
      protocol: 'TCP',
    });
  });
});

describe('an ApiService', () => {
  it('reads environment values from Secrets', () => {
    const scope = chart();
    const secret = new RequiredSecret(scope, 'token', {
      name: 'shop-token',
      keys: [{ key: 'TOKEN', description: 'a token' }],
      purpose: 'The API calls a friend.',
      rotation: 'Replace and restart.',
    });
    api(scope, { environment: { TOKEN: secret.ref('TOKEN'), MODE: 'fast' } });
    expect(only(Testing.synth(scope), 'Deployment').spec.template.spec.containers[0].env).toEqual([
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'shop-token', key: 'TOKEN' } } },
      { name: 'MODE', value: 'fast' },
    ]);
  });

  it('says what one replica costs', () => {
    const scope = chart();
    api(scope, { replicas: 1 });
    expect(warningsBelow(scope)).toEqual([
      "test/api: 'replicas' is 1: each rollout, drain and lost node takes 'shop-api' down until a new pod is ready",
    ]);
    expect(warningsBelow(api(chart()).node.root)).toEqual([]);
  });

  it('says what a program without a database timeout of its own costs, until it is declared', () => {
    const warnings = (props: Props): string[] => {
      const scope = chart();
      api(scope, { database: cluster(scope), ...props });
      return warningsBelow(scope);
    };
    expect(warnings({})).toEqual([
      "test/api: 'databaseTimeout' is not declared: the prediction takes it that 'shop-api' gives up a silent database session after 10 s; without a limit of its own it waits about 15 minutes after a node is lost",
    ]);
    expect(warnings({ databaseTimeout: Duration.seconds(8) })).toEqual([]);
  });

  it('writes what the program declares where the prediction reads it, and sets nothing by it', () => {
    const annotations = (props: Props) => only(synth(props, true), 'Deployment').metadata.annotations;
    expect(annotations({ databaseTimeout: Duration.seconds(8) })).toEqual({
      'cdk8s-phoenix.dev/database-timeout-seconds': '8',
    });
    expect(annotations({})).toBeUndefined();
    const env = (props: Props) => only(synth(props, true), 'Deployment').spec.template.spec.containers[0].env;
    expect(env({ databaseTimeout: Duration.seconds(8) })).toEqual(env({}));
  });

  it('is asked for readiness as often as it is told', () => {
    const period = (props: Props) =>
      only(synth(props), 'Deployment').spec.template.spec.containers[0].readinessProbe.periodSeconds;
    expect(period({})).toBe(5);
    expect(period({ readinessPeriod: Duration.seconds(2) })).toBe(2);
  });

  it.each<[string, Props, string]>([
    [
      'a client without a namespace',
      { clients: [{ name: 'x', podLabels: { app: 'x' } } as any] },
      "test/api: 'clients.namespace' must be a name, got nothing",
    ],
    [
      'a client without labels',
      { clients: [{ name: 'x', namespace: 'y' } as any] },
      "'clients.podLabels' of 'x' must have at least one label, got none",
    ],
    ['no replicas', { replicas: 0 }, "test/api: 'replicas' must be at least 1, got 0"],
    ['latest', { image: 'shop:latest' }, "'image' must not use the tag 'latest'"],
    ['no tag', { image: 'registry.example:5000/shop' }, "'image' must have a version tag"],
    ['a port out of range', { port: 70_000 }, "'port' must be a port between 1 and 65535, got 70000"],
    [
      'the same port twice',
      { extraPorts: { mcp: 8000 } },
      "'extraPorts' must have other names and numbers than 'http' (8000)",
    ],
    ['a second http port', { extraPorts: { http: 8001 } }, "'extraPorts' must have other names and numbers"],
    [
      'a port name that is too long',
      { extraPorts: { 'a-very-long-port-name': 1 } },
      "'extraPorts name' must have at most 15 characters",
    ],
    [
      'a path without slash',
      { readiness: 'health' },
      "'readiness' must be an HTTP path that starts with '/', got 'health'",
    ],
    [
      'a variable that is no name',
      { environment: { 'a b': 'x' } },
      "'environment' must have names of letters, digits and underscores, got 'a b'",
    ],
    [
      'a variable that is a number',
      { environment: { PORT: 8000 as never } },
      "'environment.PORT' must be a text or a key",
    ],
    ['root', { user: 0 }, "'user' must not be 0, which is root"],
    ['a negative user', { user: -5 }, "'user' must be a whole number from 1 to 2147483647, got -5"],
    ['half a user', { user: 1.5 }, "'user' must be a whole number from 1 to 2147483647, got 1.5"],
    ['a user by name', { user: 'shop' as never }, "'user' must be a whole number from 1 to 2147483647, got 'shop'"],
    [
      'metrics on a port that is not the one of this name',
      { extraPorts: { metrics: 9100 }, metrics: { port: 9200 } },
      "'extraPorts.metrics' is 9100 and 'metrics.port' is 9200; write one number, or another name for the extra port",
    ],
    [
      'metrics on the port of the API beside one of this name',
      { extraPorts: { metrics: 9100 }, metrics: {} },
      "'extraPorts.metrics' is 9100 and 'metrics.port' is 8000",
    ],
    [
      'no time to start',
      { startTimeout: Duration.seconds(0) },
      "'startTimeout' must be a whole number of seconds, at least 1, got 0 seconds",
    ],
    [
      'no time to finish requests',
      { shutdownTimeout: Duration.seconds(1) },
      "'shutdownTimeout' must be a whole number of seconds, at least 2, got 1 second",
    ],
    [
      'no tolerance',
      { livenessTolerance: Duration.seconds(0) },
      "'livenessTolerance' must be a whole number of seconds, at least 1, got 0 seconds",
    ],
    [
      'a writable path that is no path',
      { writablePaths: ['tmp'] },
      "'writablePaths' must be different absolute paths below '/', got 'tmp'",
    ],
    [
      'a readiness that is asked without a pause',
      { readinessPeriod: Duration.millis(500) },
      "'readinessPeriod' must be a whole number of seconds, at least 1, got 500 millis",
    ],
    [
      'a timeout of nothing',
      { databaseTimeout: Duration.seconds(0) },
      "'databaseTimeout' must be a whole number of seconds, at least 1, got 0 seconds",
    ],
    ['a timeout without a database', { databaseTimeout: Duration.seconds(5) }, "'databaseTimeout' needs 'database'"],
    ['a URL without a database', { databaseUrlVariable: 'DATABASE_URL' }, "'databaseUrlVariable' needs 'database'"],
    [
      'a name that no Service can have',
      { name: '1shop' },
      "'name' must use lower-case letters, digits and dashes, and start with a letter",
    ],
    ['CPU of nothing', { cpu: Cpu.millis(0) }, "'cpu' must be a whole number of millicores, at least 1, got '0m'"],
    [
      'memory of nothing',
      { memory: Size.mebibytes(0) },
      "'memory' must be a whole number of kibibytes, at least 1, got 0",
    ],
  ])('fails for %s', (_, props, message) => {
    expect(() => synth(props)).toThrow(message);
  });

  it('has every extra port and its metrics, wherever they are', () => {
    const ports = (props: Props) => only(synth(props), 'Service').spec.ports.map((p: any) => [p.name, p.port]);
    const mcp = ['mcp', 8001];
    const http = ['http', 8000];
    expect(ports({ extraPorts: { mcp: 8001 }, metrics: { port: 9200 } })).toEqual([http, mcp, ['metrics', 9200]]);
    expect(ports({ extraPorts: { mcp: 8001 }, metrics: { port: 8001 } })).toEqual([http, mcp]);
    expect(ports({ extraPorts: { metrics: 9200 }, metrics: { port: 9200 } })).toEqual([http, ['metrics', 9200]]);
  });

  it.each([
    ['PGHOST', "'databaseUrlVariable' must not start with 'PG' as the variables it is put together from, got 'PGHOST'"],
    ['DATABASE URL', "'databaseUrlVariable' must be a name of letters, digits and underscores, got 'DATABASE URL'"],
    ['', "'databaseUrlVariable' must be a name of letters, digits and underscores, got ''"],
  ])('fails for a URL in variable %j', (databaseUrlVariable, message) => {
    expect(() => synth({ databaseUrlVariable }, true)).toThrow(`test/api: ${message}`);
  });

  it('fails for a variable that the database sets, and for a database in another namespace', () => {
    expect(() => synth({ environment: { PGHOST: 'x' } }, true)).toThrow(
      "'environment.PGHOST' is set from 'database'; remove it",
    );
    const elsewhere = cluster(chart('data'));
    expect(() => api(chart('shop'), { database: elsewhere })).toThrow(
      "'database' must be in the API's namespace 'shop', where the pod can read its Secrets, got 'data'",
    );
  });
});
