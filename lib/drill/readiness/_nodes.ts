import { KubernetesError, type KubernetesClient, type KubernetesObject } from '../runner/kubernetes';
import type { Look } from './_look';
import type { ReadinessConfig } from '../runner/config';

interface Node extends KubernetesObject {
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly effect: string }[];
  };
  readonly status?: {
    readonly capacity?: Readonly<Record<string, string>>;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
    readonly nodeInfo?: Readonly<Record<string, string>>;
  };
}

interface NodeMetrics extends KubernetesObject {
  readonly usage: { readonly cpu: string; readonly memory: string };
}

const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'];
const ROLE = 'node-role.kubernetes.io/';

/** Every expected node is there and well, no other one takes pods, and each has metrics. */
export async function lookAtNodes(look: Look, kubernetes: KubernetesClient, expected: ReadinessConfig): Promise<void> {
  // prettier-ignore
  const names = expected.nodes.join(', ');
  const checks = [
    ['nodes-joined', names],
    ['nodes-unexpected', `no other node that takes pods than ${names}`],
    ['nodes-ready', `Ready: ${names}`],
    ['nodes-schedulable', 'no expected node cordoned'],
    ['nodes-without-pressure', `none of ${PRESSURES.join(', ')}`],
    ['nodes-version', `kubelet ${expected.kubernetes} on every expected node`],
  ] as const;
  const nodes = await look.read(checks, () => kubernetes.list<Node>('/api/v1/nodes'));
  if (nodes !== undefined) {
    const of = (name: string): Node | undefined => nodes.find((n) => n.metadata.name === name);
    const joined = expected.nodes.flatMap((name) => of(name) ?? []);
    const offenders = (wrong: (node: Node) => string | undefined): string[] =>
      joined.flatMap((node) => {
        const why = wrong(node);
        return why === undefined ? [] : [`${node.metadata.name} ${why}`];
      });
    const findings: Record<(typeof checks)[number][0], readonly [readonly string[], string]> = {
      'nodes-joined': [expected.nodes.filter((n) => of(n) === undefined).map((n) => `${n} is missing`), 'all there'],
      'nodes-unexpected': [
        nodes.filter((n) => !expected.nodes.includes(n.metadata.name) && takesPods(n)).map((n) => n.metadata.name),
        'none',
      ],
      'nodes-ready': [offenders((n) => (condition(n, 'Ready') === 'True' ? undefined : `Ready is ${condition(n, 'Ready')}`)), `${joined.length} Ready`], // prettier-ignore
      'nodes-schedulable': [offenders((n) => (n.spec?.unschedulable === true ? 'is cordoned' : undefined)), 'none'],
      'nodes-without-pressure': [offenders(pressureOf), 'none'],
      'nodes-version': [offenders((n) => (minorOf(kubeletOf(n)) === expected.kubernetes ? undefined : `runs ${kubeletOf(n)}`)), 'as declared'], // prettier-ignore
    };
    for (const [name, wanted] of checks) {
      const [wrong, whenNone] = findings[name];
      // Without the nodes, what is wrong with them is not known.
      const missing = name === 'nodes-joined' || name === 'nodes-unexpected' ? [] : expected.nodes.filter((n) => of(n) === undefined).map((n) => `${n} is missing`); // prettier-ignore
      look.none(name, wanted, [...wrong, ...missing], whenNone);
    }
  }
  const usage = await lookAtMetrics(look, kubernetes, expected);
  nodes?.forEach((node) => look.found(`node ${node.metadata.name}`, factsOf(node, usage, expected)));
}

/** `1.34` of `v1.34.2+k3s1`. */
export function minorOf(version: string): string {
  return /^v?(\d+\.\d+)/.exec(version)?.[1] ?? version;
}

async function lookAtMetrics(
  look: Look,
  kubernetes: KubernetesClient,
  expected: ReadinessConfig,
): Promise<readonly NodeMetrics[]> {
  // prettier-ignore
  const wanted = `usage of ${expected.nodes.join(', ')}`;
  const path = '/apis/metrics.k8s.io/v1beta1/nodes';
  const metrics = await look.read([['metrics', wanted]], () =>
    kubernetes.list<NodeMetrics>(path).catch((error: unknown) => {
      if (error instanceof KubernetesError && error.code === 404) {
        return [];
      }
      throw error;
    }),
  );
  if (metrics !== undefined) {
    const without = expected.nodes.filter((name) => !metrics.some((m) => m.metadata.name === name));
    look.none('metrics', wanted, without.map((name) => `no metrics of ${name}`), 'all there'); // prettier-ignore
  }
  return metrics ?? [];
}

function factsOf(node: Node, usage: readonly NodeMetrics[], expected: ReadinessConfig): Record<string, string> {
  const { capacity = {}, nodeInfo = {} } = node.status ?? {};
  const roles = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(ROLE)).map((label) => label.slice(ROLE.length)); // prettier-ignore
  const used = usage.find((m) => m.metadata.name === node.metadata.name)?.usage;
  return {
    expected: expected.nodes.includes(node.metadata.name) ? 'yes' : 'no',
    ready: condition(node, 'Ready'),
    role: roles.toSorted().join(', ') || 'worker',
    kubelet: kubeletOf(node),
    system: [nodeInfo['osImage'], nodeInfo['architecture']].filter((x) => x !== undefined).join(', '),
    runtime: nodeInfo['containerRuntimeVersion'] ?? 'unknown',
    cpu: capacity['cpu'] ?? 'unknown',
    memory: gibibytes(capacity['memory']),
    disk: gibibytes(capacity['ephemeral-storage']),
    pressure: pressureOf(node) ?? 'none',
    ...(used !== undefined && { used: `cpu ${used.cpu}, memory ${used.memory}` }),
  };
}

function kubeletOf(node: Node): string {
  return node.status?.nodeInfo?.['kubeletVersion'] ?? 'unknown';
}

function condition(node: Node, type: string): string {
  return node.status?.conditions?.find((c) => c.type === type)?.status ?? 'unknown';
}

/** Conditions that are not False. `NetworkUnavailable` is only there where a network plugin writes it. */
function pressureOf(node: Node): string | undefined {
  const bad = PRESSURES.filter((type) => {
    const status = condition(node, type);
    return status === 'True' || (status !== 'False' && type !== 'NetworkUnavailable');
  });
  return bad.length === 0 ? undefined : bad.map((type) => `${type} ${condition(node, type)}`).join(', ');
}

function takesPods(node: Node): boolean {
  return node.spec?.unschedulable !== true && !(node.spec?.taints ?? []).some(({ effect }) => effect !== 'PreferNoSchedule'); // prettier-ignore
}

/** `31.3 GiB` of `32780536Ki`, as kubelets write capacity; other notations as they are. */
function gibibytes(quantity = 'unknown'): string {
  const match = /^(\d+)(Ki)?$/.exec(quantity);
  return match === null
    ? quantity
    : `${((Number(match[1]) * (match[2] === 'Ki' ? 1024 : 1)) / 2 ** 30).toFixed(1)} GiB`;
}
