import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { deployment, example, policy } from './_examples';
import { flowRules } from './_flows';

/** A port that a NetworkPolicy lets in must be one that the pods listen on. */
export const networkPolicyPortServed: PolicyRule = {
  name: 'network-policy-port-served',
  family: 'references',
  severity: 'error',
  kinds: ['networking.k8s.io/v1/NetworkPolicy'],
  summary: 'every port that a NetworkPolicy lets in is a port of its pods',
  why: 'NetworkPolicies judge the port of the pod, not of the Service: opening 80 in front of a pod on 8080 opens nothing (kubernetes.io, Network Policies).',
  remediation: 'write the port of the container',
  example: example(
    [
      policy('web', {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Ingress'],
        ingress: [
          { ports: [{ port: 8080, protocol: 'TCP' }], from: [{ podSelector: { matchLabels: { app: 'web' } } }] },
        ],
      }),
      deployment(),
    ],
    'spec.ingress[0].ports[0].port',
    80,
  ),
  check(resource, world, report) {
    const pods = world.selected(resource.namespace, objectOr(resource.spec['podSelector']));
    const served = pods.flatMap((one) => one.ports);
    if (served.length === 0 || pods.some((one) => one.ports.length === 0)) {
      return;
    }
    for (const rule of flowRules(resource).filter((one) => one.direction === 'ingress')) {
      rule.ports.forEach(({ port, endPort }, i) => {
        const hit = served.some(
          (one) =>
            one.port === port ||
            one.name === port ||
            (typeof endPort === 'number' && Number(port) <= one.port && one.port <= endPort),
        );
        if (port !== undefined && !hit) {
          const names = [...new Set(served.map((one) => one.port))];
          report.fail(
            [...rule.path, 'ports', i, 'port'],
            `its pods do not listen on ${port}; they listen on ${names.join(', ')}`,
          );
        }
      });
    }
  },
};
