import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, container, deployment, example } from './_examples';

/** An instance loss takes at most this long with the settings that CloudNativePG has by default. */
const FAILOVER_SECONDS = 60;

/** Kubernetes does not restart the API because its database is failing over. */
export const livenessOutlastsFailover: PolicyRule = {
  name: 'liveness-outlasts-failover',
  family: 'availability',
  severity: 'error',
  kinds: ['apps/v1/Deployment', 'apps/v1/StatefulSet'],
  summary: 'a liveness probe that asks what the readiness probe asks waits longer than a failover',
  why: 'When both ask the same path and it needs the database, every failover restarts all API pods, and the outage lasts until they have started again (kubernetes.io, Liveness Probes, caution).',
  remediation: `ask a path that needs no database, or wait at least ${FAILOVER_SECONDS} s`,
  example: () =>
    example(
      [
        deployment({
          containers: [
            container({
              livenessProbe: {
                tcpSocket: undefined,
                httpGet: { path: '/alive', port: 'http' },
                periodSeconds: 5,
                failureThreshold: 3,
              },
            }),
          ],
        }),
        cluster(),
      ],
      'spec.template.spec.containers[0].livenessProbe.httpGet.path',
      '/ready',
    ),
  check(resource, world, report) {
    // Only in a namespace with a database: what has none there answers whatever happens to it.
    if (world.in(resource.namespace, 'postgresql.cnpg.io/v1/Cluster').length === 0) {
      return;
    }
    const pods = world.pods(resource);
    listOr(pods?.spec?.['containers']).forEach((one, i) => {
      const liveness = objectOr(one['livenessProbe']);
      const path = objectOr(liveness['httpGet'])['path'] as string | undefined;
      const seconds = Number(liveness['periodSeconds'] ?? 10) * Number(liveness['failureThreshold'] ?? 3);
      if (
        path !== undefined &&
        path === objectOr(objectOr(one['readinessProbe'])['httpGet'])['path'] &&
        seconds < FAILOVER_SECONDS
      ) {
        report.fail(
          [...(pods?.path ?? []), 'containers', i, 'livenessProbe'],
          `after ${seconds} s without '${path}' the container is restarted, but a failover of the database may take ${FAILOVER_SECONDS} s`,
        );
      }
    });
  },
};
