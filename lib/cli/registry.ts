import type { Command } from './_command';
import { type Verb, verbs } from './verbs';

/** A verb that is loaded only when it is called, so that no verb pays for the libraries of another. */
export interface CommandEntry extends Pick<Verb, 'name' | 'summary'> {
  load(): Promise<Command>;
}

const LOAD: Readonly<Record<(typeof verbs)[number]['name'], () => Promise<Command>>> = {
  check: async () => (await import('./check')).check,
  'drill failover': async () => (await import('./drill-failover')).drillFailover,
  'evidence list': async () => (await import('./evidence-list')).evidenceList,
  'evidence pull': async () => (await import('./evidence-pull')).evidencePull,
  'evidence verify': async () => (await import('./evidence-verify')).evidenceVerify,
  readiness: async () => (await import('./readiness')).readiness,
  report: async () => (await import('./report')).report,
  'secrets check': async () => (await import('./secrets-check')).secretsCheck,
};

/** Every verb of `phoenix`, in the order `--help` lists them. A test holds each to what `verbs` says of it. */
export const commands: readonly (CommandEntry & Verb)[] = verbs.map((verb) => ({ ...verb, load: LOAD[verb.name] }));
