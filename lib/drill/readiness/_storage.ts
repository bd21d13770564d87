import type { KubernetesClient, KubernetesObject } from '../runner/kubernetes';
import type { Look } from './_look';
import type { ReadinessConfig } from '../runner/config';

interface StorageClass extends KubernetesObject {
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Kubernetes takes `Delete` where it is absent. */
  readonly reclaimPolicy?: string;
  readonly volumeBindingMode?: string;
}

const DEFAULT = 'storageclass.kubernetes.io/is-default-class';
/** Provisioners whose volumes are lost with their node. */
const NODE_LOCAL = ['rancher.io/local-path', 'kubernetes.io/no-provisioner', 'openebs.io/local', 'local.csi.openebs.io', 'zfs.csi.openebs.io', 'topolvm.io', 'k8s.io/minikube-hostpath']; // prettier-ignore
/** Provisioners whose volumes follow their pod, where they have more than one copy. */
const REPLICATED = ['driver.longhorn.io', 'rbd.csi.ceph.com', 'cephfs.csi.ceph.com', 'linstor.csi.linbit.com', 'io.openebs.csi-mayastor']; // prettier-ignore

/** The database's StorageClass is there and of the declared kind; exactly one class is the default. */
export async function lookAtStorage(
  look: Look,
  kubernetes: KubernetesClient,
  expected: ReadinessConfig,
): Promise<void> {
  // prettier-ignore
  const { storageClass, storageKind } = expected;
  const wantedClass = `StorageClass ${storageClass}`;
  const wantedKind = `${storageClass} is ${storageKind}`;
  const wantedDefault = 'exactly one default StorageClass';
  const classes = await look.read(
    [
      ['storage-class', wantedClass],
      ...(storageKind === undefined ? [] : [['storage-kind', wantedKind] as const]),
      ['default-storage-class', wantedDefault],
    ],
    () => kubernetes.list<StorageClass>('/apis/storage.k8s.io/v1/storageclasses'),
  );
  if (classes === undefined) {
    return;
  }
  const own = classes.find((c) => c.metadata.name === storageClass);
  const names = classes.map((c) => c.metadata.name).join(', ') || 'none';
  look.check('storage-class', own !== undefined, wantedClass, own === undefined ? `there is ${names}` : 'there');
  if (storageKind !== undefined) {
    const kind = own === undefined ? 'not there' : kindOf(own);
    look.check('storage-kind', kind === storageKind, wantedKind, own === undefined ? kind : `${kind} (${own.provisioner})`); // prettier-ignore
  }
  const defaults = classes.filter((c) => c.metadata.annotations?.[DEFAULT] === 'true');
  const seen = defaults.map((c) => `${c.metadata.name}, reclaim policy ${reclaimOf(c)}`).join('; ') || 'none';
  look.check('default-storage-class', defaults.length === 1, wantedDefault, seen);
  for (const one of classes) {
    look.found(`storage class ${one.metadata.name}`, {
      kind: kindOf(one),
      provisioner: one.provisioner,
      default: defaults.includes(one) ? 'yes' : 'no',
      'reclaim policy': `${reclaimOf(one)}${reclaimOf(one) === 'Delete' ? ': a deleted claim deletes its data' : ''}`,
      binding: one.volumeBindingMode ?? 'Immediate',
      ...(one.parameters?.['numberOfReplicas'] !== undefined && { replicas: one.parameters['numberOfReplicas'] }),
      ...(one.parameters?.['dataLocality'] !== undefined && { 'data locality': one.parameters['dataLocality'] }),
    });
  }
}

function reclaimOf({ reclaimPolicy = 'Delete' }: StorageClass): string {
  return reclaimPolicy;
}

/** Longhorn has one kind of class for each number of copies; without a number it is a setting of Longhorn, 3 by default. */
function kindOf({ parameters = {}, provisioner }: StorageClass): string {
  const is = (name: string): boolean => provisioner === name || provisioner.endsWith(`.${name}`);
  if (is('driver.longhorn.io') && parameters['numberOfReplicas'] === '1') {
    return parameters['dataLocality'] === 'strict-local' ? 'nodeLocal' : 'singleCopy';
  }
  return NODE_LOCAL.some(is) ? 'nodeLocal' : REPLICATED.some(is) ? 'replicated' : 'of a kind that is not known here';
}
