import { type YamlObject, listOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { example, service } from './_examples';

/** Fields that only some types of a Service have. */
const ONLY: readonly (readonly [field: string, types: readonly string[]])[] = [
  ['allocateLoadBalancerNodePorts', ['LoadBalancer']],
  ['externalTrafficPolicy', ['NodePort', 'LoadBalancer']],
  ['healthCheckNodePort', ['LoadBalancer']],
  ['loadBalancerClass', ['LoadBalancer']],
  ['loadBalancerSourceRanges', ['LoadBalancer']],
];

/** A Service has the fields of its type. */
export const serviceConsistent: PolicyRule = {
  name: 'service-consistent',
  family: 'kubernetes',
  severity: 'error',
  kinds: ['v1/Service'],
  summary: 'a Service has the fields of its type, and a name for each of several ports',
  why: 'The API server refuses it, and what points at it by name finds nothing (kubernetes.io, Service).',
  remediation: 'remove the field',
  example: () =>
    example(
      [
        service({
          ports: [
            { name: 'http', port: 80, targetPort: 'http' },
            { name: 'metrics', port: 9090, targetPort: 'http' },
          ],
        }),
      ],
      'spec.ports[1].name',
    ),
  check(resource, _, report) {
    const { spec } = resource;
    const type = String(spec['type'] ?? 'ClusterIP');
    checkPorts(spec, type, report);
    for (const [field, types] of ONLY) {
      if (spec[field] !== undefined && !types.includes(type)) {
        report.fail(['spec', field], `it is for type ${types.join(' and ')}, not for ${type}`);
      }
    }
    if (type === 'ExternalName') {
      if ((spec['externalName'] ?? '') === '') {
        report.fail('spec.externalName', 'type ExternalName needs the name', 'write the host name');
      }
      if ((spec['clusterIP'] ?? '') !== '') {
        report.fail('spec.clusterIP', 'a Service of type ExternalName has no address');
      }
    } else if (type !== 'ClusterIP' && spec['clusterIP'] === 'None') {
      report.fail('spec.clusterIP', `a headless Service is of type ClusterIP, not ${type}`);
    }
    if (spec['sessionAffinityConfig'] !== undefined && spec['sessionAffinity'] !== 'ClientIP') {
      report.fail('spec.sessionAffinityConfig', 'it needs sessionAffinity: ClientIP');
    }
    if (spec['healthCheckNodePort'] !== undefined && spec['externalTrafficPolicy'] !== 'Local') {
      report.fail('spec.healthCheckNodePort', 'it needs externalTrafficPolicy: Local');
    }
  },
};

function checkPorts(spec: YamlObject, type: string, report: Report): void {
  const ports = listOr(spec['ports']);
  if (ports.length === 0 && type !== 'ExternalName' && spec['clusterIP'] !== 'None') {
    report.fail('spec.ports', 'the Service has no port', 'write its ports');
  }
  const nodePorts = new Set<string>();
  ports.forEach(({ name, nodePort, protocol }, i) => {
    if (ports.length > 1 && (name ?? '') === '') {
      report.fail(['spec', 'ports', i, 'name'], 'of several ports, each needs a name', 'write a name');
    }
    if (nodePort === undefined || nodePort === 0) {
      return;
    }
    const id = `${nodePort}/${protocol ?? 'TCP'}`;
    if (type !== 'NodePort' && type !== 'LoadBalancer') {
      report.fail(['spec', 'ports', i, 'nodePort'], `it is for type NodePort and LoadBalancer, not for ${type}`);
    } else if (nodePorts.has(id)) {
      report.fail(['spec', 'ports', i, 'nodePort'], `another port has ${nodePort} on the nodes already`);
    }
    nodePorts.add(id);
  });
}
