import { compile } from '../../evidence/_compile';
import type { StorageKind } from '../../platform/storage';

/** A path of the API that is asked all through the drill. */
export interface ProbeConfig {
  readonly name: string;
  readonly url: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Regular expression that decides alone about the body of an answer with status 200; else `answer.ts` does. */
  readonly bodyMatches?: string;
  /** The endpoint claims to know whether the service works: it must not say ok while writes fail. */
  readonly health: boolean;
}

/** How to reach the drill database. */
export interface DatabaseConfig {
  readonly name: string;
  readonly user: string;
  readonly host: string;
  readonly readOnlyHost: string;
  readonly port: number;
  /** Where the read-only Service has another port. */
  readonly readOnlyPort?: number;
  /** Where instances have another port than the Services. */
  readonly instancePort?: number;
  /** Files of the mounted Secrets, read again for each connection. Absent: no TLS, for tests only. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
}

/** What a failover drill does and what it is held against. */
export interface FailoverConfig {
  readonly mode: 'deletePrimary' | 'switchover' | 'external';
  readonly cluster: string;
  /** One drill at a time: whoever holds this Lease. */
  readonly lease: { readonly name: string; readonly seconds: number };
  readonly repetitions: number;
  readonly failureClass: string;
  readonly objective: { readonly rpoSeconds: number; readonly rtoSeconds: number };
  readonly prediction: { readonly typicalSeconds: number; readonly worstSeconds: number };
  readonly database: DatabaseConfig;
  readonly load: {
    readonly writers: number;
    readonly readers: number;
    /** Pause between two attempts of one client. */
    readonly intervalMs: number;
    /** How long a client waits for one attempt, its connection included. */
    readonly attemptTimeoutMs: number;
    /** A time without a success of any client that is longer is an outage. */
    readonly silenceMs: number;
    /** Steady load before the trigger. */
    readonly baselineSeconds: number;
    /** Load after full recovery, to see that it lasts. */
    readonly settleSeconds: number;
  };
  readonly probes: readonly ProbeConfig[];
  /** Labels of the API's pods, `a=b,c=d`: their images are part of the evidence. */
  readonly apiPods: string;
  readonly bounds: {
    /** From the trigger to all clients back; then the drill gives up. */
    readonly recoverySeconds: number;
    /** From the trigger to all instances back. */
    readonly redundancySeconds: number;
    /** `external` only: how long to wait for somebody to pull the plug. */
    readonly armSeconds: number;
  };
  readonly preconditions: {
    readonly synchronous: boolean;
    readonly archiving: boolean;
    /** Newest completed base backup at most this old; 0 asks for none. */
    readonly backupMaxAgeSeconds: number;
  };
}

/** What a readiness check compares the cluster with. */
export interface ReadinessConfig {
  /** Where it runs from, for reports side by side. */
  readonly from: string;
  readonly nodes: readonly string[];
  readonly kubernetes: string;
  readonly operatorNamespace: string;
  /** Names of the two Deployments in `operatorNamespace` that must be available. */
  readonly deployments: { readonly operator: string; readonly plugin: string };
  /** CRD names and the version that each must serve. */
  readonly crds: Readonly<Record<string, string>>;
  readonly cloudNativePg: string;
  /** Minor version of the plugin; only recorded where absent. */
  readonly barmanCloudPlugin?: string;
  readonly storageClass: string;
  /** What the storage class must do when a node is lost; only recorded where absent. */
  readonly storageKind?: StorageKind;
  /** Host names that must resolve from where the check runs. */
  readonly resolve: readonly string[];
  /** Addresses that must answer 200 from where the check runs. */
  readonly urls?: readonly string[];
}

/** The one file that tells the runner everything. */
export interface RunnerConfig {
  readonly version: 1;
  readonly service: string;
  readonly platform: string;
  readonly namespace: string;
  readonly manifestsDigest: string;
  readonly kubernetes: { readonly url: string; readonly tokenFile: string; readonly caFile?: string };
  readonly evidence: { readonly configMap: string; readonly keep: number; readonly expiresAfterSeconds: number };
  readonly failover?: FailoverConfig;
  readonly readiness?: ReadinessConfig;
}

const text = { type: 'string', minLength: 1 };
const whole = { type: 'integer', minimum: 1 };
const positive = { type: 'number', exclusiveMinimum: 0 };
const zeroOrMore = { type: 'number', minimum: 0 };
const texts = { type: 'array', items: text };
const port = { type: 'integer', minimum: 1, maximum: 65535 };

function object(properties: Record<string, object>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

/** JSON schema of the runner's configuration. */
export const CONFIG_SCHEMA = object(
  {
    version: { const: 1 },
    service: text,
    platform: text,
    namespace: text,
    manifestsDigest: text,
    kubernetes: object({ url: text, tokenFile: text, caFile: text }, ['caFile']),
    evidence: object({ configMap: text, keep: whole, expiresAfterSeconds: positive }),
    failover: object({
      mode: { enum: ['deletePrimary', 'switchover', 'external'] },
      cluster: text,
      lease: object({ name: text, seconds: whole }),
      repetitions: whole,
      failureClass: text,
      objective: object({ rpoSeconds: zeroOrMore, rtoSeconds: positive }),
      prediction: object({ typicalSeconds: zeroOrMore, worstSeconds: zeroOrMore }),
      database: object(
        {
          name: text,
          user: text,
          host: text,
          readOnlyHost: text,
          port,
          readOnlyPort: port,
          instancePort: port,
          tls: object({ ca: text, cert: text, key: text }),
        },
        ['readOnlyPort', 'instancePort', 'tls'],
      ),
      load: object({
        writers: whole,
        readers: whole,
        intervalMs: zeroOrMore,
        attemptTimeoutMs: positive,
        silenceMs: positive,
        baselineSeconds: positive,
        settleSeconds: zeroOrMore,
      }),
      probes: {
        minItems: 1,
        type: 'array',
        items: object(
          {
            name: text,
            url: { type: 'string', pattern: '^https?://' },
            intervalMs: positive,
            timeoutMs: positive,
            bodyMatches: text,
            health: { type: 'boolean' },
          },
          ['bodyMatches'],
        ),
      },
      apiPods: text,
      bounds: object({ recoverySeconds: positive, redundancySeconds: positive, armSeconds: positive }),
      preconditions: object({
        synchronous: { type: 'boolean' },
        archiving: { type: 'boolean' },
        backupMaxAgeSeconds: zeroOrMore,
      }),
    }),
    readiness: object(
      {
        from: text,
        nodes: texts,
        kubernetes: text,
        operatorNamespace: text,
        deployments: object({ operator: text, plugin: text }),
        crds: { type: 'object', additionalProperties: text },
        cloudNativePg: text,
        barmanCloudPlugin: text,
        storageClass: text,
        storageKind: { enum: ['nodeLocal', 'singleCopy', 'replicated'] },
        resolve: texts,
        urls: { type: 'array', items: { type: 'string', pattern: '^https?://' } },
      },
      ['barmanCloudPlugin', 'storageKind', 'urls'],
    ),
  },
  ['failover', 'readiness'],
);

const validate = compile('config', CONFIG_SCHEMA);

/** @throws with every mistake in one line */
export function parseConfig(source: string, content: string): RunnerConfig {
  const value: unknown = JSON.parse(content);
  const mistakes = validate(value);
  if (mistakes.length > 0) {
    throw new Error(`${source}: ${mistakes.join('; ')}`);
  }
  const config = value as RunnerConfig;
  const { lease, cluster } = config.failover ?? {};
  if (lease !== undefined && lease.name === cluster) {
    throw new Error(
      `${source}: /failover/lease/name must not be '${cluster}': the operator has its own Lease of that name`,
    );
  }
  return config;
}
