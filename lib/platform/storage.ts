import { refuse } from '../_refuse';
import { checkDnsLabel } from '../_names';

/** Options for `Storage.replicated`. */
export interface ReplicatedStorageOptions {
  /** Copies that the storage itself keeps of each volume. With three database instances, each has its own volume. */
  readonly replicas: number;
}

/**
 * What the storage class does when a node is lost. No manifest can know it, and everything about recovery depends on it.
 *
 * CloudNativePG already keeps one copy of the data in each instance, so storage that replicates as well multiplies them:
 * three instances on three replicas are nine copies and three times the network writes.
 */
export class Storage {
  /** Volumes live on one node's disk and are lost with it; PostgreSQL replication keeps the copies (recommended). */
  public static nodeLocal(storageClass: string): Storage {
    return new Storage('nodeLocal', storageClass, 1);
  }

  /**
   * Volumes follow the pod to another node, as Longhorn or Ceph do.
   * @throws if `replicas` is not 1 or more
   */
  public static replicated(storageClass: string, options: ReplicatedStorageOptions): Storage {
    if (!Number.isInteger(options.replicas) || options.replicas < 1) {
      refuse(
        `storage class '${storageClass}'`,
        `'replicas' must be a whole number of at least 1, got ${options.replicas}`,
      );
    }
    return new Storage('replicated', storageClass, options.replicas);
  }

  private constructor(
    /** `nodeLocal` is lost with its node; `replicated` survives it. */
    public readonly kind: 'nodeLocal' | 'replicated',
    /** Name of the StorageClass. */
    public readonly storageClass: string,
    /** Copies the storage keeps of one volume; 1 if node-local. */
    public readonly replicas: number,
  ) {
    checkDnsLabel('storage', 'storageClass', storageClass);
  }
}
