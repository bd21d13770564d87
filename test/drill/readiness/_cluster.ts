import type { ReadinessConfig } from '../../../lib/drill/runner/config';
import { FakeKubernetes, type StoredObject } from '../../support/fake-kubernetes';

export const EXPECTED: ReadinessConfig = {
  from: 'operator',
  nodes: ['railiance01', 'railiance02', 'railiance03'],
  kubernetes: '1.34',
  operatorNamespace: 'cnpg-system',
  deployments: { operator: 'cnpg-controller-manager', plugin: 'barman-cloud' },
  crds: { 'clusters.postgresql.cnpg.io': 'v1', 'objectstores.barmancloud.cnpg.io': 'v1' },
  cloudNativePg: '1.30',
  barmanCloudPlugin: '0.14',
  storageClass: 'local-path',
  storageKind: 'nodeLocal',
  resolve: ['state-hub.example', 'state-hub-db-rw.state-hub.svc'],
  urls: ['http://state-hub.example/state/health'],
};

/** Three nodes as k3s shows them, both operators, one storage class, metrics. */
/** `crds`: definitions beyond those of `EXPECTED`. */
export async function readyCluster(crds: readonly string[] = []): Promise<FakeKubernetes> {
  const fake = await FakeKubernetes.listen();
  for (const [i, name] of EXPECTED.nodes.entries()) {
    fake.put(node(name, i === 0 ? ['control-plane', 'etcd'] : []));
    fake.put(metricsOf(name));
  }
  [...Object.keys(EXPECTED.crds), ...crds].forEach((name) => fake.put(definition(name)));
  fake.put(deployment('cnpg-controller-manager', 'ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0', 2));
  fake.put(deployment('barman-cloud', 'ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.14.0', 1));
  fake.put({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'local-path', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'rancher.io/local-path',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  fake.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'uid-of-the-cluster' } });
  return fake;
}

export function node(name: string, roles: readonly string[] = []): StoredObject {
  const conditions = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({ type, status: 'False' }));
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: Object.fromEntries(roles.map((role) => [`node-role.kubernetes.io/${role}`, 'true'])) },
    spec: {},
    status: {
      capacity: { cpu: '8', memory: '32780536Ki', 'ephemeral-storage': '479152840Ki', pods: '110' },
      conditions: [...conditions, { type: 'Ready', status: 'True' }],
      nodeInfo: { kubeletVersion: 'v1.34.2+k3s1', osImage: 'Debian GNU/Linux 12', architecture: 'amd64', containerRuntimeVersion: 'containerd://2.1.5' }, // prettier-ignore
    },
  };
}

/** The fake names collections after kinds; metrics are served as `nodes`. */
function metricsOf(name: string): StoredObject {
  const usage = { cpu: '812m', memory: '9120Mi' };
  return { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'Node', metadata: { name }, usage };
}

function definition(name: string): StoredObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: { versions: [{ name: 'v1', served: true }] },
    status: { conditions: [{ type: 'Established', status: 'True' }] },
  };
}

export function deployment(name: string, image: string, replicas: number): StoredObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'cnpg-system', generation: 3 },
    spec: { replicas, template: { spec: { containers: [{ image }] } } },
    status: { observedGeneration: 3, availableReplicas: replicas },
  };
}
