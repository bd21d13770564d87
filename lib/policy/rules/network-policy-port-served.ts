import type { Pods } from '../_pods';
import { listOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { selects } from '../selector';
import type { World } from '../world';
import { deployment, example, policy } from './_examples';
import { type FlowPeer, type FlowRule, covers, flowRules, protocolOf } from './_flows';

/** A port that a NetworkPolicy opens must be one that somebody listens on. */
export const networkPolicyPortServed: PolicyRule = {
  name: 'network-policy-port-served',
  family: 'references',
  severity: 'error',
  kinds: ['networking.k8s.io/v1/NetworkPolicy'],
  summary: 'every port that a NetworkPolicy opens is a port of the pods there, over the same protocol',
  why: 'NetworkPolicies judge the port of the pod, not of the Service: opening 80 in front of a pod on 8080 opens nothing (kubernetes.io, Network Policies).',
  remediation: 'write the port of the container',
  example: () =>
    example(
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
    for (const rule of world.onceFor(resource, flowRules)) {
      if (rule.ports.length === 0) {
        continue;
      }
      reportTwice(rule, report);
      if (rule.direction === 'ingress') {
        checkPorts(rule, world.selected(resource.namespace, resource.spec['podSelector']), world, report);
      } else {
        const peers = rule.peers.map((peer) => knownPods(peer, world));
        // One peer that is not known may serve any port.
        if (peers.every((pods) => pods.length > 0)) {
          checkPorts(rule, peers.flat(), world, report);
        }
      }
    }
  },
};

/** A port that a rule opens twice: the other protocol was meant. */
function reportTwice(rule: FlowRule, report: Report): void {
  if (rule.ports.length < 2) {
    return;
  }
  const seen = new Set<string>();
  for (const opened of rule.ports) {
    const one = `${opened['port']} ${opened['endPort']} ${protocolOf(opened)}`;
    if (seen.has(one)) {
      report.fail(
        [...rule.path, 'ports'],
        `${opened['port']} is opened twice for ${protocolOf(opened)}, and not for the other protocol`,
        'write the other protocol, or remove the line',
      );
    }
    seen.add(one);
  }
}

function checkPorts(rule: FlowRule, pods: readonly Pods[], world: World, report: Report): void {
  if (pods.length === 0 || pods.some((one) => one.ports.length === 0)) {
    return;
  }
  const served = pods.length === 1 ? pods[0]!.ports : pods.flatMap((one) => one.ports);
  rule.ports.forEach((opened, i) => {
    const port = opened['port'] as number | string | undefined;
    if (port === undefined) {
      return;
    }
    const there = served.filter((one) => one.name === port || covers(opened, one.port));
    const protocol = protocolOf(opened);
    if (there.length === 0 && !sentTo(pods, port, world)) {
      const names = [...new Set(served.map((one) => one.port))];
      report.fail(
        [...rule.path, 'ports', i, 'port'],
        `no pod there listens on ${port}; they listen on ${names.join(', ')}`,
      );
    } else if (there.length > 0 && !there.some((one) => one.protocol === protocol)) {
      const meant = there[0]?.protocol;
      report.fail(
        [...rule.path, 'ports', i, 'protocol'],
        `it opens ${port} for ${protocol}, and the pods there listen on it over ${meant}: nothing gets through`,
        `write protocol: ${meant}`,
      );
    }
  });
}

/** Whether a Service sends to that number: the pods then listen on it, though no container declares it. */
function sentTo(pods: readonly Pods[], port: unknown, world: World): boolean {
  return pods.some((one) =>
    world
      .in(one.namespace, 'v1/Service')
      .some(
        ({ spec }) =>
          listOr(spec['ports']).some((each) => (each['targetPort'] ?? each['port']) === port) &&
          spec['selector'] !== undefined &&
          selects({ matchLabels: spec['selector'] as unknown }, one.labels),
      ),
  );
}

/** The pods of a peer whose namespace is known. */
function knownPods({ peer, namespace }: FlowPeer, world: World): readonly Pods[] {
  const selector: unknown = peer['podSelector'];
  return namespace === undefined || selector === undefined ? [] : world.selected(namespace, selector);
}
