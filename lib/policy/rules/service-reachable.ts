import { WORKLOADS } from '../_pods';
import { listOr, objectOr } from '../resource';
import type { Resource } from '../resource';
import type { PolicyRule } from '../rule';
import type { World } from '../world';
import { addressesOf } from './_addresses';
import { container, deployment, example, policy, service } from './_examples';
import { allows } from './_flows';

/** A program that is given the address of a Service gets through to it. */
export const serviceReachable: PolicyRule = {
  name: 'service-reachable',
  family: 'network',
  severity: 'error',
  kinds: WORKLOADS,
  summary: 'policies let every program through to the Services whose addresses it is given',
  why: 'A flow needs a policy on both ends, and on the port of the pod, not of the Service; with one of them forgotten, connections time out (kubernetes.io, Network Policies).',
  remediation: 'allow the port of the pods, out of the one and in to the other',
  example: () =>
    example(
      [
        deployment({ containers: [container({ env: [{ name: 'API_BASE', value: 'http://api.shop.svc:80' }] })] }),
        deployment({}, {}, 'api'),
        service({ selector: { app: 'api' } }, 'api'),
        policy('api', {
          podSelector: { matchLabels: { app: 'api' } },
          policyTypes: ['Ingress'],
          ingress: [
            { from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 8080, protocol: 'TCP' }] },
          ],
        }),
      ],
      'spec.ingress[0].ports[0].port',
      80,
      3,
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    for (const { service: name, namespace, port: asked, path } of pods === undefined
      ? []
      : world.onceFor(pods, addressesOf)) {
      const target = world.find('Service', namespace, name);
      if (target === undefined || pods === undefined || asked === undefined) {
        continue;
      }
      const ports = listOr(target.spec['ports']);
      const port = ports.find((each) => each['port'] === asked);
      if (port === undefined) {
        report.fail(
          path,
          `Service '${name}' has no port ${asked}; it has ${ports.map((each) => String(each['port'])).join(', ')}`,
        );
        continue;
      }
      for (const behind of podsBehind(target, world)) {
        const wanted: unknown = port['targetPort'] ?? asked;
        const number = behind.ports.find((each) => each.name === wanted || each.port === wanted)?.port;
        const what = `${behind.owner.kind} '${behind.owner.name}' behind Service '${name}'`;
        if (number !== undefined && !allows(pods, 'egress', { namespace, labels: behind.labels }, number, world)) {
          report.fail(path, `policies keep it from port ${number} of ${what}`);
        }
        const peer = { namespace: pods.namespace, labels: pods.labels };
        if (number !== undefined && !allows(behind, 'ingress', peer, number, world)) {
          report.fail(path, `the policies of ${what} do not let it in on port ${number}`);
        }
      }
    }
  },
};

function podsBehind(service: Resource, world: World): ReturnType<World['selected']> {
  const selector = objectOr(service.spec['selector']);
  return Object.keys(selector).length === 0 ? [] : world.selected(service.namespace, { matchLabels: selector });
}
