import type { Duration } from 'cdk8s';
import { checkDnsLabel } from '../_names';
import { seconds } from '../_duration';
import { refuse, shown } from '../_refuse';
import { OPERATOR_POD_LABELS } from '../policy/platform-facts';
import { type Measured, type MeasuredProps, resolveMeasured } from './measured';
import type { Storage } from './storage';

/** Kubernetes minor versions that the schemas and CloudNativePG 1.30 cover. */
const KUBERNETES = ['1.30', '1.31', '1.32', '1.33', '1.34', '1.35', '1.36'] as const;
const CLOUD_NATIVE_PG = ['1.30'] as const;
const EFFECTS: readonly NodeTaint['effect'][] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const HOSTNAME = 'kubernetes.io/hostname';

/** A Kubernetes minor version, such as `1.34`. */
export type KubernetesVersion = (typeof KUBERNETES)[number];

/** A CloudNativePG minor version, such as `1.30`. */
export type CloudNativePgVersion = (typeof CLOUD_NATIVE_PG)[number];

/** A taint of a node. */
export interface NodeTaint {
  readonly key: string;

  /**
   * @default - no value
   */
  readonly value?: string;

  readonly effect: 'NoSchedule' | 'NoExecute' | 'PreferNoSchedule';
}

/** A node, with what decides which pods it takes. */
export interface PlatformNodeProps {
  /** Its name, as `kubectl get nodes` shows it. */
  readonly name: string;

  /**
   * Labels. `kubernetes.io/hostname` is the name, unless it is given.
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;

  /**
   * Taints that are there on an ordinary day.
   * @default - none
   */
  readonly taints?: readonly NodeTaint[];

  /**
   * Whether it takes new pods on an ordinary day.
   * @default true
   */
  readonly schedulable?: boolean;
}

/** A node, defaults filled in. */
export type PlatformNode = Required<PlatformNodeProps>;

/** Properties for `Platform`. */
export interface PlatformProps {
  /** Name of the cluster, for messages and documents. */
  readonly name: string;

  /**
   * The nodes that can take pods of the service, as `kubectl get nodes` names them. A name alone is a node without taints
   * that takes pods.
   */
  readonly nodes: readonly (string | PlatformNodeProps)[];

  /** Kubernetes minor version of the API server. */
  readonly kubernetes: KubernetesVersion;

  /** Minor version of the CloudNativePG operator. */
  readonly cloudNativePg: CloudNativePgVersion;

  /** What the storage class of the database does when a node is lost. */
  readonly storage: Storage;

  /**
   * Namespace of the CloudNativePG operator and of its Barman Cloud plugin.
   * @default 'cnpg-system'
   */
  readonly operatorNamespace?: string;

  /**
   * Name of the operator's Deployment. The Helm chart calls it after its release: `cnpg-cloudnative-pg`.
   * @default 'cnpg-controller-manager', as the manifest of the release does
   */
  readonly operatorDeployment?: string;

  /**
   * Labels of the operator's pods, by which NetworkPolicies let it reach the database.
   * @default { 'app.kubernetes.io/name': 'cloudnative-pg' }, as manifest and Helm chart have it
   */
  readonly operatorPodLabels?: Readonly<Record<string, string>>;

  /**
   * Name of the Deployment of the Barman Cloud plugin. The Helm chart calls it after its release:
   * `cnpg-plugin-barman-cloud`.
   * @default 'barman-cloud', as the manifest of the release does
   */
  readonly pluginDeployment?: string;

  /**
   * Minor version of the Barman Cloud plugin, such as `0.14`, for the readiness check.
   * @default - not known: the version is recorded, not checked
   */
  readonly barmanCloudPlugin?: string;

  /**
   * Namespace of Prometheus, which may scrape the service. `false` where no Prometheus Operator is installed: then
   * nothing of `monitoring.coreos.com` is written, because its CRDs would be missing.
   * @default 'monitoring'
   */
  readonly monitoringNamespace?: string | false;

  /**
   * `--node-monitor-grace-period` of the controller manager: how long a silent node still counts as Ready.
   * @default - what Kubernetes ships: 50 seconds from 1.32 on, 40 seconds before
   */
  readonly nodeMonitorGracePeriod?: Duration;

  /**
   * Sizes, throughputs and reaction times, as measured: what recovery times are computed from.
   * @default - a cautious default for each
   */
  readonly measured?: MeasuredProps;
}

/**
 * Facts about the target cluster that no manifest can know. Plain data: it makes no objects.
 *
 * Source of the version range: the CloudNativePG 1.30 list of supported and tested Kubernetes releases.
 */
export class Platform {
  public readonly name: string;
  /** Names of the nodes. */
  public readonly nodes: readonly string[];
  /** The nodes, with labels and taints. */
  public readonly nodeFacts: readonly PlatformNode[];
  public readonly kubernetes: KubernetesVersion;
  public readonly cloudNativePg: CloudNativePgVersion;
  public readonly storage: Storage;
  public readonly operatorNamespace: string;
  public readonly operatorDeployment: string;
  public readonly operatorPodLabels: Readonly<Record<string, string>>;
  public readonly pluginDeployment: string;
  /** Undefined where it is not known. */
  public readonly barmanCloudPlugin: string | undefined;
  public readonly monitoringNamespace: string | false;
  /** Resolved `--node-monitor-grace-period`, in seconds. */
  public readonly nodeMonitorGraceSeconds: number;
  /** Measured facts, defaults filled in. */
  public readonly measured: Measured;

  /** @throws if a name is no DNS name, a node is named twice, a label or taint is malformed, or a version is not supported */
  public constructor(props: PlatformProps) {
    const where = `platform '${props.name}'`;
    checkVersion(where, 'kubernetes', props.kubernetes, KUBERNETES);
    checkVersion(where, 'cloudNativePg', props.cloudNativePg, CLOUD_NATIVE_PG);
    this.name = props.name;
    this.nodeFacts = checkNodes(where, props.nodes).map(nodeFacts);
    this.nodes = this.nodeFacts.map(({ name }) => name);
    this.kubernetes = props.kubernetes;
    this.cloudNativePg = props.cloudNativePg;
    this.storage = props.storage;
    this.operatorNamespace = props.operatorNamespace ?? 'cnpg-system';
    this.operatorDeployment = props.operatorDeployment ?? 'cnpg-controller-manager';
    this.operatorPodLabels = props.operatorPodLabels ?? OPERATOR_POD_LABELS;
    this.pluginDeployment = props.pluginDeployment ?? 'barman-cloud';
    this.barmanCloudPlugin = props.barmanCloudPlugin;
    this.monitoringNamespace = props.monitoringNamespace ?? 'monitoring';
    this.nodeMonitorGraceSeconds =
      props.nodeMonitorGracePeriod === undefined
        ? shippedGraceSeconds(props.kubernetes)
        : seconds(where, 'nodeMonitorGracePeriod', props.nodeMonitorGracePeriod);
    this.measured = resolveMeasured(where, props.measured ?? {});

    this.check();
  }

  private check(): void {
    const where = `platform '${this.name}'`;
    checkDnsLabel('platform', 'name', this.name);
    checkDnsLabel(where, 'operatorNamespace', this.operatorNamespace);
    checkDnsLabel(where, 'operatorDeployment', this.operatorDeployment);
    checkDnsLabel(where, 'pluginDeployment', this.pluginDeployment);
    if (Object.keys(this.operatorPodLabels).length === 0) {
      refuse(where, `'operatorPodLabels' must have at least one label, got none: they would mean every pod`);
    }
    if (this.barmanCloudPlugin !== undefined && !/^\d+\.\d+$/.test(this.barmanCloudPlugin)) {
      refuse(where, `'barmanCloudPlugin' must be a minor version such as '0.14', got '${this.barmanCloudPlugin}'`);
    }
    if (this.monitoringNamespace !== false) {
      checkDnsLabel(where, 'monitoringNamespace', this.monitoringNamespace);
    }
    if (this.nodes.length === 0) {
      refuse(where, `'nodes' must name at least one node, got none; list them with 'kubectl get nodes'`);
    }
    this.nodes.forEach((node, i) => {
      if (!/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/.test(node)) {
        refuse(where, `'nodes' must hold DNS names, got '${node}'`);
      }
      if (this.nodes.indexOf(node) !== i) {
        refuse(where, `'nodes' names '${node}' twice`);
      }
    });
    if (this.nodeMonitorGraceSeconds <= 0) {
      refuse(where, `'nodeMonitorGracePeriod' must be longer than 0 seconds, got ${this.nodeMonitorGraceSeconds}`);
    }
  }
}

function shippedGraceSeconds(kubernetes: KubernetesVersion): number {
  return Number(kubernetes.slice(2)) >= 32 ? 50 : 40;
}

function nodeFacts(node: string | PlatformNodeProps): PlatformNode {
  const { name, labels = {}, taints = [], schedulable = true } = typeof node === 'string' ? { name: node } : node;
  return { name, labels: { [HOSTNAME]: name, ...labels }, taints: [...taints], schedulable };
}

/** Before anything is read from them: labels and taints decide where pods may be. */
function checkNodes(where: string, nodes: PlatformProps['nodes']): PlatformProps['nodes'] {
  if (!Array.isArray(nodes)) {
    refuse(where, `'nodes' must be a list of names, got ${JSON.stringify(nodes)}`);
  }
  const byHost = new Map<string, string>();
  for (const node of nodes as readonly unknown[]) {
    const name = typeof node === 'string' ? node : (node as Partial<PlatformNodeProps> | null)?.name;
    if (typeof name !== 'string') {
      refuse(where, `'nodes' must each have a 'name', as text or as property, got ${JSON.stringify(node)}`);
    }
    const { labels = {}, taints = [] } = typeof node === 'string' ? {} : (node as PlatformNodeProps);
    checkLabels(where, name, labels);
    checkTaints(where, name, taints);
    const host = labels[HOSTNAME] ?? name;
    const other = byHost.get(host);
    if (other !== undefined && other !== name) {
      refuse(where, `'nodes' has '${HOSTNAME}' '${host}' on both '${other}' and '${name}'; each node has its own`);
    }
    byHost.set(host, name);
  }
  return nodes;
}

function checkLabels(where: string, node: string, labels: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(labels)) {
    if (typeof value !== 'string') {
      refuse(where, `'nodes' has label '${key}' on '${node}' that is no text, got ${JSON.stringify(value)}; quote it`);
    }
  }
}

function checkTaints(where: string, node: string, taints: readonly Partial<NodeTaint>[]): void {
  for (const { effect, key } of taints) {
    if (typeof key !== 'string' || key === '') {
      refuse(where, `'nodes' has a taint without 'key' on '${node}'`);
    }
    if (effect === undefined || !EFFECTS.includes(effect)) {
      refuse(
        where,
        `'nodes' has a taint '${key}' on '${node}' with effect '${effect}'; allowed are ${EFFECTS.join(', ')}`,
      );
    }
  }
}

function checkVersion(where: string, property: string, version: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(version)) {
    const quotes = typeof version === 'string' ? '' : '; put it in quotes';
    refuse(where, `'${property}' must be one of ${allowed.join(', ')}, got ${shown(version)}${quotes}`);
  }
}
