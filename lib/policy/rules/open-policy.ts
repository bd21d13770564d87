import type { PolicyRule } from '../rule';
import { example, policy } from './_examples';
import { flowRules } from './_flows';

/** No policy lets everybody in. */
export const openPolicy: PolicyRule = {
  name: 'open-policy',
  family: 'network',
  severity: 'error',
  kinds: ['networking.k8s.io/v1/NetworkPolicy'],
  summary: 'no NetworkPolicy lets everybody in',
  why: 'An ingress rule without from, or with an empty namespace selector, opens the pods to the whole cluster, and one such rule outweighs all others (kubernetes.io, Network Policies).',
  remediation: 'name the pods and the namespace of each client',
  example: () =>
    example(
      [
        policy('web', {
          podSelector: {},
          policyTypes: ['Ingress'],
          ingress: [
            { from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 80, protocol: 'TCP' }] },
          ],
        }),
      ],
      'spec.ingress[0].from',
    ),
  check(resource, world, report) {
    for (const rule of world.onceFor(resource, flowRules).filter((one) => one.direction === 'ingress')) {
      if (rule.peers.length === 0) {
        report.fail(rule.path, "a rule without 'from' lets everybody in");
      }
      for (const { peer, path } of rule.peers) {
        const everywhere =
          peer['namespaceSelector'] !== undefined && Object.keys(peer['namespaceSelector']).length === 0;
        const anywhere = peer['ipBlock']?.cidr === '0.0.0.0/0' || peer['ipBlock']?.cidr === '::/0';
        if (anywhere || (everywhere && Object.keys(peer['podSelector'] ?? {}).length === 0)) {
          report.fail(path, 'it lets everybody in');
        }
      }
    }
  },
};
