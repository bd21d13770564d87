import type { Flags } from './_grammar';
import { anything, container, count, duration, file, labelKey, like, namespace, oneOf, selector } from './_values';

/** How a verb takes its arguments. */
export type Form = 'resources' | 'pod' | 'node' | 'rollout' | 'create' | 'files' | 'auth' | 'top';

interface Verb {
  readonly form: Form;
  readonly flags: Flags;
}

/** Flags of every verb. */
const COMMON: Flags = {
  '--namespace': namespace,
  '--context': anything,
  '--kubeconfig': anything,
  '--request-timeout': duration,
};
const SELECT: Flags = { '--selector': selector };
const ALL: Flags = { '--all': 'switch' };
/** Judged with the kind in hand. */
const OUTPUT: Flags = { '--output': anything, '--show-labels': 'switch' };
const FILES: Flags = { '--filename': file, '-f': file, '-k': file };
const DRY: Flags = { '--dry-run': oneOf('client', 'server', 'none') };
const MANAGER: Flags = {
  '--server-side': 'switch',
  '--force-conflicts': 'switch',
  '--field-manager': oneOf('argocd-controller', 'kubectl', 'kustomize-controller'),
};

/** Verbs with the flags that documents use; `test/docs/kubectl-flags.test.ts` holds them to kubectl itself. */
export const VERBS: Readonly<Record<string, Verb>> = {
  get: {
    form: 'resources',
    flags: {
      ...SELECT,
      ...OUTPUT,
      '-k': file,
      '--show-managed-fields': 'switch',
      '--watch': 'switch',
      '--label-columns': labelKey,
      '--field-selector': anything,
      '--sort-by': anything,
      '--ignore-not-found': 'switch',
    },
  },
  describe: { form: 'resources', flags: SELECT },
  delete: {
    form: 'resources',
    flags: {
      ...SELECT,
      ...ALL,
      ...FILES,
      '--ignore-not-found': 'switch',
      '--grace-period': count,
      '--wait': 'switch',
      '--force': 'switch',
      '--timeout': duration,
    },
  },
  wait: { form: 'resources', flags: { ...SELECT, ...ALL, '--for': anything, '--timeout': duration } },
  patch: {
    form: 'resources',
    flags: {
      '--type': oneOf('merge', 'json', 'strategic'),
      '--patch': anything,
      '--patch-file': file,
      '--subresource': oneOf('status'),
    },
  },
  scale: { form: 'resources', flags: { ...SELECT, '--replicas': count, '--timeout': duration } },
  taint: { form: 'resources', flags: { '--overwrite': 'switch' } },
  annotate: { form: 'resources', flags: { '--overwrite': 'switch' } },
  logs: {
    form: 'pod',
    flags: {
      ...SELECT,
      '--container': container,
      '--all-containers': 'switch',
      '--previous': 'switch',
      '--prefix': 'switch',
      '--follow': 'switch',
      '--tail': count,
      '--since': duration,
    },
  },
  exec: { form: 'pod', flags: { '--container': container, '--stdin': 'switch', '--tty': 'switch' } },
  'port-forward': { form: 'pod', flags: { '--address': like(/^(127\.0\.0\.1|localhost)$/, 'this machine') } },
  cordon: { form: 'node', flags: {} },
  uncordon: { form: 'node', flags: {} },
  drain: {
    form: 'node',
    flags: { '--ignore-daemonsets': 'switch', '--delete-emptydir-data': 'switch', '--timeout': duration },
  },
  rollout: { form: 'rollout', flags: { ...SELECT, '--timeout': duration } },
  create: {
    form: 'create',
    flags: { ...FILES, ...DRY, '--output': anything, '--from-file': anything, '--from': anything },
  },
  apply: { form: 'files', flags: { ...FILES, ...MANAGER, ...DRY } },
  replace: { form: 'files', flags: { ...FILES, ...DRY } },
  diff: { form: 'files', flags: { ...FILES, ...MANAGER } },
  auth: { form: 'auth', flags: { '--subresource': oneOf('portforward', 'log', 'exec', 'status', 'scale') } },
  top: { form: 'top', flags: SELECT },
};

const ALL_FLAGS = new Map(Object.entries(VERBS).map(([name, { flags }]) => [name, { ...COMMON, ...flags }]));

/** All flags of a verb. */
export function flagsOf(verb: string): Flags {
  return ALL_FLAGS.get(verb) ?? COMMON;
}

/** Flags of the cnpg plugin. */
export const PLUGIN_FLAGS: Flags = {
  '--namespace': namespace,
  '--context': anything,
  '--method': oneOf('plugin', 'volumeSnapshot'),
  '--plugin-name': oneOf('barman-cloud.cloudnative-pg.io'),
};
