import { WORKLOADS } from '../_pods';
import type { PolicyRule } from '../rule';
import { deployment, example, policy } from './_examples';
import { API_SERVER, reachesOutside } from './_flows';

/** Pods that have a token may use it. */
export const apiServerReachable: PolicyRule = {
  name: 'api-server-reachable',
  family: 'network',
  severity: 'error',
  kinds: WORKLOADS,
  summary: 'pods that mount a token may reach the Kubernetes API, on 443 or 6443',
  why: 'The address of the API server is no pod, so no selector lets anybody through to it; and the port that a policy judges is that of the server, 6443 in many distributions, not that of its Service (kubernetes.io, Network Policies).',
  remediation: 'allow egress to 443 and 6443 without a selector, or do not mount the token',
  example: () =>
    example(
      [
        deployment({ automountServiceAccountToken: true }),
        policy('web', {
          podSelector: { matchLabels: { app: 'web' } },
          policyTypes: ['Egress'],
          egress: [{ ports: [{ port: 6443, protocol: 'TCP' }] }],
        }),
      ],
      'spec.egress[0].ports[0].port',
      6444,
      1,
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    if (pods?.spec?.['automountServiceAccountToken'] === true && !reachesOutside(pods, API_SERVER, world)) {
      report.fail(
        [...pods.path, 'automountServiceAccountToken'],
        `policies keep ${resource.name} from the Kubernetes API (${API_SERVER.join(' or ')}), and its token is of no use`,
      );
    }
  },
};
