import { ApiObject, type Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { whole } from '../_duration';
import { namespaceOf, pathName } from '../_names';
import { refuse } from '../_refuse';
import type { Peer } from '../network/peer';
import { platformFacts } from '../platform/facts';
import { type Placement, checkPlacement, nodesFor, whyNotOthers } from '../platform/placement';
import type { Platform } from '../platform/platform';
import { addFacts } from '../policy/facts';
import { livenessProblems, predictedFailoverSeconds } from '../platform/failover-seconds';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import type { SecretKey } from '../postgres/connection';
import { checkApi } from './_check';
import { deploymentSpec } from './_deployment-spec';
import { DATABASE_TIMEOUT_ANNOTATION } from './database-timeout';
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
   * How long a replica may finish requests after it has left the Service, at least two seconds.
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
   * Name of one more variable that holds the whole connection as a `postgresql://` URL. It must not start with `PG`.
   * @default - none
   */
  readonly databaseUrlVariable?: string;

  /**
   * Other services of this library that the API calls. Both sides get the network path.
   * @default - none
   */
  readonly calls?: readonly ApiService[];

  /**
   * Who may call the API, on every port it has. Nobody else in the cluster can. Each has a name of its own.
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

  /**
   * Which nodes replicas may run on. Where these are in several zones, replicas are spread over them too.
   * @default - every node without taints
   */
  readonly placement?: Placement;
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
  public readonly placement: Placement;
  private readonly admitted: Peer[] = [];
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
    this.readinessPeriodSeconds =
      props.readinessPeriod === undefined ? 5 : whole(this, 'readinessPeriod', props.readinessPeriod, 'seconds', 1);
    this.liveness = props.liveness;
    const failover = props.database === undefined ? 0 : predictedFailoverSeconds(props.database);
    const seconds = (
      property: 'livenessTolerance' | 'startTimeout' | 'shutdownTimeout',
      otherwise: number,
      least: number,
    ) => (props[property] === undefined ? otherwise : whole(this, property, props[property], 'seconds', least));
    this.livenessToleranceSeconds = seconds(
      'livenessTolerance',
      Math.max(60, Math.ceil((failover * 1.5) / 10) * 10),
      1,
    );
    this.startTimeoutSeconds = seconds('startTimeout', 120, 1);
    this.shutdownTimeoutSeconds = seconds('shutdownTimeout', 30, 2);
    this.environment = { ...props.environment };
    this.database = props.database;
    this.databaseTimeoutSeconds =
      props.databaseTimeout === undefined
        ? undefined
        : whole(this, 'databaseTimeout', props.databaseTimeout, 'seconds', 1);
    this.databaseUrlVariable = props.databaseUrlVariable;
    this.calls = [...(props.calls ?? [])];
    this.cpu = props.cpu ?? Cpu.millis(100);
    this.memory = props.memory ?? Size.mebibytes(256);
    this.user = props.user;
    this.writablePaths = [...(props.writablePaths ?? ['/tmp'])];
    this.placement = { ...props.placement };

    checkApi(this, extraPorts, failover);
    this.checkNodes();

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
    for (const api of this.calls) {
      // Services of one name may call from several namespaces.
      const name = api.namespace === this.namespace ? this.name : `${this.namespace}-${this.name}`;
      api.addClient({ name, namespace: this.namespace, podLabels: this.podLabels });
    }
  }

  /** Address inside the cluster: `http://state-hub-api.state-hub.svc:8000`. */
  public get url(): string {
    return `http://${this.name}.${this.namespace}.svc:${this.port}`;
  }

  /** All that are let in so far, other services that call it included. */
  public get clients(): readonly Peer[] {
    return this.admitted;
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
    policyFromClient(this, peer);
    this.admitted.push(peer);
  }

  private checkNodes(): void {
    checkPlacement(this, this.placement);
    const nodes = nodesFor(this.platform, this.placement).map(({ name }) => name);
    const needed = this.replicas > 1 && this.platform.nodes.length > 1 ? 2 : 1;
    if (nodes.length < needed) {
      refuse(
        this,
        `'placement' must leave at least ${needed === 1 ? '1 node' : '2 nodes, or replicas are lost together'}, and of platform ` +
          `'${this.platform.name}' it leaves ${nodes.join(', ') || 'none'}${whyNotOthers(this.platform, this.placement)}`,
      );
    }
  }
}
