import type { PathSegment } from '../_path';
import { type YamlObject, listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { example, service } from './_examples';

const CLUSTER = 'postgresql.cnpg.io/v1/Cluster';

/** A private service has no door to the outside. */
export const privateService: PolicyRule = {
  name: 'private-service',
  family: 'network',
  severity: 'error',
  kinds: ['v1/Service', 'networking.k8s.io/v1/Ingress', CLUSTER],
  summary: 'nothing opens a port on nodes, load balancers or an Ingress',
  why: "An agents' memory that answers on a node port answers everybody who reaches the node, past every NetworkPolicy on many networks (kubernetes.io, Service, NodePort).",
  remediation: 'write type: ClusterIP, and reach it through a tunnel or kubectl port-forward',
  example: () => example([service()], 'spec.type', 'NodePort'),
  check(resource, _, report) {
    if (resource.kind === 'Ingress') {
      report.fail('', 'it opens the service to whoever reaches the ingress controller', 'remove it, and use a tunnel');
      return;
    }
    if (resource.id !== CLUSTER) {
      checkService(resource.spec, ['spec'], report);
      return;
    }
    listOr(objectOr(objectOr(resource.spec['managed'])['services'])['additional']).forEach((one, i) => {
      const path = ['spec', 'managed', 'services', 'additional', i, 'serviceTemplate', 'spec'];
      checkService(objectOr(objectOr(one['serviceTemplate'])['spec']), path, report);
    });
  },
};

function checkService({ type, externalIPs }: YamlObject, path: readonly PathSegment[], report: Report): void {
  if (type === 'NodePort' || type === 'LoadBalancer') {
    report.fail([...path, 'type'], `${type} opens the service to the network outside the cluster`);
  }
  if (externalIPs !== undefined) {
    report.fail([...path, 'externalIPs'], 'it opens the service on addresses outside the cluster');
  }
}
