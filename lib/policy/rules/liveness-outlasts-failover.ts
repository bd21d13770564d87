import type { Pods } from '../_pods';
import { type Resource, listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import type { World } from '../world';
import { addressesOf } from './_addresses';
import { cluster, container, deployment, example } from './_examples';
import { databaseHosts } from './_hosts';
import { referencesOf } from './_references';

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
              env: [{ name: 'PGHOST', value: 'db-rw' }],
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
    const pods = world.pods(resource);
    if (pods === undefined || !logsIn(resource, pods, world)) {
      return;
    }
    listOr(pods.spec?.['containers']).forEach((one, i) => {
      const liveness = objectOr(one['livenessProbe']);
      const path = objectOr(liveness['httpGet'])['path'] as string | undefined;
      const seconds = Number(liveness['periodSeconds'] ?? 10) * Number(liveness['failureThreshold'] ?? 3);
      if (
        path !== undefined &&
        path === objectOr(objectOr(one['readinessProbe'])['httpGet'])['path'] &&
        seconds < FAILOVER_SECONDS
      ) {
        report.fail(
          [...pods.path, 'containers', i, 'livenessProbe'],
          `after ${seconds} s without '${path}' the container is restarted, but a failover of the database may take ${FAILOVER_SECONDS} s`,
        );
      }
    });
  },
};

/**
 * Whether a program is given the host of a database, the Secret that a Cluster makes for its clients, or the address of
 * another service, which may have a database.
 */
function logsIn(resource: Resource, pods: Pods, world: World): boolean {
  return (
    world.onceFor(pods, databaseHosts).length > 0 ||
    world.onceFor(pods, addressesOf).length > 0 ||
    world
      .onceFor(resource, referencesOf)
      .some(
        ({ kind, name }) =>
          kind === 'Secret' &&
          name.endsWith('-app') &&
          world.find('Cluster', resource.namespace, name.slice(0, -'-app'.length)) !== undefined,
      )
  );
}
