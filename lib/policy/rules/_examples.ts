import type { RuleExample } from '../rule';
import { isObject } from '../resource';

type Fields = Readonly<Record<string, unknown>>;

/** An example: objects that are fine, and the one fact that breaks the first (or `object`th) of them. */
export function example(fine: readonly Fields[], path: string, value?: unknown, object = 0): RuleExample {
  return { fine, broken: { object, path, ...(value === undefined ? {} : { value }) } };
}

/** An object of any kind in the namespace `shop`. */
export function object(apiVersion: string, kind: string, name: string, fields: Fields = {}): Fields {
  return merge({ apiVersion, kind, metadata: { name, namespace: 'shop' } }, fields);
}

/** A namespace that enforces the restricted Pod Security Standard. */
export function namespace(name = 'shop', fields: Fields = {}): Fields {
  return merge(
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    },
    fields,
  );
}

/** Three instances that survive losing one without losing a transaction. */
export function cluster(spec: Fields = {}, name = 'db'): Fields {
  return object('postgresql.cnpg.io/v1', 'Cluster', name, {
    spec: merge(
      {
        instances: 3,
        imageName: 'ghcr.io/cloudnative-pg/postgresql:18.4@sha256:00',
        storage: { size: '20Gi', storageClass: 'local' },
        walStorage: { size: '8Gi', storageClass: 'local' },
        affinity: { podAntiAffinityType: 'required' },
        postgresql: {
          synchronous: { method: 'any', number: 1, dataDurability: 'required', failoverQuorum: true },
          parameters: { max_slot_wal_keep_size: '4GB', shared_buffers: '512MB' },
        },
        resources: { requests: { memory: '2Gi' }, limits: { memory: '2Gi' } },
        smartShutdownTimeout: 0,
        stopDelay: 120,
        plugins: [
          {
            name: 'barman-cloud.cloudnative-pg.io',
            enabled: true,
            isWALArchiver: true,
            parameters: { barmanObjectName: 'store', serverName: 'db-1' },
          },
        ],
      },
      spec,
    ),
  });
}

/** Where `cluster()` archives to. */
export function store(spec: Fields = {}, name = 'store'): Fields {
  return object('barmancloud.cnpg.io/v1', 'ObjectStore', name, {
    spec: merge(
      {
        configuration: {
          destinationPath: 's3://backups/shop',
          s3Credentials: {
            accessKeyId: { name: 'store', key: 'ID' },
            secretAccessKey: { name: 'store', key: 'SECRET' },
          },
        },
      },
      spec,
    ),
  });
}

/** What makes `cluster()` a copy of the archive in `store()`. */
export const RECOVERY: Fields = {
  bootstrap: { recovery: { source: 'origin', database: 'shop', owner: 'shop' } },
  externalClusters: [
    {
      name: 'origin',
      plugin: {
        name: 'barman-cloud.cloudnative-pg.io',
        enabled: true,
        isWALArchiver: false,
        parameters: { barmanObjectName: 'store', serverName: 'db-1' },
      },
    },
  ],
};

/** A unit of Flux. */
export function kustomization(): Fields {
  return object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'shop', {
    spec: { interval: '30m', prune: true, path: './x', sourceRef: { kind: 'GitRepository', name: 'flux-system' } },
  });
}

/** A base backup of `cluster()` each night. */
export function scheduledBackup(): Fields {
  return object('postgresql.cnpg.io/v1', 'ScheduledBackup', 'db', {
    spec: {
      schedule: '0 0 2 * * *',
      cluster: { name: 'db' },
      method: 'plugin',
      pluginConfiguration: { name: 'barman-cloud.cloudnative-pg.io' },
    },
  });
}

/** A Deployment of three pods labelled `app: web`. */
export function deployment(podSpec: Fields = {}, spec: Fields = {}, name = 'web'): Fields {
  return object('apps/v1', 'Deployment', name, {
    spec: merge(
      {
        replicas: 3,
        selector: { matchLabels: { app: name } },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: { metadata: { labels: { app: name } }, spec: merge({ containers: [container()] }, podSpec) },
      },
      spec,
    ),
  });
}

/** A container that is restricted in full and probed. */
export function container(fields: Fields = {}): Fields {
  return merge(
    {
      name: 'web',
      image: 'registry.example.net/web:1@sha256:00',
      ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
      readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5, failureThreshold: 2 },
      livenessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 10, failureThreshold: 12 },
      startupProbe: { tcpSocket: { port: 'http' }, periodSeconds: 5, failureThreshold: 24 },
      resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '256Mi' } },
    },
    fields,
  );
}

/** A Service in front of `deployment()`. */
export function service(spec: Fields = {}, name = 'web'): Fields {
  return object('v1', 'Service', name, {
    spec: merge({ selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] }, spec),
  });
}

/** A PodDisruptionBudget over `deployment()`. */
export function budget(spec: Fields = {}, name = 'web'): Fields {
  return object('policy/v1', 'PodDisruptionBudget', name, {
    spec: merge({ maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } }, spec),
  });
}

/** A NetworkPolicy of the namespace. */
export function policy(name: string, spec: Fields): Fields {
  return object('networking.k8s.io/v1', 'NetworkPolicy', name, { spec });
}

/** A drill's CronJob. */
export function cronJob(spec: Fields = {}, jobSpec: Fields = {}, name = 'restore-drill'): Fields {
  return object('batch/v1', 'CronJob', name, {
    metadata: { labels: { 'app.kubernetes.io/managed-by': 'cdk8s-phoenix' } },
    spec: merge(
      {
        schedule: '17 4 * * 0',
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 300,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          spec: merge(
            {
              activeDeadlineSeconds: 3600,
              backoffLimit: 0,
              template: {
                metadata: { labels: { app: name } },
                spec: {
                  restartPolicy: 'Never',
                  containers: [{ name: 'drill', image: 'registry.example.net/node:22@sha256:00' }],
                },
              },
            },
            jobSpec,
          ),
        },
      },
      spec,
    ),
  });
}

/** Deep merge; lists are replaced, and a field set to `undefined` goes. */
export function merge(base: Fields, over: Fields): Fields {
  const out: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = out[key];
    if (value === undefined) {
      delete out[key];
    } else {
      out[key] = isObject(before) && isObject(value) ? merge(before, value) : value;
    }
  }
  return out;
}
