import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** The operator's own defaults, which the documentation calls safe. */
const USUAL_MS = 1000;
const USUAL_SECONDS = 30;

/** A short interruption of the network restarts no primary. */
export const isolationCheckPatient: PolicyRule = {
  name: 'isolation-check-patient',
  family: 'cloudnative-pg',
  severity: 'warning',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a Cluster that fails over at once does not call its primary isolated sooner than usual',
  why: 'The isolation check fails on the first instance that does not answer in time, and with failoverDelay 0 the restart becomes a failover: a network that was away for 45 s cascaded (gavinmcfall/home-ops#2265; cloudnative-pg#10287).',
  remediation: `keep both timeouts at ${USUAL_MS} ms and the liveness probe at ${USUAL_SECONDS} s or more, or write a failoverDelay`,
  example: () =>
    example(
      [
        cluster({
          probes: { liveness: { isolationCheck: { enabled: true, requestTimeout: 1000, connectionTimeout: 1000 } } },
        }),
      ],
      'spec.probes.liveness.isolationCheck.requestTimeout',
      200,
    ),
  check(resource, _, report) {
    const { failoverDelay, instances, probes, livenessProbeTimeout } = resource.spec;
    const { isolationCheck, periodSeconds, failureThreshold } = objectOr(objectOr(probes)['liveness']);
    const check = objectOr(isolationCheck);
    if (Number(failoverDelay ?? 0) > 0 || Number(instances ?? 1) < 2 || check['enabled'] === false) {
      return;
    }
    const path = ['spec', 'probes', 'liveness'];
    for (const field of ['requestTimeout', 'connectionTimeout']) {
      const ms: unknown = check[field];
      if (typeof ms === 'number' && ms < USUAL_MS) {
        report.fail(
          [...path, 'isolationCheck', field],
          `an instance that takes ${ms} ms to answer counts as gone, and with failoverDelay 0 that is a failover`,
        );
      }
    }
    const seconds = Number(periodSeconds ?? 10) * Number(failureThreshold ?? Number(livenessProbeTimeout ?? 30) / 10);
    if (seconds < USUAL_SECONDS) {
      report.fail(
        failureThreshold !== undefined || periodSeconds !== undefined ? path : 'spec.livenessProbeTimeout',
        `an isolated primary is restarted after ${seconds} s, and with failoverDelay 0 that is a failover`,
      );
    }
  },
};
