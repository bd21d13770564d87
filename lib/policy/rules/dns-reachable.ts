import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import { POD_OWNERS } from '../_pods';
import { deployment, example, policy } from './_examples';
import { egressPolicies } from './_flows';

/** Pods that may not talk to everybody may still look names up. */
export const dnsReachable: PolicyRule = {
  name: 'dns-reachable',
  family: 'network',
  severity: 'error',
  kinds: POD_OWNERS,
  summary: 'pods whose egress is restricted may ask DNS, on UDP and TCP',
  why: 'Without DNS every connection by name fails, and the messages speak of anything but DNS; answers above 512 bytes need TCP (kubernetes.io, Network Policies).',
  remediation: 'allow port 53, UDP and TCP, to kube-system',
  example: () =>
    example(
      [
        deployment(),
        policy('dns', {
          podSelector: {},
          policyTypes: ['Egress'],
          egress: [
            {
              ports: [
                { port: 53, protocol: 'UDP' },
                { port: 53, protocol: 'TCP' },
              ],
            },
          ],
        }),
      ],
      'spec.egress[0].ports[0].port',
      35,
      1,
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    const policies = pods === undefined ? [] : world.onceFor(pods, egressPolicies);
    if (policies.length === 0) {
      return;
    }
    const rules = policies.flatMap((one) => listOr(one.spec['egress']));
    const missing = ['UDP', 'TCP'].filter(
      (protocol) =>
        !rules.some((rule) => {
          const ports = listOr(rule['ports']);
          return (
            ports.length === 0 || ports.some((port) => port['port'] === 53 && (port['protocol'] ?? 'TCP') === protocol)
          );
        }),
    );
    if (missing.length > 0) {
      report.fail('', `policies keep its pods from DNS over ${missing.join(' and ')}: no name resolves`);
    }
  },
};
