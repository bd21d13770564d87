import { WORKLOADS } from '../_pods';
import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import { deployment, example, policy } from './_examples';
import { policiesOver } from './_flows';

/** Of the Service and of the server itself: policies judge the address after the Service was resolved. */
const PORTS = [443, 6443];

/** Pods that have a token may use it. */
export const apiServerReachable: PolicyRule = {
  name: 'api-server-reachable',
  family: 'network',
  severity: 'error',
  kinds: WORKLOADS,
  summary: 'pods that mount a token may reach the Kubernetes API, on 443 and 6443',
  why: 'The address of the API server is no pod, so no selector lets anybody through to it; and the port that a policy judges is that of the server, 6443 in many distributions, not that of its Service (kubernetes.io, Network Policies).',
  remediation: 'allow egress to 443 and 6443, or do not mount the token',
  example: example(
    [
      deployment({ automountServiceAccountToken: true }),
      policy('web', {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Egress'],
        egress: [{ ports: PORTS.map((port) => ({ port, protocol: 'TCP' })) }],
      }),
    ],
    'spec.egress[0].ports[1].port',
    6444,
    1,
  ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    if (pods?.spec?.['automountServiceAccountToken'] !== true) {
      return;
    }
    const policies = policiesOver(pods, 'Egress', world);
    const rules = policies.flatMap((one) => listOr(one.spec['egress']));
    const closed = PORTS.filter(
      (port) =>
        !rules.some((rule) => {
          const peers = listOr(rule['to']);
          const ports = listOr(rule['ports']);
          const wide = peers.length === 0 || peers.some((peer) => peer['ipBlock'] !== undefined);
          return wide && (ports.length === 0 || ports.some((each) => each['port'] === port));
        }),
    );
    if (policies.length > 0 && closed.length > 0) {
      report.fail(
        [...pods.path, 'automountServiceAccountToken'],
        `policies keep ${resource.name} from the Kubernetes API on ${closed.join(' and ')}, and its token is of no use`,
      );
    }
  },
};
