import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const ENOUGH_SECONDS = 120;

/** Standbys stay ready while the primary is away. */
export const readinessStallsFailover: PolicyRule = {
  name: 'readiness-stalls-failover',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'the readiness probe keeps standbys ready while their primary is away',
  why: 'With type streaming, standbys become unready 30 s after the primary died: they no longer count for the quorum, and there is no failover at all (CloudNativePG, Instance manager; cloudnative-pg#10547).',
  remediation: `keep pg_isready, or make period times threshold at least ${ENOUGH_SECONDS} s`,
  example: () =>
    example([cluster({ probes: { readiness: { type: 'pg_isready' } } })], 'spec.probes.readiness.type', 'streaming'),
  check(resource, _, report) {
    const { type, periodSeconds, failureThreshold } = objectOr(objectOr(resource.spec['probes'])['readiness']);
    const seconds = Number(periodSeconds ?? 10) * Number(failureThreshold ?? 3);
    if (type === 'streaming' && seconds < ENOUGH_SECONDS) {
      report.fail(
        'spec.probes.readiness.type',
        `standbys become unready ${seconds} s after the primary died, and the failover waits for them`,
      );
    }
  },
};
