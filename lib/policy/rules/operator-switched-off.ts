import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const OFF: Readonly<Record<string, { readonly bad: (value: string) => boolean; readonly why: string }>> = {
  'cnpg.io/reconciliationLoop': { bad: (v) => v === 'disabled', why: 'the operator does nothing, not even a failover' },
  'cnpg.io/validation': { bad: (v) => v === 'disabled', why: 'the webhook no longer refuses what breaks the database' },
  'cnpg.io/skipEmptyWalArchiveCheck': {
    bad: (v) => v === 'enabled',
    why: 'two databases may write to one archive and destroy it',
  },
  'cnpg.io/skipWalArchiving': { bad: (v) => v === 'enabled', why: 'no WAL is archived' },
  'cnpg.io/hibernation': { bad: (v) => v === 'on', why: 'the database is switched off' },
  'cnpg.io/fencedInstances': {
    bad: (v) => v !== '' && v !== '[]',
    why: 'fenced instances are stopped, and a fenced primary is never replaced',
  },
  'alpha.cnpg.io/failoverQuorum': { bad: () => true, why: 'it overrides the field of the spec, and is deprecated' },
};

/** No annotation in git switches off what protects the data. */
export const operatorSwitchedOff: PolicyRule = {
  name: 'operator-switched-off',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'no annotation of a Cluster switches off reconciliation, validation, archiving or the database',
  why: 'They are for a person in the middle of a repair; in git they stay for ever, and the GitOps engine puts them back (CloudNativePG, Labels and Annotations).',
  remediation: 'remove the annotation; set it by hand while you need it',
  example: () => example([cluster()], "metadata.annotations['cnpg.io/reconciliationLoop']", 'disabled'),
  check(resource, _, report) {
    for (const [name, value] of Object.entries(resource.annotations)) {
      const off = OFF[name];
      if (off?.bad(value) === true) {
        report.fail(['metadata', 'annotations', name], off.why);
      }
    }
  },
};
