import type { Command } from './_command';

/** A verb that is loaded only when it is called, so that no verb pays for the libraries of another. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** Every verb of `phoenix`, in the order `--help` lists them. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'check',
    summary: 'check Kubernetes manifests: schemas, references, high availability, known ways to lose data',
    load: async () => (await import('./check')).check,
  },
  {
    name: 'drill failover',
    summary: 'run a failover drill, follow it, and keep its evidence',
    load: async () => (await import('./drill-failover')).drillFailover,
  },
  {
    name: 'evidence list',
    summary: 'list the runs of drills, with verdict and what is stale',
    load: async () => (await import('./evidence-list')).evidenceList,
  },
  {
    name: 'evidence pull',
    summary: 'copy the evidence of a cluster into files, byte for byte',
    load: async () => (await import('./evidence-pull')).evidencePull,
  },
  {
    name: 'evidence verify',
    summary: 'verify schema, digest and chain of evidence, and say what is stale',
    load: async () => (await import('./evidence-verify')).evidenceVerify,
  },
  {
    name: 'readiness',
    summary: 'compare a cluster with what the platform declares, seen from this machine',
    load: async () => (await import('./readiness')).readiness,
  },
  {
    name: 'report',
    summary: 'make one HTML page from the evidence of drills',
    load: async () => (await import('./report')).report,
  },
  {
    name: 'secrets check',
    summary: 'check the SOPS files against what the manifests need, without the key',
    load: async () => (await import('./secrets-check')).secretsCheck,
  },
];
