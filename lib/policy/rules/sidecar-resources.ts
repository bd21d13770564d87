import { parseQuantity } from '../_quantity';
import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example, store } from './_examples';

/** The backup sidecar does not cost the database its Guaranteed QoS. */
export const sidecarResources: PolicyRule = {
  name: 'sidecar-resources',
  family: 'cloudnative-pg',
  severity: 'warning',
  kinds: ['barmancloud.cnpg.io/v1/ObjectStore'],
  summary: 'the backup sidecar of an archiving Cluster has limits for CPU and memory, and requests as high',
  why: 'The plugin puts its sidecar into the pod of the database. Without requests equal to limits there, the whole pod is no longer Guaranteed, and a node short of memory kills the database before others (kubernetes.io, Pod Quality of Service Classes).',
  remediation: 'write instanceSidecarConfiguration.resources with cpu and memory, requests as high as limits',
  example: () =>
    example(
      [
        store({
          instanceSidecarConfiguration: {
            resources: { requests: { cpu: '200m', memory: '256Mi' }, limits: { cpu: '200m', memory: '256Mi' } },
          },
        }),
        cluster(),
      ],
      'spec.instanceSidecarConfiguration.resources.limits.memory',
    ),
  check(resource, world, report) {
    const archives = world
      .in(resource.namespace, 'postgresql.cnpg.io/v1/Cluster')
      .some(({ spec }) =>
        listOr(spec['plugins']).some((one) => objectOr(one['parameters'])['barmanObjectName'] === resource.name),
      );
    if (!archives) {
      return;
    }
    const { requests, limits } = objectOr(objectOr(resource.spec['instanceSidecarConfiguration'])['resources']);
    for (const name of ['cpu', 'memory']) {
      const [request, limit] = [objectOr(requests)[name], objectOr(limits)[name]] as (string | number | undefined)[];
      const path = ['spec', 'instanceSidecarConfiguration', 'resources'];
      if (limit === undefined) {
        report.fail(
          [...path, 'limits', name],
          `the sidecar has no limit for ${name}: the pod of the database is not Guaranteed`,
        );
      } else if (request !== undefined && milli(request) !== milli(limit)) {
        report.fail(
          [...path, 'requests', name],
          `the sidecar requests '${request}' and is limited to '${limit}': the pod of the database is not Guaranteed`,
        );
      }
    }
  },
};

/** Whole thousandths, in which no two ways to write an amount differ. */
function milli(quantity: unknown): number {
  return Math.round((parseQuantity(quantity) ?? Number.NaN) * 1000);
}
