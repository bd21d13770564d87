import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, policy } from './_examples';
import { flowRules } from './_flows';

const DNS = 53;
const NAME = 'kube-dns';

/** The way to DNS leads to DNS. */
export const dnsPeerKnown: PolicyRule = {
  name: 'dns-peer-known',
  family: 'network',
  severity: 'error',
  kinds: ['networking.k8s.io/v1/NetworkPolicy'],
  summary: `a rule for port ${DNS} leads to pods labelled k8s-app=${NAME}, and a rule for those pods opens port ${DNS}`,
  why: `CoreDNS and kube-dns both have the label k8s-app=${NAME} in every distribution; with a misspelt one no name resolves (kubernetes.io, Debugging DNS Resolution).`,
  remediation: `write k8s-app: ${NAME} and port ${DNS}`,
  example: () =>
    example(
      [
        policy('dns', {
          podSelector: {},
          policyTypes: ['Egress'],
          egress: [
            {
              to: [
                {
                  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
                  podSelector: { matchLabels: { 'k8s-app': NAME } },
                },
              ],
              ports: [{ port: DNS, protocol: 'UDP' }],
            },
          ],
        }),
      ],
      "spec.egress[0].to[0].podSelector.matchLabels['k8s-app']",
      'coredns',
    ),
  check(resource, world, report) {
    for (const rule of world.onceFor(resource, flowRules).filter((one) => one.direction === 'egress')) {
      for (const { peer, path } of rule.peers) {
        const app: unknown = objectOr(objectOr(peer['podSelector'])['matchLabels'])['k8s-app'];
        const dns = rule.ports.filter((port) => port['port'] === DNS);
        if (dns.length > 0 && typeof app === 'string' && app !== NAME) {
          report.fail(
            [...path, 'podSelector', 'matchLabels', 'k8s-app'],
            `pods of DNS have k8s-app=${NAME}, got '${app}'`,
          );
        }
        rule.ports.forEach((port, j) => {
          if (app === NAME && typeof port['port'] === 'number' && port['port'] !== DNS) {
            report.fail([...rule.path, 'ports', j, 'port'], `DNS listens on ${DNS}, got ${port['port']}`);
          }
        });
      }
    }
  },
};
