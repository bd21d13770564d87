import { ApiObject, Duration, JsonPatch, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { ApiService } from '../api/api-service';
import { checkCron } from '../_cron';
import { whole } from '../_duration';
import { MAX_CRON_JOB_NAME, checkServiceName, namespaceOf } from '../_names';
import { sha256 } from '../evidence/digest';
import { DNS_EGRESS, podsHere, tcp } from '../network/_rules';
import type { Platform } from '../platform/platform';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import { drillJob } from './_drill-job';
import { NODE_IMAGE, PATHS, drillPod } from './_drill-pod';
import { digestOf } from './_tested';
import type { RunnerBundle } from './runner-bundle';
import type { RunnerConfig } from './runner/config';

/** Properties for `ReadinessCheck`. */
export interface ReadinessCheckProps {
  /** The database; its platform is what the cluster is compared with. */
  readonly cluster: PostgresCluster;

  /** The API that must answer from inside the cluster. */
  readonly api: ApiService;

  /** The program. */
  readonly runner: RunnerBundle;

  /**
   * `metadata.name` of the CronJob, at most 52 characters.
   * @default - `<service>-readiness-check`
   */
  readonly name?: string;

  /**
   * Five cron fields, UTC.
   * @default '37 3 * * *'
   */
  readonly schedule?: string;

  /**
   * Whether it runs on demand only.
   * @default false
   */
  readonly suspend?: boolean;

  /**
   * How long evidence supports a decision.
   * @default Duration.days(7)
   */
  readonly evidenceExpiresAfter?: Duration;

  /**
   * Stock Node image, by tag and digest.
   * @default - that of the drills
   */
  readonly image?: string;
}

const DEADLINE_SECONDS = 600;
const RBAC = 'rbac.authorization.k8s.io';
const KUBERNETES_API = [443, 6443];
/** CRDs that the service and its drills need, and the version that each must serve. */
const CRDS = {
  'backups.postgresql.cnpg.io': 'v1',
  'clusters.postgresql.cnpg.io': 'v1',
  'databaseroles.postgresql.cnpg.io': 'v1',
  'databases.postgresql.cnpg.io': 'v1',
  'failoverquorums.postgresql.cnpg.io': 'v1',
  'objectstores.barmancloud.cnpg.io': 'v1',
  'scheduledbackups.postgresql.cnpg.io': 'v1',
} as const;

/**
 * Whether the cluster is what the platform declares: nodes, versions, operators, storage, names, and the way to the
 * API. A Job every night; `phoenix readiness` makes the same check from any machine, so that both stand side by side.
 *
 * It reads only. What it reads of the whole cluster (nodes, CRDs, storage classes, metrics) needs a ClusterRole.
 */
export class ReadinessCheck extends Construct {
  public readonly name: string;
  public readonly namespace: string;
  /** ConfigMap that the runs put their evidence into; the first run makes it. */
  public readonly evidence: string;
  /** How long evidence supports a decision, in seconds. */
  public readonly evidenceSeconds: number;
  /** The CronJob, the way out for what the properties do not cover. */
  public readonly apiObject: ApiObject;

  /** @throws if the name is too long for a CronJob, the schedule is none, or evidence would expire at once */
  public constructor(scope: Construct, id: string, props: ReadinessCheckProps) {
    super(scope, id);
    this.name = props.name ?? `${props.api.service}-readiness-check`;
    this.namespace = namespaceOf(this);
    this.evidence = `${this.name}-evidence`;
    checkServiceName(this, 'name', this.name, MAX_CRON_JOB_NAME);
    const schedule = props.schedule ?? '37 3 * * *';
    checkCron(this, 'schedule', schedule, 'CronJob');
    const expiry = props.evidenceExpiresAfter ?? Duration.days(7);
    this.evidenceSeconds = whole(this, 'evidenceExpiresAfter', expiry, 'seconds', 3600);
    const labels = {
      'app.kubernetes.io/managed-by': 'cdk8s-phoenix',
      'app.kubernetes.io/name': this.name,
      'app.kubernetes.io/part-of': props.api.service,
    };
    // At synth, when all patches are there: the digest is that of what is written.
    const produce = (): string => JSON.stringify(this.config(props), null, 2);
    const config = Lazy.any({ produce }) as string;
    const checksum = Lazy.any({ produce: () => sha256(produce() + props.runner.digest) }) as string;
    this.addAccess(props.cluster.platform);
    this.addPolicies(props.api);
    new ApiObject(this, 'Config', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: this.name, namespace: this.namespace },
      data: { 'config.json': config },
    });
    this.apiObject = new ApiObject(this, 'Resource', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: this.name, namespace: this.namespace, labels },
      spec: drillJob({
        schedule,
        suspend: props.suspend ?? false,
        deadlineSeconds: DEADLINE_SECONDS,
        labels,
        pod: drillPod({
          subcommand: 'readiness',
          image: props.image ?? NODE_IMAGE,
          serviceAccount: this.name,
          runner: props.runner.name,
          config: this.name,
          labels,
          checksum,
          api: props.api,
        }),
      }),
    });
  }

  private config({ cluster, api }: ReadinessCheckProps): RunnerConfig {
    const { platform } = cluster;
    return {
      version: 1,
      service: api.service,
      platform: platform.name,
      namespace: this.namespace,
      manifestsDigest: digestOf([cluster, api]),
      kubernetes: { url: 'https://kubernetes.default.svc', tokenFile: PATHS.token, caFile: PATHS.clusterCa },
      evidence: { configMap: this.evidence, keep: 10, expiresAfterSeconds: this.evidenceSeconds },
      readiness: {
        from: 'cluster',
        nodes: platform.nodes,
        kubernetes: platform.kubernetes,
        operatorNamespace: platform.operatorNamespace,
        deployments: { operator: platform.operatorDeployment, plugin: platform.pluginDeployment },
        crds: CRDS,
        cloudNativePg: platform.cloudNativePg,
        ...(platform.barmanCloudPlugin !== undefined && { barmanCloudPlugin: platform.barmanCloudPlugin }),
        storageClass: platform.storage.storageClass,
        storageKind: platform.storage.kind,
        resolve: [cluster.connection.host, new URL(api.url).hostname],
        urls: [`${api.url}${api.readiness}`],
      },
    };
  }

  private addAccess({ operatorNamespace, operatorDeployment, pluginDeployment }: Platform): void {
    const { name, namespace } = this;
    const deployments = [operatorDeployment, pluginDeployment];
    const cluster = `${namespace}-${name}`;
    const subjects = [{ kind: 'ServiceAccount', name, namespace }];
    const make = (id: string, kind: string, metadata: object, content: object): void => {
      const object = new ApiObject(this, id, { apiVersion: `${RBAC}/v1`, kind, metadata, ...content });
      // The chart gives its namespace to everything, also to what has none.
      if (kind.startsWith('Cluster')) {
        object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
      }
    };
    const role = (id: string, kind: string, metadata: object, rules: readonly object[]): void => {
      make(id, kind, metadata, { rules });
    };
    const binding = (id: string, kind: string, metadata: object, roleRef: object): void => {
      make(id, kind, metadata, { roleRef, subjects });
    };
    new ApiObject(this, 'ServiceAccount', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace },
      automountServiceAccountToken: false,
    });
    role('Role', 'Role', { name, namespace }, [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
      { apiGroups: [''], resources: ['configmaps'], resourceNames: [this.evidence], verbs: ['get', 'update'] },
    ]);
    binding('RoleBinding', 'RoleBinding', { name, namespace }, { apiGroup: RBAC, kind: 'Role', name });
    role('OperatorRole', 'Role', { name: cluster, namespace: operatorNamespace }, [
      { apiGroups: ['apps'], resources: ['deployments'], resourceNames: deployments, verbs: ['get'] },
    ]);
    binding(
      'OperatorRoleBinding',
      'RoleBinding',
      { name: cluster, namespace: operatorNamespace },
      { apiGroup: RBAC, kind: 'Role', name: cluster },
    );
    role('ClusterRole', 'ClusterRole', { name: cluster }, [
      { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
      { apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] },
      { apiGroups: ['metrics.k8s.io'], resources: ['nodes'], verbs: ['list'] },
      { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['list'] },
      {
        apiGroups: ['apiextensions.k8s.io'],
        resources: ['customresourcedefinitions'],
        resourceNames: Object.keys(CRDS),
        verbs: ['get'],
      },
    ]);
    binding(
      'ClusterRoleBinding',
      'ClusterRoleBinding',
      { name: cluster },
      { apiGroup: RBAC, kind: 'ClusterRole', name: cluster },
    );
  }

  private addPolicies(api: ApiService): void {
    const { name, namespace } = this;
    const own = { 'app.kubernetes.io/name': name };
    const policy = (id: string, called: string, spec: object): void => {
      new ApiObject(this, id, {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: called, namespace },
        spec,
      });
    };
    policy('NetworkPolicy', name, {
      podSelector: { matchLabels: own },
      policyTypes: ['Egress', 'Ingress'],
      egress: [DNS_EGRESS, { to: [podsHere(api.podLabels)], ports: tcp(api.port) }, { ports: tcp(...KUBERNETES_API) }],
    });
    policy('ApiPolicy', `${api.name}-from-${name}`, {
      podSelector: { matchLabels: api.podLabels },
      policyTypes: ['Ingress'],
      ingress: [{ from: [podsHere(own)], ports: tcp(api.port) }],
    });
  }
}
