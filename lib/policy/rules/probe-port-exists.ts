import { WORKLOADS } from '../_pods';
import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { deployment, example } from './_examples';

const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'];
const ACTIONS = ['httpGet', 'tcpSocket', 'grpc'];

/** A probe must ask a port that the container listens on. */
export const probePortExists: PolicyRule = {
  name: 'probe-port-exists',
  family: 'references',
  severity: 'error',
  kinds: WORKLOADS,
  summary: 'every probe that asks a port by its name asks one that its container declares',
  why: 'A probe with an unknown port name always fails: a readiness probe then keeps the service empty, a liveness probe restarts it for ever (kubernetes.io, Configure Probes).',
  remediation: "name one of the container's ports",
  example: () => example([deployment()], 'spec.template.spec.containers[0].readinessProbe.httpGet.port', 'https'),
  check(resource, world, report) {
    const pods = world.pods(resource);
    for (const { container, path } of pods?.containers ?? []) {
      const ports = listOr(container['ports']);
      const known = ports.flatMap((port) => (typeof port['name'] === 'string' ? [port['name']] : []));
      for (const probe of PROBES) {
        for (const action of ACTIONS) {
          const port = objectOr(objectOr(container[probe])[action])['port'] as unknown;
          // Kubernetes asks a number whether it is declared or not.
          if (typeof port === 'string' && !known.includes(port)) {
            report.fail(
              [...path, probe, action, 'port'],
              `container '${container['name']}' has no port '${port}'; it has ${known.join(', ') || 'none'}`,
            );
          }
        }
      }
    }
  },
};
