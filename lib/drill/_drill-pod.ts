import type { ApiService } from '../api/api-service';
import { podTolerations } from '../platform/placement';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import type { DrillDatabase } from '../postgres/drill-database';

/** Node 22, multi-platform index, as Docker Hub lists it under this digest. */
export const NODE_IMAGE =
  'docker.io/library/node:22-bookworm-slim@sha256:83f487e0a63425e5b4d146fb5e5be574bcbe1b7b843d3ebafdd95eaf7767a7e5';
/** User `node` of the stock image. */
const NODE_USER = 1000;

/** Where the Job finds its files; the configuration names the same paths. */
export const PATHS = {
  config: '/etc/phoenix/config.json',
  ca: '/etc/phoenix-database/ca.crt',
  cert: '/etc/phoenix-database/tls.crt',
  key: '/etc/phoenix-database/tls.key',
  token: '/var/run/secrets/kubernetes.io/serviceaccount/token',
  clusterCa: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
} as const;

/** What the pod of a drill is made of. */
export interface DrillPod {
  readonly subcommand: 'failover' | 'readiness';
  readonly image: string;
  readonly serviceAccount: string;
  readonly runner: string;
  readonly config: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Changes with the program and the configuration, so that a run always starts with the files it was made for. */
  readonly checksum: string;
  /** It runs where the API may: there is always a node for it. */
  readonly api: ApiService;
  /** Keeps it off the node that this database's primary is on: the drill must survive what it measures. */
  readonly awayFrom?: { readonly cluster: PostgresCluster; readonly required: boolean };
  /** Certificate and authority to log in with; absent where the drill needs no database. */
  readonly login?: { readonly database: DrillDatabase; readonly cluster: PostgresCluster };
}

/** A pod that runs one drill and nothing else: restricted, read-only, with a token for the few calls it makes. */
export function drillPod(pod: DrillPod): object {
  const { login, awayFrom } = pod;
  const { placement } = pod.api;
  return {
    metadata: { labels: pod.labels, annotations: { 'cdk8s-phoenix.dev/checksum': pod.checksum } },
    spec: {
      restartPolicy: 'Never',
      ...(awayFrom !== undefined && { affinity: awayFromPrimary(awayFrom) }),
      serviceAccountName: pod.serviceAccount,
      automountServiceAccountToken: true,
      enableServiceLinks: false,
      // SIGTERM cleans up within ten seconds.
      terminationGracePeriodSeconds: 20,
      nodeSelector: placement.nodeSelector,
      tolerations: podTolerations(placement),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: NODE_USER,
        runAsGroup: NODE_USER,
        fsGroup: NODE_USER,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'drill',
          image: pod.image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '/opt/phoenix/runner.cjs', pod.subcommand, PATHS.config],
          env: [
            { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
            { name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } },
          ],
          resources: { requests: { cpu: '500m', memory: '256Mi' }, limits: { memory: '256Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
          volumeMounts: [
            { name: 'runner', mountPath: '/opt/phoenix', readOnly: true },
            { name: 'config', mountPath: '/etc/phoenix', readOnly: true },
            ...(login === undefined ? [] : [{ name: 'database', mountPath: '/etc/phoenix-database', readOnly: true }]),
          ],
        },
      ],
      volumes: [
        { name: 'runner', configMap: { name: pod.runner } },
        { name: 'config', configMap: { name: pod.config } },
        ...(login === undefined ? [] : [loginVolume(login)]),
      ],
    },
  };
}

/**
 * On another node than the primary: a drill beside it shares its load, and one whose plug is pulled dies with it, so that
 * a drill that waits for the plug must not stand there at all.
 */
function awayFromPrimary({ cluster, required }: NonNullable<DrillPod['awayFrom']>): object {
  const labelSelector = { matchLabels: { ...cluster.podLabels, 'cnpg.io/instanceRole': 'primary' } };
  const term = { labelSelector, topologyKey: 'kubernetes.io/hostname' };
  return {
    podAntiAffinity: required
      ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
      : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
  };
}

function loginVolume({ database, cluster }: NonNullable<DrillPod['login']>): object {
  const { certificateAuthority: authority } = cluster.connection;
  return {
    name: 'database',
    projected: {
      sources: [
        secretKeys(authority.name, [authority.key]),
        secretKeys(database.clientCertificate.name, [database.clientCertificate.key, database.clientKey.key]),
      ],
    },
  };
}

/** Single keys of a Secret, never the whole: that of the authority also holds its private key. */
function secretKeys(name: string, keys: readonly string[]): object {
  return { secret: { name, items: keys.map((key) => ({ key, path: key })) } };
}
