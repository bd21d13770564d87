import { refuse } from '../_refuse';
import { checkDnsLabel } from '../_names';

/** Where storage keeps a copy of a volume, in Longhorn's words (parameter `dataLocality` of the StorageClass). */
export type DataLocality = 'disabled' | 'best-effort' | 'strict-local';

/**
 * What a lost node does to volumes.
 *
 * - `nodeLocal`: a volume is on the disk of its pod's node, and lost with it.
 * - `singleCopy`: a volume has one copy, on any node, and is lost with that one: several pods' volumes may be on it.
 * - `replicated`: a volume has copies on two nodes or more, so that any one node leaves one.
 */
export type StorageKind = 'nodeLocal' | 'singleCopy' | 'replicated';

/** Options for `Storage.replicated`. */
export interface ReplicatedStorageOptions {
  /**
   * Copies that the storage itself keeps of each volume, each on a node of its own: `numberOfReplicas` of a Longhorn
   * StorageClass. With three database instances, each has its own volume.
   */
  readonly replicas: number;

  /**
   * Where a copy is kept: `dataLocality` of a Longhorn StorageClass. With one copy only `strict-local` keeps it on the
   * node of its pod. With `disabled` it is wherever there was room, and `best-effort` moves it only once there is room:
   * then the copies of several database instances can lie on one node, and synthesis refuses.
   * @default 'disabled', as Longhorn has it
   */
  readonly dataLocality?: DataLocality;
}

const LOCALITIES: readonly DataLocality[] = ['disabled', 'best-effort', 'strict-local'];

/**
 * What the storage class does when a node is lost. No manifest can know it, and everything about recovery depends on it.
 *
 * CloudNativePG already keeps one copy of the data in each instance, so storage that replicates as well multiplies them:
 * three instances on three replicas are nine copies and three times the network writes.
 *
 * Source: Longhorn documentation, Storage Class Parameters; Data Locality.
 */
export class Storage {
  /** Volumes live on one node's disk and are lost with it; PostgreSQL replication keeps the copies (recommended). */
  public static nodeLocal(storageClass: string): Storage {
    return new Storage('nodeLocal', storageClass, 1, undefined);
  }

  /**
   * Volumes of storage that copies them itself, as Longhorn or Ceph do. With two copies or more they follow the pod to
   * another node; with one copy and `strict-local` they are as node-local ones.
   * @throws if `replicas` is not 1 or more, or `strict-local` is asked of more than one copy
   */
  public static replicated(storageClass: string, options: ReplicatedStorageOptions): Storage {
    const { replicas, dataLocality = 'disabled' } = options;
    const where = `storage class '${storageClass}'`;
    if (!Number.isInteger(replicas) || replicas < 1) {
      refuse(where, `'replicas' must be a whole number of at least 1, got ${replicas}`);
    }
    if (!LOCALITIES.includes(dataLocality)) {
      refuse(where, `'dataLocality' must be one of ${LOCALITIES.join(', ')}, got '${dataLocality}'`);
    }
    if (dataLocality === 'strict-local' && replicas > 1) {
      refuse(where, `'dataLocality' 'strict-local' needs 'replicas' 1, as Longhorn does, got ${replicas}`);
    }
    const kind = replicas > 1 ? 'replicated' : dataLocality === 'strict-local' ? 'nodeLocal' : 'singleCopy';
    return new Storage(kind, storageClass, replicas, dataLocality);
  }

  private constructor(
    /** What a lost node does to its volumes. */
    public readonly kind: StorageKind,
    /** Name of the StorageClass. */
    public readonly storageClass: string,
    /** Copies the storage keeps of one volume; 1 if node-local. */
    public readonly replicas: number,
    /** Where it keeps them; undefined for storage that copies nothing. */
    public readonly dataLocality: DataLocality | undefined,
  ) {
    checkDnsLabel('storage', 'storageClass', storageClass);
  }
}
