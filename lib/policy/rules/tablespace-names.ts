import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { nearest } from '../schema/_suggest';
import { cluster, example } from './_examples';

const MAX = 63;

/** Every tablespace has a name of its own, for PostgreSQL and for the volume. */
export const tablespaceNames: PolicyRule = {
  name: 'tablespace-names',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'tablespaces have names that PostgreSQL and Kubernetes can tell apart, and snapshots name declared ones',
  why: 'PostgreSQL folds case, and volume names have neither _ nor $: two names may become one; a tablespace can never be renamed or removed (CloudNativePG, Tablespaces; webhook: validateTablespaceNames).',
  remediation: "write letters, digits and '_', starting with a letter, each name once",
  example: () =>
    example(
      [
        cluster({
          tablespaces: [
            { name: 'orders', storage: { size: '5Gi' } },
            { name: 'archive', storage: { size: '5Gi' } },
          ],
        }),
      ],
      'spec.tablespaces[1].name',
      'Orders',
    ),
  check(resource, _, report) {
    const names: string[] = [];
    const seen = new Map<string, string>();
    listOr(resource.spec['tablespaces']).forEach((one, i) => {
      const name = String(one['name']);
      const path = ['spec', 'tablespaces', i, 'name'];
      const volume = name.toLowerCase().replace(/[_$]/g, '-');
      const other = seen.get(volume);
      names.push(name);
      if (other !== undefined) {
        report.fail(path, `'${name}' and '${other}' are the same name for PostgreSQL or for their volumes`);
      }
      seen.set(volume, name);
      if (name.startsWith('pg_')) {
        report.fail(path, `names with 'pg_' are PostgreSQL's own, got '${name}'`);
      } else if (!/^[A-Za-z_][\w$]*$/.test(name) || name.length > MAX) {
        report.fail(path, `'${name}' is no identifier of PostgreSQL with at most ${MAX} characters`);
      }
    });
    const classes = objectOr(objectOr(objectOr(resource.spec['backup'])['volumeSnapshot'])['tablespaceClassName']);
    for (const name of Object.keys(classes).filter((one) => !names.includes(one))) {
      const meant = nearest(name, names);
      report.fail(
        ['spec', 'backup', 'volumeSnapshot', 'tablespaceClassName', name],
        `there is no tablespace '${name}'; there ${names.length === 0 ? 'is none' : `are ${names.join(', ')}`}`,
        meant === undefined ? 'name a tablespace of spec.tablespaces' : `write '${meant}'`,
      );
    }
  },
};
