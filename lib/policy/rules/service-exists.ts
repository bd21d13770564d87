import { type YamlObject, listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, object, service } from './_examples';
import { referrersTo } from './_reference-table';
import { referencesOf } from './_references';
import { resolve } from './_resolve';

/** A Service that is named must be there, with the port that is named. */
export const serviceExists: PolicyRule = {
  name: 'service-exists',
  family: 'references',
  severity: 'error',
  kinds: referrersTo('Service'),
  summary: 'every Service behind an Ingress or in front of a StatefulSet exists, with the port that is asked',
  why: 'An Ingress without its Service answers 503, and pods of a StatefulSet without its Service have no names; Kubernetes accepts both (kubernetes.io, Ingress; StatefulSet).',
  remediation: 'correct the name, or declare the Service',
  example: () =>
    example(
      [
        object('networking.k8s.io/v1', 'Ingress', 'web', {
          spec: { defaultBackend: { service: { name: 'web', port: { name: 'http' } } } },
        }),
        service(),
      ],
      'spec.defaultBackend.service.name',
      'wbe',
    ),
  check(resource, world, report) {
    for (const { kind, name, path, holder } of world.onceFor(resource, referencesOf)) {
      if (kind !== 'Service') {
        continue;
      }
      const { namespace } = resource;
      resolve({ kind, name, namespace, path }, world, report);
      const target = world.find('Service', namespace, name);
      const { name: named, number } = objectOr(holder?.['port']);
      const asked = (named ?? number) as string | number | undefined;
      const ports: readonly YamlObject[] = listOr(target?.spec['ports']);
      if (
        target !== undefined &&
        asked !== undefined &&
        !ports.some((one) => one['name'] === asked || one['port'] === asked)
      ) {
        const there = ports.map((one) => String(one['name'] ?? one['port'])).join(', ');
        report.fail(
          [...path.slice(0, -1), 'port', named === undefined ? 'number' : 'name'],
          `Service '${name}' has no port '${asked}'; it has ${there || 'none'}`,
          'write a port of the Service',
        );
      }
    }
  },
};
