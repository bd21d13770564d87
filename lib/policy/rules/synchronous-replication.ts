import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** An acknowledged write must be on two nodes. */
export const synchronousReplication: PolicyRule = {
  name: 'synchronous-replication',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a Cluster with standbys replicates synchronously, and never drops that silently',
  why: 'Without it, or with dataDurability preferred, a failover loses writes that were acknowledged; preferred with failoverQuorum lost 47 % of them in a test (cloudnative-pg#8790).',
  remediation: 'write postgresql.synchronous: {method: any, number: 1, dataDurability: required, failoverQuorum: true}',
  example: () => example([cluster()], 'spec.postgresql.synchronous.dataDurability', 'preferred'),
  check(resource, _, report) {
    const { synchronous } = objectOr(resource.spec['postgresql']);
    // A replica cluster takes no writes; the old form of synchronous replication is another rule's matter.
    const follows = objectOr(resource.spec['replica'])['enabled'] === true;
    const old = Number(resource.spec['minSyncReplicas'] ?? 0) > 0;
    if (Number(resource.spec['instances'] ?? 1) < 2 || follows || (old && synchronous === undefined)) {
      return;
    }
    if (synchronous === undefined) {
      report.fail('spec.postgresql', 'replication is asynchronous: a failover loses writes that were acknowledged');
    } else if (objectOr(synchronous)['dataDurability'] === 'preferred') {
      report.fail(
        'spec.postgresql.synchronous.dataDurability',
        'with preferred, commits stop waiting as soon as no standby is ready: the next failover loses them',
        "write 'required'",
      );
    }
  },
};
