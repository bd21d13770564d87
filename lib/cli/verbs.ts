/** A verb, and what a command line of it may hold, for whoever judges one without running it. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Options with and without a value. */
  readonly options: Readonly<Record<string, 'string' | 'boolean'>>;
  /** How many arguments without a dash it takes, at least and at most. */
  readonly positionals: readonly [min: number, max: number];
}

const CLUSTER = { context: 'string', kubeconfig: 'string' } as const;

/** Every verb of `phoenix`, in the order `--help` lists them. */
export const verbs = [
  {
    name: 'check',
    summary: 'check Kubernetes manifests: schemas, references, high availability, known ways to lose data',
    options: { format: 'string', target: 'string', platform: 'string', crds: 'string', rule: 'string' },
    positionals: [0, 1000],
  },
  {
    name: 'drill failover',
    summary: 'run a failover drill, follow it, and keep its evidence',
    options: {
      namespace: 'string',
      output: 'string',
      'start-timeout': 'string',
      manifest: 'boolean',
      manifests: 'string',
      ...CLUSTER,
    },
    positionals: [1, 1],
  },
  {
    name: 'evidence list',
    summary: 'list the runs of drills, with verdict and what is stale',
    options: { namespace: 'string', ...CLUSTER, now: 'string', format: 'string' },
    positionals: [0, 10_000],
  },
  {
    name: 'evidence pull',
    summary: 'copy the evidence of a cluster into files, byte for byte',
    options: { namespace: 'string', ...CLUSTER, output: 'string' },
    positionals: [0, 0],
  },
  {
    name: 'evidence verify',
    summary: 'verify schema, digest and chain of evidence, and say what is stale',
    options: { namespace: 'string', ...CLUSTER, now: 'string' },
    positionals: [0, 10_000],
  },
  {
    name: 'readiness',
    summary: 'compare a cluster with what the platform declares, seen from this machine',
    options: { from: 'string', output: 'string', url: 'string', ...CLUSTER },
    positionals: [1, 1],
  },
  {
    name: 'report',
    summary: 'make one HTML page from the evidence of drills',
    options: { output: 'string', now: 'string' },
    positionals: [1, 10_000],
  },
  {
    name: 'secrets check',
    summary: 'check the SOPS files against what the manifests need, without the key',
    options: { contract: 'string', output: 'string', format: 'string' },
    positionals: [0, 1000],
  },
] as const satisfies readonly Verb[];
