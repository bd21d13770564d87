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
    name: 'secrets check',
    summary: 'check the SOPS files against what the manifests need, without the key',
    load: async () => (await import('./secrets-check')).secretsCheck,
  },
];
