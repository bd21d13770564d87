import { cpuQuantity, millicores, sizeQuantity } from '../_quantity';
import { podTolerations, zoneSpread } from '../platform/placement';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import type { ApiService, EnvironmentValue } from './api-service';

const CA_VOLUME = 'database-ca';
const CA_FOLDER = '/etc/postgresql-ca';
/** Endpoints need a moment to forget a pod that is stopping; until then it must still answer. */
const DRAIN_SECONDS = 10;
const LIVENESS_PERIOD = 10;
const START_PERIOD = 5;

/** The whole Deployment in one place. */
export function deploymentSpec(api: ApiService): object {
  const counted = { labelSelector: { matchLabels: api.podLabels }, matchLabelKeys: ['pod-template-hash'] };
  return {
    replicas: api.replicas,
    revisionHistoryLimit: 3,
    progressDeadlineSeconds: 600,
    selector: { matchLabels: api.podLabels },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    template: {
      metadata: { labels: api.labels },
      spec: {
        serviceAccountName: api.name,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: DRAIN_SECONDS + api.shutdownTimeoutSeconds,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: api.user,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        nodeSelector: api.placement.nodeSelector,
        // Five minutes is the default: a lost node would hold a replica back that long.
        tolerations: [
          ...['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) => ({
            key,
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: 30,
          })),
          ...(podTolerations(api.placement) ?? []),
        ],
        // Counts only nodes that can take the pod, and only pods of the same revision.
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'DoNotSchedule',
            ...counted,
            nodeAffinityPolicy: 'Honor',
            nodeTaintsPolicy: 'Honor',
          },
          ...(zoneSpread(api.platform, api.placement, counted) ?? []),
        ],
        containers: [container(api)],
        volumes: [
          ...api.writablePaths.map((path) => ({ name: volumeName(path), emptyDir: { sizeLimit: '64Mi' } })),
          ...(api.database === undefined ? [] : [caVolume(api.database)]),
        ],
      },
    },
  };
}

function container(api: ApiService): object {
  const alive =
    api.liveness === undefined ? { tcpSocket: { port: 'http' } } : { httpGet: { path: api.liveness, port: 'http' } };
  const memory = sizeQuantity(api, 'memory', api.memory);
  const cpuLimit = millicores(api, 'cpu', api.cpu) * 4;
  return {
    name: 'api',
    image: api.image,
    imagePullPolicy: 'IfNotPresent',
    args: api.args.length === 0 ? undefined : api.args,
    ports: Object.entries(api.ports).map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' })),
    env: environment(api),
    resources: {
      requests: { cpu: cpuQuantity(api, 'cpu', api.cpu), memory },
      limits: { cpu: cpuLimit % 1000 === 0 ? `${cpuLimit / 1000}` : `${cpuLimit}m`, memory },
    },
    startupProbe: {
      ...alive,
      periodSeconds: START_PERIOD,
      timeoutSeconds: 5,
      failureThreshold: Math.ceil(api.startTimeoutSeconds / START_PERIOD),
    },
    readinessProbe: {
      httpGet: { path: api.readiness, port: 'http' },
      periodSeconds: api.readinessPeriodSeconds,
      timeoutSeconds: 3,
      failureThreshold: 2,
    },
    livenessProbe: {
      ...alive,
      periodSeconds: LIVENESS_PERIOD,
      timeoutSeconds: 5,
      failureThreshold: Math.ceil(api.livenessToleranceSeconds / LIVENESS_PERIOD),
    },
    lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      ...api.writablePaths.map((path) => ({ name: volumeName(path), mountPath: path })),
      ...(api.database === undefined ? [] : [{ name: CA_VOLUME, mountPath: CA_FOLDER, readOnly: true }]),
    ],
  };
}

/** The database's variables come first, because the URL is put together from them. */
function environment(api: ApiService): object[] | undefined {
  const variables = {
    ...(api.database === undefined ? {} : databaseEnvironment(api.database, api.databaseUrlVariable)),
    ...api.environment,
  };
  const entries = Object.entries(variables).map(([name, value]) =>
    typeof value === 'string'
      ? { name, value }
      : { name, valueFrom: { secretKeyRef: { name: value.name, key: value.key } } },
  );
  return entries.length === 0 ? undefined : entries;
}

function databaseEnvironment(
  database: PostgresCluster,
  urlVariable: string | undefined,
): Record<string, EnvironmentValue> {
  const { connection } = database;
  const ca = `${CA_FOLDER}/${connection.certificateAuthority.key}`;
  return {
    PGHOST: connection.host,
    PGPORT: `${connection.port}`,
    PGDATABASE: connection.database,
    PGUSER: connection.user,
    PGPASSWORD: connection.password,
    PGSSLMODE: connection.sslMode,
    PGSSLROOTCERT: ca,
    PGCONNECT_TIMEOUT: '5',
    ...(urlVariable === undefined
      ? {}
      : {
          [urlVariable]: `postgresql://$(PGUSER):$(PGPASSWORD)@$(PGHOST):$(PGPORT)/$(PGDATABASE)?sslmode=${connection.sslMode}&sslrootcert=${ca}`,
        }),
  };
}

/** The certificate alone: the same Secret holds the authority's private key. */
function caVolume(database: PostgresCluster): object {
  const { name, key } = database.connection.certificateAuthority;
  return { name: CA_VOLUME, secret: { secretName: name, items: [{ key, path: key }] } };
}

function volumeName(path: string): string {
  return `writable${path
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '')}`;
}
