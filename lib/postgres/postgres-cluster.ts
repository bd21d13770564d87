import { ApiObject, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import { Construct, type IConstruct } from 'constructs';
import { Cluster } from '../../imports/postgresql.cnpg.io';
import { checkImage } from '../_image';
import { checkServiceName, namespaceOf, pathName } from '../_names';
import { bytes, kibibytes } from '../_quantity';
import { refuse } from '../_refuse';
import { RequiredSecret } from '../gitops/required-secret';
import { markHoldsData } from '../gitops/traits';
import type { Peer } from '../network/peer';
import { platformFacts } from '../platform/facts';
import { type Placement, checkPlacement, nodesFor, whyNotOthers } from '../platform/placement';
import type { Platform } from '../platform/platform';
import { QUORUM_NODES, tooFewNodes } from '../platform/too-few-nodes';
import { addFacts } from '../policy/facts';
import { clusterSpec } from './_cluster-spec';
import { clusterPolicy, policyForClient } from './_policies';
import { checkParameters, resolveParameters } from './_parameters';
import { archiveKey } from './archive';
import { Bootstrap, checkBootstrap } from './bootstrap';
import type { DatabaseConnection } from './connection';
import type { ObjectStore } from './object-store';
import { type PrimaryLease, type PrimaryLeaseProps, resolvePrimaryLease } from './primary-lease';

/** Longest name, so that `<name>-restore`, the restore drill's cluster, fits CloudNativePG's 50 characters. */
export const MAX_CLUSTER_NAME = 42;

/** Properties for `PostgresCluster`. */
export interface PostgresClusterProps {
  /** Facts about the cluster it runs on. */
  readonly platform: Platform;

  /**
   * `metadata.name` of the Cluster, and the stem of all that the operator makes: `<name>-rw`, `<name>-1`, `<name>-ca`.
   * @default - the construct's path, joined by dashes
   */
  readonly name?: string;

  /** Name of the service's database. */
  readonly database: string;

  /**
   * Role that owns the database and that the service logs in as.
   * @default - the name of the database
   */
  readonly owner?: string;

  /**
   * Name of the Secret (`kubernetes.io/basic-auth`) with the owner's `username` and `password`.
   * @default - `<name>-owner`
   */
  readonly ownerSecret?: string;

  /** PostgreSQL image with a version tag, best with its digest. Changing it is a rolling update. */
  readonly image: string;

  /**
   * Number of instances, each on a node of its own. Three keep a write quorum and a failover quorum after losing one.
   * @default 3
   */
  readonly instances?: number;

  /** Size of each instance's data volume. It can grow later and never shrink. */
  readonly storage: Size;

  /**
   * Size of each instance's volume for WAL. It fills when the archive or a standby cannot keep up.
   * @default Size.gibibytes(8)
   */
  readonly walStorage?: Size;

  /**
   * CPU of each instance: request and limit.
   * @default Cpu.units(1)
   */
  readonly cpu?: Cpu;

  /**
   * Memory of each instance: request and limit. A quarter becomes `shared_buffers`.
   * @default Size.gibibytes(2)
   */
  readonly memory?: Size;

  /**
   * PostgreSQL parameters, over the defaults. What the operator sets itself, and what would lose acknowledged writes,
   * is refused. `max_slot_wal_keep_size: '-1'` is for the time of an offline major upgrade, which needs it; it warns, and
   * the policy wants to know why (rule `slot-wal-bounded`).
   * @default - sizes that follow from 'memory' and 'walStorage'
   */
  readonly parameters?: Readonly<Record<string, string>>;

  /** The off-node copy: WAL archive and base backups. */
  readonly objectStore: ObjectStore;

  /**
   * Generation of the archive. The cluster archives under `<name>-<generation>`; a restore needs the next one.
   * @default 1
   */
  readonly generation?: number;

  /**
   * How the first instance gets its data.
   * @default Bootstrap.initdb()
   */
  readonly bootstrap?: Bootstrap;

  /**
   * PriorityClass of the instances, so that they are the last to be evicted.
   * @default - the cluster's default priority
   */
  readonly priorityClassName?: string;

  /**
   * Which nodes instances may run on. Where these are in several zones, instances are spread over them.
   * @default - every node without taints
   */
  readonly placement?: Placement;

  /**
   * The lease of the primary, the longest part of a failover after an instance was killed.
   * @default - what CloudNativePG ships: 15 seconds, renewed within 10
   */
  readonly primaryLease?: PrimaryLeaseProps;
}

/** Timings of failover and shutdown, in seconds, named as in the Cluster. */
export interface PostgresTimings {
  readonly failoverDelay: number;
  readonly smartShutdownTimeout: number;
  readonly stopDelay: number;
  readonly switchoverDelay: number;
  readonly startDelay: number;
  readonly primaryLease: PrimaryLease;
}

/**
 * A CloudNativePG cluster that loses a node without losing an acknowledged write.
 *
 * One instance a node, synchronous replication to any one standby with `required` durability, and promotion only with
 * a failover quorum. Writes stop when no standby is left rather than become losable. Timings are explicit, because the
 * operator's defaults make a failover wait up to three minutes. Every default that a webhook would write into a list
 * is written here, so that nothing drifts.
 *
 * Sources: CloudNativePG 1.30 API types and webhook, its failover and replication documentation.
 */
export class PostgresCluster extends Construct {
  public readonly platform: Platform;
  public readonly name: string;
  public readonly namespace: string;
  public readonly database: string;
  public readonly owner: string;
  public readonly image: string;
  public readonly instances: number;
  public readonly storage: Size;
  public readonly walStorage: Size;
  public readonly cpu: Cpu;
  public readonly memory: Size;
  /** All parameters that are written, defaults included. */
  public readonly parameters: Readonly<Record<string, string>>;
  public readonly objectStore: ObjectStore;
  /** Name below the object store's destination that this cluster archives to. */
  public readonly serverName: string;
  public readonly bootstrap: Bootstrap;
  public readonly priorityClassName: string | undefined;
  public readonly placement: Placement;
  /** Synchronous replication, in the words of the Cluster. */
  public readonly synchronous = { method: 'any', number: 1, dataDurability: 'required', failoverQuorum: true } as const;
  /** Explicit timings of failover and shutdown, in seconds, named as in the Cluster. */
  public readonly timings: PostgresTimings;
  /** Role and database of the drills: they write there and nowhere else. */
  public readonly drillRole = 'phoenix_drill';
  /** The Secret with the owner's password that must exist. */
  public readonly credentials: RequiredSecret;
  /** The Secret with the password of the database that is imported; only with `Bootstrap.import`. */
  public readonly importCredentials: RequiredSecret | undefined;
  /** The Cluster, the way out for what the properties do not cover. */
  public readonly apiObject: ApiObject;

  /** @throws if the properties cannot survive the loss of a node, or the operator would refuse them */
  public constructor(scope: Construct, id: string, props: PostgresClusterProps) {
    super(scope, id);
    this.platform = props.platform;
    addFacts(this, platformFacts(props.platform));
    this.name = props.name ?? pathName(this);
    this.namespace = namespaceOf(this);
    this.database = props.database;
    this.owner = props.owner ?? props.database;
    this.image = props.image;
    this.instances = props.instances ?? 3;
    this.storage = props.storage;
    this.walStorage = props.walStorage ?? Size.gibibytes(8);
    this.cpu = props.cpu ?? Cpu.units(1);
    this.memory = props.memory ?? Size.gibibytes(2);
    this.objectStore = props.objectStore;
    this.serverName = `${this.name}-${props.generation ?? 1}`;
    this.bootstrap = props.bootstrap ?? Bootstrap.initdb();
    this.priorityClassName = props.priorityClassName;
    this.placement = { ...props.placement };
    this.timings = {
      failoverDelay: 0,
      smartShutdownTimeout: 0,
      stopDelay: 120,
      switchoverDelay: 60,
      startDelay: 3600,
      primaryLease: resolvePrimaryLease(this, props.primaryLease ?? {}),
    };

    checkServiceName(this, 'name', this.name, MAX_CLUSTER_NAME);
    checkImage(this, 'image', this.image);
    checkIdentifier(this, 'database', this.database, ['postgres', 'template0', 'template1', this.drillRole]);
    checkIdentifier(this, 'owner', this.owner, ['postgres', 'streaming_replica', this.drillRole]);
    checkGeneration(this, props.generation ?? 1);
    checkBootstrap(this, this.bootstrap, this.serverName);
    checkPlacement(this, this.placement);
    this.checkInstances();
    const sizes = {
      memory: kibibytes(this, 'memory', this.memory),
      walStorage: kibibytes(this, 'walStorage', this.walStorage),
    };
    this.parameters = resolveParameters(sizes, props.parameters ?? {});
    checkParameters(this, sizes, this.parameters);
    if (this.objectStore.namespace !== this.namespace) {
      refuse(
        this,
        `'objectStore' must be in namespace '${this.namespace}', where the plugin looks for it, got '${this.objectStore.namespace}'`,
      );
    }
    claimArchive(this, this.objectStore, this.serverName);

    this.credentials = ownerSecret(this, props.ownerSecret ?? `${this.name}-owner`);
    this.importCredentials = this.bootstrap.method === 'import' ? importSecret(this) : undefined;
    this.apiObject = new ApiObject(
      this,
      'Resource',
      Cluster.manifest({
        metadata: { name: this.name, namespace: this.namespace },
        spec: clusterSpec(this),
      }),
    );
    markHoldsData(this.apiObject);
    clusterPolicy(this, 'NetworkPolicy');
  }

  /** How a client connects to the database as its owner. */
  public get connection(): DatabaseConnection {
    return {
      host: `${this.name}-rw.${this.namespace}.svc`,
      readOnlyHost: `${this.name}-ro.${this.namespace}.svc`,
      port: 5432,
      database: this.database,
      user: this.credentials.ref('username'),
      password: this.credentials.ref('password'),
      certificateAuthority: { name: `${this.name}-ca`, key: 'ca.crt' },
      sslMode: 'verify-full',
    };
  }

  /** Labels of the instances' pods and of the Jobs that the operator starts for them. */
  public get podLabels(): Readonly<Record<string, string>> {
    return { 'cnpg.io/cluster': this.name };
  }

  /** Size of each instance's data volume in bytes. */
  public get storageBytes(): number {
    return bytes(this, 'storage', this.storage);
  }

  /** Size of each instance's WAL volume in bytes. */
  public get walStorageBytes(): number {
    return bytes(this, 'walStorage', this.walStorage);
  }

  /** Lets the peer's pods connect to PostgreSQL (port 5432). */
  public addClient(peer: Peer): void {
    policyForClient(this, peer);
  }

  private checkInstances(): void {
    const problem = tooFewNodes(this.platform);
    if (problem !== undefined) {
      refuse(this, problem);
    }
    if (!Number.isInteger(this.instances) || this.instances < QUORUM_NODES) {
      refuse(
        this,
        `'instances' must be at least ${QUORUM_NODES} to keep quorum after losing a node, got ${this.instances}`,
      );
    }
    const nodes = nodesFor(this.platform, this.placement).map(({ name }) => name);
    if (this.instances > nodes.length) {
      const why = whyNotOthers(this.platform, this.placement);
      refuse(
        this,
        `'instances' must be at most ${nodes.length}, because each runs on a node of its own and platform ` +
          `'${this.platform.name}' has ${nodes.join(', ') || 'none'}${why}, got ${this.instances}`,
      );
    }
  }
}

function checkIdentifier(where: IConstruct, property: string, name: string, reserved: readonly string[]): void {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) {
    refuse(
      where,
      `'${property}' must be a plain PostgreSQL identifier (lower-case letters, digits, underscores, at most 63), got '${name}'`,
    );
  }
  if (reserved.includes(name) || /^(pg_|cnpg_)/.test(name)) {
    refuse(where, `'${property}' must not be a reserved name, got '${name}'`);
  }
}

function checkGeneration(where: IConstruct, generation: number): void {
  if (!Number.isInteger(generation) || generation < 1) {
    refuse(where, `'generation' must be a whole number of at least 1, got ${generation}`);
  }
}

const ARCHIVES = new WeakMap<IConstruct, Map<string, string>>();

/** Two clusters in one archive overwrite each other's WAL: neither can be restored. */
function claimArchive(cluster: PostgresCluster, store: ObjectStore, serverName: string): void {
  const root = cluster.node.root;
  const claimed = ARCHIVES.get(root) ?? new Map<string, string>();
  ARCHIVES.set(root, claimed);
  const { endpoint, destination } = store;
  const archive = archiveKey({ endpoint, destination, serverName });
  const other = claimed.get(archive);
  if (other !== undefined) {
    refuse(
      cluster,
      `'objectStore' destination '${destination}' is already used with server name '${serverName}' by ${other}; ` +
        `choose another destination, name or generation`,
    );
  }
  claimed.set(archive, cluster.node.path);
}

function ownerSecret(cluster: PostgresCluster, name: string): RequiredSecret {
  if (['app', 'superuser', 'ca', 'server', 'replication', 'pooler'].some((end) => name === `${cluster.name}-${end}`)) {
    refuse(cluster, `'ownerSecret' must not be a name that the operator uses for its own Secrets, got '${name}'`);
  }
  return new RequiredSecret(cluster, 'Credentials', {
    name,
    type: 'kubernetes.io/basic-auth',
    labels: { 'cnpg.io/reload': 'true' },
    purpose: `PostgreSQL role '${cluster.owner}', owner of database '${cluster.database}'; the API logs in with it.`,
    rotation:
      'Replace the password, apply; the operator sets it in PostgreSQL within seconds. Then restart the API, which reads it only at start.',
    keys: [
      { key: 'username', description: `the role's name: ${cluster.owner}`, generate: `printf '%s' ${cluster.owner}` },
      {
        key: 'password',
        description: 'letters and digits only, because it also stands in a connection URL',
        generate: 'openssl rand -hex 32 | tr -d "\\n"',
      },
    ],
  });
}

function importSecret(cluster: PostgresCluster): RequiredSecret {
  return new RequiredSecret(cluster, 'ImportCredentials', {
    name: `${cluster.name}-import`,
    purpose: 'The first instance reads the old database with it, once.',
    rotation: 'Delete it together with the import bootstrap, when the old server is gone.',
    keys: [
      { key: 'password', description: 'password of the role that reads the old database' },
      { key: 'ca.crt', description: 'certificate authority of the old server, PEM', multiline: true },
    ],
  });
}
