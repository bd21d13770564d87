import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { nearest } from '../schema/_suggest';
import { deployment, example, service } from './_examples';
import { protocolOf } from './_flows';

/** A Service must send to a port that its pods listen on. */
export const servicePortServed: PolicyRule = {
  name: 'service-port-served',
  family: 'references',
  severity: 'error',
  kinds: ['v1/Service'],
  summary: 'every target port that a Service names is a port of its pods, over the same protocol',
  why: 'Kubernetes accepts any target port, and connections are refused; a number need not be declared by the container, a name must, and over TCP nobody answers what listens on UDP (kubernetes.io, Debug Services).',
  remediation: "write the name or the number of a port of the pods' containers",
  example: () => example([service(), deployment()], 'spec.ports[0].targetPort', 'htpp'),
  check(resource, world, report) {
    const selector = objectOr(resource.spec['selector']);
    const pods =
      Object.keys(selector).length === 0 ? [] : world.selected(resource.namespace, { matchLabels: selector });
    const served = pods.flatMap((one) => one.ports);
    if (served.length === 0) {
      return;
    }
    listOr(resource.spec['ports']).forEach((port, i) => {
      const target: unknown = port['targetPort'] ?? port['port'];
      const there = served.filter((one) => one.port === target || one.name === target);
      if (there.length > 0 && !there.some((one) => one.protocol === protocolOf(port))) {
        report.fail(
          ['spec', 'ports', i, 'protocol'],
          `it forwards ${protocolOf(port)}, and the pods listen on '${String(target)}' over ${there[0]?.protocol}`,
          `write protocol: ${there[0]?.protocol}`,
        );
      } else if (there.length === 0 && typeof target === 'string') {
        const names = served.map((one) => one.name ?? String(one.port));
        const meant = typeof target === 'string' ? nearest(target, names) : undefined;
        report.fail(
          ['spec', 'ports', i, port['targetPort'] === undefined ? 'port' : 'targetPort'],
          `no pod behind it listens on '${target}'; they listen on ${[...new Set(names)].join(', ')}`,
          meant === undefined ? undefined : `write '${meant}'`,
        );
      }
    });
  },
};
