import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** What the operator takes for true in the annotation, which it reads before the field. */
const TRUE = /^(1|t|true|T|True|TRUE)$/;

/** Only a standby that has all acknowledged writes may take over. */
export const failoverQuorum: PolicyRule = {
  name: 'failover-quorum',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a synchronous Cluster lets only a quorum decide a failover',
  why: 'Without the quorum, the operator may promote a standby that missed acknowledged writes while the one that has them is unreachable (CloudNativePG, Failover, Failover quorum; cloudnative-pg#8679).',
  remediation: 'write failoverQuorum: true',
  example: () => example([cluster()], 'spec.postgresql.synchronous.failoverQuorum', false),
  check(resource, _, report) {
    const synchronous = objectOr(objectOr(resource.spec['postgresql'])['synchronous']);
    const { number, failoverQuorum: written, standbyNamesPre, standbyNamesPost } = synchronous;
    const overridden = resource.annotations['alpha.cnpg.io/failoverQuorum'];
    const quorum = overridden === undefined ? written === true : TRUE.test(overridden);
    if (typeof number !== 'number') {
      return;
    }
    const outside = [standbyNamesPre, standbyNamesPost].flatMap((names) => (Array.isArray(names) ? names : [])).length;
    if (quorum && number <= outside) {
      report.fail(
        'spec.postgresql.synchronous.number',
        `with ${outside} standbys outside, the quorum needs a number above ${outside}, got ${number}: the webhook refuses it`,
        `write at least ${outside + 1}`,
      );
    } else if (!quorum && Number(resource.spec['instances'] ?? 1) >= 3) {
      report.fail(
        'spec.postgresql.synchronous.failoverQuorum',
        'a standby without the last acknowledged writes may be promoted',
      );
    }
  },
};
