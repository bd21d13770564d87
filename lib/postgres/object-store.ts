import { ApiObject, type Duration } from 'cdk8s';
import { Construct } from 'constructs';
import {
  ObjectStore as ObjectStoreResource,
  ObjectStoreSpecConfigurationDataCompression as DataCompression,
  ObjectStoreSpecConfigurationWalCompression as WalCompression,
  ObjectStoreSpecInstanceSidecarConfigurationResourcesLimits as Limits,
  ObjectStoreSpecInstanceSidecarConfigurationResourcesRequests as Requests,
} from '../../imports/barmancloud.cnpg.io';
import { whole } from '../_duration';
import { checkDnsLabel, namespaceOf, pathName } from '../_names';
import { refuse } from '../_refuse';
import { RequiredSecret } from '../gitops/required-secret';
import { markHoldsData } from '../gitops/traits';

/** What the plugin can compress base backups with. */
const DATA_COMPRESSION = {
  bzip2: DataCompression.BZIP2,
  gzip: DataCompression.GZIP,
  lz4: DataCompression.LZ4,
  snappy: DataCompression.SNAPPY,
};

/** What the plugin can compress WAL files with. */
const WAL_COMPRESSION = {
  bzip2: WalCompression.BZIP2,
  gzip: WalCompression.GZIP,
  lz4: WalCompression.LZ4,
  snappy: WalCompression.SNAPPY,
  xz: WalCompression.XZ,
  zstd: WalCompression.ZSTD,
};

/** Properties for `ObjectStore`. */
export interface ObjectStoreProps {
  /**
   * `metadata.name` of the ObjectStore.
   * @default - the construct's path, joined by dashes
   */
  readonly name?: string;

  /** Bucket and path, `s3://bucket/path`. Several clusters may share it; each has its own `serverName` below it. */
  readonly destination: string;

  /**
   * HTTPS address of an S3-compatible service.
   * @default - Amazon S3
   */
  readonly endpoint?: string;

  /**
   * Region that requests are signed for.
   * @default - the one the S3 client assumes
   */
  readonly region?: string;

  /** How long base backups and the WAL they need are kept, in whole days. */
  readonly retention: Duration;

  /**
   * Name of the Secret with the keys `ACCESS_KEY_ID` and `SECRET_ACCESS_KEY`.
   * @default - the name of the ObjectStore
   */
  readonly credentialsSecret?: string;

  /**
   * Compression of base backups. `snappy` costs a fraction of `gzip`'s time on both ways.
   * @default 'snappy'
   */
  readonly dataCompression?: keyof typeof DATA_COMPRESSION;

  /**
   * Compression of archived WAL.
   * @default 'snappy'
   */
  readonly walCompression?: keyof typeof WAL_COMPRESSION;
}

/**
 * The off-node copy: a bucket that the Barman Cloud plugin archives WAL to and takes base backups into.
 *
 * The plugin has no admission webhook: a wrong key or a missing Secret shows only when the first WAL file fails to
 * archive. So everything that can be judged before is judged here.
 */
export class ObjectStore extends Construct {
  public readonly name: string;
  public readonly namespace: string;
  public readonly destination: string;
  public readonly endpoint: string | undefined;
  /** TCP port of the endpoint. */
  public readonly port: number;
  public readonly retentionDays: number;
  /** The Secret that must exist. */
  public readonly credentials: RequiredSecret;
  /** The ObjectStore, the way out for what the properties do not cover. */
  public readonly apiObject: ApiObject;

  /** @throws if a destination, endpoint, retention or compression is one that the plugin would not accept */
  public constructor(scope: Construct, id: string, props: ObjectStoreProps) {
    super(scope, id);
    this.name = props.name ?? pathName(this);
    this.namespace = namespaceOf(this);
    this.destination = props.destination.replace(/\/+$/, '');
    this.endpoint = props.endpoint?.replace(/\/+$/, '');
    this.retentionDays = whole(this, 'retention', props.retention, 'days', 1);
    const dataCompression = props.dataCompression ?? 'snappy';
    const walCompression = props.walCompression ?? 'snappy';

    checkDnsLabel(this, 'name', this.name);
    this.port = this.checkAddress();
    this.checkChoice('dataCompression', dataCompression, Object.keys(DATA_COMPRESSION));
    this.checkChoice('walCompression', walCompression, Object.keys(WAL_COMPRESSION));

    this.credentials = new RequiredSecret(this, 'Credentials', {
      name: props.credentialsSecret ?? this.name,
      labels: { 'cnpg.io/reload': 'true' },
      purpose: `The Barman Cloud plugin writes backups and WAL to ${this.destination} with it.`,
      rotation:
        'Create the new key at the object store, replace both values, apply, wait for one archived WAL file, then delete the old key.',
      keys: [
        { key: 'ACCESS_KEY_ID', description: 'access key that may list, read, write and delete below the destination' },
        { key: 'SECRET_ACCESS_KEY', description: 'its secret' },
      ],
    });

    this.apiObject = new ApiObject(
      this,
      'Resource',
      ObjectStoreResource.manifest({
        metadata: { name: this.name, namespace: this.namespace },
        spec: {
          retentionPolicy: `${this.retentionDays}d`,
          configuration: {
            destinationPath: this.destination,
            endpointUrl: this.endpoint,
            s3Credentials: {
              accessKeyId: this.credentials.ref('ACCESS_KEY_ID'),
              secretAccessKey: this.credentials.ref('SECRET_ACCESS_KEY'),
            },
            data: { compression: DATA_COMPRESSION[dataCompression], jobs: 2 },
            wal: { compression: WAL_COMPRESSION[walCompression], maxParallel: 4 },
          },
          instanceSidecarConfiguration: {
            env: this.sidecarEnvironment(props.region),
            // Requests equal to limits, or the whole database pod loses its Guaranteed QoS.
            resources: {
              requests: { cpu: Requests.fromString('200m'), memory: Requests.fromString('256Mi') },
              limits: { cpu: Limits.fromString('200m'), memory: Limits.fromString('256Mi') },
            },
          },
        },
      }),
    );
    markHoldsData(this.apiObject);
  }

  private checkAddress(): number {
    if (!/^s3:\/\/[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](\/[-.\w]+)*$/.test(this.destination)) {
      refuse(
        this,
        `'destination' must be a bucket with an optional path, 's3://bucket/path', got '${this.destination}'`,
      );
    }
    if (this.endpoint === undefined) {
      return 443;
    }
    const port = /^https:\/\/[a-z0-9][-.a-z0-9]*(?::(\d{1,5}))?$/.exec(this.endpoint);
    if (port === null) {
      refuse(
        this,
        `'endpoint' must be 'https://host' or 'https://host:port', because a backup is the whole database, got '${this.endpoint}'`,
      );
    }
    return Number(port[1] ?? 443);
  }

  private checkChoice(property: string, got: string, allowed: readonly string[]): void {
    if (!allowed.includes(got)) {
      refuse(this, `'${property}' must be one of ${allowed.join(', ')}, got '${got}'`);
    }
  }

  /** S3-compatible services mostly do not know the checksums that newer AWS clients send (plugin-barman-cloud#393). */
  private sidecarEnvironment(region: string | undefined): { name: string; value: string }[] | undefined {
    const variables = {
      ...(this.endpoint === undefined
        ? {}
        : { AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required', AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required' }),
      ...(region === undefined ? {} : { AWS_DEFAULT_REGION: region }),
    };
    const entries = Object.entries(variables).map(([name, value]) => ({ name, value }));
    return entries.length === 0 ? undefined : entries;
  }
}
