import { isObject, listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** A database that was restored forgets where it came from. */
export const recoveryLeftArmed: PolicyRule = {
  name: 'recovery-left-armed',
  family: 'cloudnative-pg',
  severity: 'warning',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a Cluster that archives names no archive to restore from, neither in its bootstrap nor as external cluster',
  why: 'The bootstrap is read once and stays in git: a Cluster that is deleted and applied again is rolled back to the old restore, or stops at the archive that it has filled since. And as long as the old ObjectStore is named, the plugin needs it: without it nothing fails over (cloudnative-pg#5778, plugin-barman-cloud#504).',
  remediation: 'once the database is healthy, write bootstrap.initdb again and remove the externalClusters entry',
  example: () =>
    example([cluster()], 'spec.bootstrap', {
      recovery: { source: 'origin', database: 'shop', owner: 'shop' },
    }),
  check(resource, _, report) {
    const { bootstrap, plugins, replica } = resource.spec;
    // A copy that is restored to be looked at, by a drill, archives nowhere and is deleted again.
    if (replica !== undefined || listOr(plugins).every((one) => one['isWALArchiver'] !== true)) {
      return;
    }
    if (isObject(objectOr(bootstrap)['recovery'])) {
      report.fail('spec.bootstrap.recovery', 'created again, the Cluster would go back to this restore');
      return;
    }
    listOr(resource.spec['externalClusters']).forEach((one, i) => {
      if (one['plugin'] !== undefined) {
        report.fail(
          ['spec', 'externalClusters', i],
          `nothing reads '${one['name']}' any more, and nothing fails over if its ObjectStore is gone`,
          'remove the entry',
        );
      }
    });
  },
};
