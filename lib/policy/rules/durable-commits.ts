import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const WEAK: Readonly<Record<string, readonly string[]>> = {
  fsync: ['off', 'false', 'no', '0'],
  full_page_writes: ['off', 'false', 'no', '0'],
  synchronous_commit: ['off', 'local', 'false', 'no', '0'],
};

/** A commit that is acknowledged must be on disk. */
export const durableCommits: PolicyRule = {
  name: 'durable-commits',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'no parameter acknowledges commits before they are safe',
  why: 'synchronous_commit off or local takes synchronous replication away without a word; fsync off loses the database in a power failure (PostgreSQL, Write Ahead Log settings).',
  remediation: 'remove the parameter',
  example: () => ({
    ...example(
      [cluster({ postgresql: { parameters: { synchronous_commit: 'on' } } })],
      'spec.postgresql.parameters.synchronous_commit',
      'local',
    ),
  }),
  check(resource, _, report) {
    const parameters = objectOr(objectOr(resource.spec['postgresql'])['parameters']);
    for (const [name, weak] of Object.entries(WEAK)) {
      const value = parameters[name] as string | undefined;
      if (value !== undefined && weak.includes(value.toLowerCase())) {
        report.fail(
          ['spec', 'postgresql', 'parameters', name],
          `${name} = ${value} acknowledges commits that can be lost`,
        );
      }
    }
  },
};
