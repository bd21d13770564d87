import { ApiObject, Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { checkImage } from '../_image';
import { checkServiceName, namespaceOf, pathName } from '../_names';
import { kibibytes, millicores } from '../_quantity';
import { refuse } from '../_refuse';
import { warn } from '../_warning';
import type { Peer } from '../network/peer';
import { platformFacts } from '../platform/facts';
import type { Platform } from '../platform/platform';
import { addFacts } from '../policy/facts';
import { livenessProblems, predictedFailoverSeconds } from '../platform/failover-seconds';
import { checkPort } from '../_port';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import type { SecretKey } from '../postgres/connection';
import { deploymentSpec } from './_deployment-spec';
import { DATABASE_TIMEOUT_ANNOTATION, DEFAULT_DATABASE_TIMEOUT } from './database-timeout';
import { apiPolicies, policyFromClient } from './_policies';

/** A value, or a key of a Secret to read it from. */
export type EnvironmentValue = string | SecretKey;

/** Where Prometheus finds metrics of the API. */
export interface ApiMetrics {
  /**
   * Port that serves them.
   * @default - the API's port
   */
  readonly port?: number;

  /**
   * Path that serves them.
   * @default '/metrics'
   */
  readonly path?: string;
}

/** Properties for `ApiService`. */
export interface ApiServiceProps {
  /** Facts about the cluster it runs on. */
  readonly platform: Platform;

  /**
   * `metadata.name` of Deployment, Service, PodDisruptionBudget and ServiceAccount.
   * @default - the construct's path, joined by dashes
   */
  readonly name?: string;

  /**
   * Name of the service it is a part of, as label `app.kubernetes.io/part-of`.
   * @default - the name
   */
  readonly service?: string;

  /** Image with a version tag, best with its digest. */
  readonly image: string;

  /**
   * Arguments of the container.
   * @default - what the image says
   */
  readonly args?: readonly string[];

  /** TCP port that the API listens on, and that its Service has. */
  readonly port: number;

  /**
   * More ports of the same container, by name, that the Service has too.
   * @default - none
   */
  readonly extraPorts?: Readonly<Record<string, number>>;

  /**
   * Number of replicas. One is allowed and means an outage for each rollout, drain and lost node.
   * @default 2
   */
  readonly replicas?: number;

  /**
   * HTTP path that answers 2xx when the API can serve, database included. It must answer within 3 seconds: it gives up on
   * a database that does not answer, and says so.
   */
  readonly readiness: string;

  /**
   * How often readiness is asked, in whole seconds. Shorter brings a replica back sooner after a failover, by as much, and
   * asks the API and its database more often.
   * @default Duration.seconds(5)
   */
  readonly readinessPeriod?: Duration;

  /**
   * HTTP path that answers 2xx while the process is alive. It must not ask the database.
   * @default - no path: the port accepts connections
   */
  readonly liveness?: string;

  /**
   * How long liveness may fail before the container is restarted. Not shorter than the database needs to fail over,
   * or a failover restarts every replica of the API at the moment it should reconnect.
   * @default - the worst predicted failover and half of it again, at least one minute
   */
  readonly livenessTolerance?: Duration;

  /**
   * How long the container may take to start.
   * @default Duration.minutes(2)
   */
  readonly startTimeout?: Duration;

  /**
   * How long a replica may finish requests after it has left the Service.
   * @default Duration.seconds(30)
   */
  readonly shutdownTimeout?: Duration;

  /**
   * Environment variables, by name.
   * @default - none but the database's
   */
  readonly environment?: Readonly<Record<string, EnvironmentValue>>;

  /**
   * The database that the API uses. It gets the standard `PG*` variables, verified TLS, and the network path.
   * @default - none
   */
  readonly database?: PostgresCluster;

  /**
   * How long the API itself waits at most for an answer of the database on a session that it has, in whole seconds: what
   * its driver, its pool or `tcp_user_timeout` is set to. It is declared here and not set, because no variable sets it for
   * every driver; the prediction counts it.
   *
   * A lost node closes no session. Whoever has one and no limit of its own waits until Linux gives up, about 15 minutes
   * (`tcp_retries2` 15), long after the failover; `statement_timeout` does not help, because the server enforces it, and
   * `PGCONNECT_TIMEOUT` is about new sessions only. After it gave up, the API must open a new session, and drop the others
   * that it has to the same server.
   * @default - not declared: 10 seconds are taken for granted, and synthesis warns
   */
  readonly databaseTimeout?: Duration;

  /**
   * Name of one more variable that holds the whole connection as a `postgresql://` URL.
   * @default - none
   */
  readonly databaseUrlVariable?: string;

  /**
   * Other services of this library that the API calls. Both sides get the network path.
   * @default - none
   */
  readonly calls?: readonly ApiService[];

  /**
   * Who may call the API, on every port it has. Nobody else in the cluster can.
   * @default - nobody
   */
  readonly clients?: readonly Peer[];

  /**
   * Metrics for Prometheus.
   * @default - none
   */
  readonly metrics?: ApiMetrics;

  /**
   * CPU request of each replica. The limit is four times as much.
   * @default Cpu.millis(100)
   */
  readonly cpu?: Cpu;

  /**
   * Memory request and limit of each replica.
   * @default Size.mebibytes(256)
   */
  readonly memory?: Size;

  /**
   * Numeric user that the container runs as. Needed where the image names its user by name, because Kubernetes
   * cannot see that a name is not root.
   * @default - what the image says
   */
  readonly user?: number;

  /**
   * Paths that the container may write to, each an empty volume of its own. All else is read-only.
   * @default ['/tmp']
   */
  readonly writablePaths?: readonly string[];
}

/**
 * A private HTTP API that stays up while nodes, pods and its database come and go.
 *
 * What the program in the image must do by itself: answer `readiness` only while its database answers, give up a database
 * session that goes silent (`databaseTimeout`), open a new one and try again, and finish requests within
 * `shutdownTimeout` after SIGTERM.
 *
 * Rolling updates keep all replicas; a drain takes one at a time and is never blocked; a lost node's replica is
 * replaced after 30 seconds; a replica leaves the Service before it stops. Pod Security `restricted` in full, no API
 * token. Inside the cluster only the declared clients reach it. It is never exposed outside.
 */
export class ApiService extends Construct {
  public readonly platform: Platform;
  public readonly name: string;
  public readonly namespace: string;
  public readonly service: string;
  public readonly image: string;
  public readonly args: readonly string[];
  public readonly port: number;
  /** All ports by name: `http`, the extra ones, and `metrics` if it is a port of its own. */
  public readonly ports: Readonly<Record<string, number>>;
  public readonly replicas: number;
  public readonly readiness: string;
  public readonly readinessPeriodSeconds: number;
  public readonly liveness: string | undefined;
  /** How long liveness may fail before a restart, in seconds. */
  public readonly livenessToleranceSeconds: number;
  public readonly startTimeoutSeconds: number;
  public readonly shutdownTimeoutSeconds: number;
  public readonly environment: Readonly<Record<string, EnvironmentValue>>;
  public readonly database: PostgresCluster | undefined;
  /** How long the API waits for its database, in seconds; undefined if nobody declared it. */
  public readonly databaseTimeoutSeconds: number | undefined;
  public readonly databaseUrlVariable: string | undefined;
  public readonly calls: readonly ApiService[];
  public readonly metrics: Required<ApiMetrics> | undefined;
  public readonly cpu: Cpu;
  public readonly memory: Size;
  public readonly user: number | undefined;
  public readonly writablePaths: readonly string[];
  /** The Deployment, the way out for what the properties do not cover. */
  public readonly apiObject: ApiObject;

  /** @throws if the properties cannot work, or would make a database failover worse */
  public constructor(scope: Construct, id: string, props: ApiServiceProps) {
    super(scope, id);
    this.platform = props.platform;
    addFacts(this, platformFacts(props.platform));
    this.name = props.name ?? pathName(this);
    this.namespace = namespaceOf(this);
    this.service = props.service ?? this.name;
    this.image = props.image;
    this.args = [...(props.args ?? [])];
    this.port = props.port;
    this.metrics = props.metrics && { port: props.metrics.port ?? props.port, path: props.metrics.path ?? '/metrics' };
    const extraPorts = props.extraPorts ?? {};
    const known = [this.port, ...Object.values(extraPorts)];
    this.ports = {
      http: this.port,
      ...extraPorts,
      ...(this.metrics === undefined || known.includes(this.metrics.port) ? {} : { metrics: this.metrics.port }),
    };
    this.replicas = props.replicas ?? 2;
    this.readiness = props.readiness;
    this.readinessPeriodSeconds = this.wholeSeconds('readinessPeriod', props.readinessPeriod ?? Duration.seconds(5));
    this.liveness = props.liveness;
    const failover = props.database === undefined ? 0 : predictedFailoverSeconds(props.database);
    this.livenessToleranceSeconds =
      props.livenessTolerance?.toSeconds() ?? Math.max(60, Math.ceil((failover * 1.5) / 10) * 10);
    this.startTimeoutSeconds = (props.startTimeout ?? Duration.minutes(2)).toSeconds();
    this.shutdownTimeoutSeconds = (props.shutdownTimeout ?? Duration.seconds(30)).toSeconds();
    this.environment = { ...props.environment };
    this.database = props.database;
    this.databaseTimeoutSeconds = props.databaseTimeout && this.wholeSeconds('databaseTimeout', props.databaseTimeout);
    this.databaseUrlVariable = props.databaseUrlVariable;
    this.calls = [...(props.calls ?? [])];
    this.cpu = props.cpu ?? Cpu.millis(100);
    this.memory = props.memory ?? Size.mebibytes(256);
    this.user = props.user;
    this.writablePaths = [...(props.writablePaths ?? ['/tmp'])];

    this.check(extraPorts);
    this.checkDatabase(failover);

    const labels = this.labels;
    new ApiObject(this, 'ServiceAccount', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: this.name, namespace: this.namespace, labels },
      automountServiceAccountToken: false,
    });
    this.apiObject = new ApiObject(this, 'Resource', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: this.name, namespace: this.namespace, labels, ...this.declared },
      spec: deploymentSpec(this),
    });
    new ApiObject(this, 'Service', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: this.name, namespace: this.namespace, labels },
      spec: {
        type: 'ClusterIP',
        selector: this.podLabels,
        ports: Object.entries(this.ports).map(([name, port]) => ({ name, port, targetPort: name, protocol: 'TCP' })),
      },
    });
    new ApiObject(this, 'DisruptionBudget', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: this.name, namespace: this.namespace, labels },
      spec: {
        // One at a time: a drain always makes progress, also with one replica and also past a broken one.
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: this.podLabels },
      },
    });
    this.node.addValidation({ validate: () => livenessProblems(this) });
    apiPolicies(this);
    (props.clients ?? []).forEach((peer) => this.addClient(peer));
    this.database?.addClient({ name: this.name, namespace: this.namespace, podLabels: this.podLabels });
    this.calls.forEach((api) =>
      api.addClient({ name: this.name, namespace: this.namespace, podLabels: this.podLabels }),
    );
  }

  /** Address inside the cluster: `http://state-hub-api.state-hub.svc:8000`. */
  public get url(): string {
    return `http://${this.name}.${this.namespace}.svc:${this.port}`;
  }

  /** Labels that select the pods. They never change, because a Deployment's selector cannot. */
  public get podLabels(): Readonly<Record<string, string>> {
    return { 'app.kubernetes.io/name': this.name };
  }

  /** Labels of all objects. */
  public get labels(): Readonly<Record<string, string>> {
    return {
      'app.kubernetes.io/managed-by': 'cdk8s-phoenix',
      'app.kubernetes.io/name': this.name,
      'app.kubernetes.io/part-of': this.service,
    };
  }

  /** What the program says of itself, for the prediction to read. */
  private get declared(): { readonly annotations?: Readonly<Record<string, string>> } {
    const seconds = this.databaseTimeoutSeconds;
    return seconds === undefined ? {} : { annotations: { [DATABASE_TIMEOUT_ANNOTATION]: `${seconds}` } };
  }

  /** Lets the peer's pods call the API, on every port it has. */
  public addClient(peer: Peer): void {
    policyFromClient(this, `Client-${peer.name}`, peer);
  }

  private wholeSeconds(property: string, duration: Duration): number {
    const seconds = duration.toMilliseconds() / 1000;
    return Number.isInteger(seconds) && seconds >= 1
      ? seconds
      : refuse(this, `'${property}' must be whole seconds, at least 1, got ${seconds}`);
  }

  private check(extraPorts: Readonly<Record<string, number>>): void {
    checkServiceName(this, 'name', this.name);
    checkImage(this, 'image', this.image);
    if (!Number.isInteger(this.replicas) || this.replicas < 1) {
      refuse(this, `'replicas' must be at least 1, got ${this.replicas}`);
    }
    if (this.replicas === 1) {
      warn(
        this,
        `'replicas' is 1: each rollout, drain and lost node takes '${this.name}' down until a new pod is ready`,
      );
    }
    checkPort(this, 'port', this.port);
    for (const [name, port] of Object.entries(extraPorts)) {
      checkServiceName(this, `extraPorts name`, name, 15);
      checkPort(this, `extraPorts.${name}`, port);
    }
    if (this.metrics !== undefined) {
      checkPort(this, 'metrics.port', this.metrics.port);
    }
    const numbers = Object.values(this.ports);
    if (new Set(numbers).size !== numbers.length || 'http' in extraPorts) {
      refuse(
        this,
        `'extraPorts' must have other names and numbers than 'http' (${this.port}), got ${JSON.stringify(extraPorts)}`,
      );
    }
    for (const property of ['readiness', 'liveness'] as const) {
      if (this[property] !== undefined && !/^\/[^\s]*$/.test(this[property])) {
        refuse(this, `'${property}' must be an HTTP path that starts with '/', got '${this[property]}'`);
      }
    }
    for (const name of Object.keys(this.environment)) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        refuse(this, `'environment' must have names of letters, digits and underscores, got '${name}'`);
      }
      if (this.database !== undefined && (name.startsWith('PG') || name === this.databaseUrlVariable)) {
        refuse(this, `'environment.${name}' is set from 'database'; remove it`);
      }
    }
    if (this.user === 0) {
      refuse(this, `'user' must not be 0, which is root`);
    }
    const paths = this.writablePaths.filter(
      (path, i) => !/^\/[^\s:]+$/.test(path) || this.writablePaths.indexOf(path) !== i,
    );
    if (paths.length > 0) {
      refuse(this, `'writablePaths' must be different absolute paths below '/', got '${paths[0]}'`);
    }
    kibibytes(this, 'memory', this.memory);
    millicores(this, 'cpu', this.cpu);
  }

  private checkDatabase(failover: number): void {
    if (this.livenessToleranceSeconds < failover) {
      refuse(
        this,
        `'livenessTolerance' must be at least ${failover} seconds, the worst predicted failover of the database, or a failover ` +
          `restarts every replica; got ${this.livenessToleranceSeconds}`,
      );
    }
    for (const property of ['databaseUrlVariable', 'databaseTimeoutSeconds'] as const) {
      if (this.database === undefined && this[property] !== undefined) {
        refuse(this, `'${property.replace('Seconds', '')}' needs 'database'`);
      }
    }
    if (this.database !== undefined && this.databaseTimeoutSeconds === undefined) {
      warn(
        this,
        `'databaseTimeout' is not declared: the prediction takes it that '${this.name}' gives up a silent database session ` +
          `after ${DEFAULT_DATABASE_TIMEOUT} s; without a limit of its own it waits about 15 minutes after a node is lost`,
      );
    }
    if (this.database !== undefined && this.database.namespace !== this.namespace) {
      refuse(
        this,
        `'database' must be in the API's namespace '${this.namespace}', where the pod can read its Secrets, got '${this.database.namespace}'`,
      );
    }
  }
}
