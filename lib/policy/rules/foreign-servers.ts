import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import { nearest } from '../schema/_suggest';
import { example, object } from './_examples';

/** A foreign server goes through a wrapper that the Database declares. */
export const foreignServers: PolicyRule = {
  name: 'foreign-servers',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Database'],
  summary: 'the wrapper of every foreign server is one of fdws',
  why: 'The webhook refuses a server whose wrapper is not declared in the same Database (CloudNativePG 1.30, Declarative Database Management; webhook of the Database).',
  remediation: 'add the wrapper to spec.fdws',
  example: () =>
    example(
      [
        object('postgresql.cnpg.io/v1', 'Database', 'shop', {
          spec: {
            cluster: { name: 'db' },
            name: 'shop',
            owner: 'shop',
            fdws: [{ name: 'postgres_fdw' }],
            servers: [{ name: 'billing', fdw: 'postgres_fdw' }],
          },
        }),
      ],
      'spec.servers[0].fdw',
      'postgresfdw',
    ),
  check(resource, _, report) {
    const wrappers = listOr(resource.spec['fdws']).map((one) => String(one['name']));
    listOr(resource.spec['servers']).forEach((server, i) => {
      const name = String(server['fdw'] ?? '');
      if (!wrappers.includes(name)) {
        const meant = nearest(name, wrappers);
        report.fail(
          ['spec', 'servers', i, 'fdw'],
          `there is no wrapper '${name}'; there ${wrappers.length === 0 ? 'is none' : `are ${wrappers.join(', ')}`}`,
          meant === undefined ? undefined : `write '${meant}'`,
        );
      }
    });
  },
};
