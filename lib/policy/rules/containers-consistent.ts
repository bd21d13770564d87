import type { PathSegment } from '../_path';
import { type YamlObject, listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { deployment, example } from './_examples';
import { POD_KINDS, podSpecOf } from './_pod-specs';

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];

/** The containers of a pod can live together. */
export const containersConsistent: PolicyRule = {
  name: 'containers-consistent',
  family: 'kubernetes',
  severity: 'error',
  kinds: POD_KINDS,
  summary: 'containers of a pod have names of their own, and probes that the kubelet can make',
  why: 'The API server refuses the whole object; the schema sees one container at a time (kubernetes.io, Pods; Configure Liveness, Readiness and Startup Probes).',
  remediation: 'remove the field',
  example: () => example([deployment()], 'spec.template.spec.containers[0].livenessProbe.successThreshold', 2),
  check(resource, world, report) {
    const pod = podSpecOf(resource, world);
    if (pod === undefined) {
      return;
    }
    const seen = new Set<unknown>();
    const host = pod.spec['hostNetwork'] === true;
    for (const { container, path: at, init } of pod.containers) {
      if (seen.has(container['name'])) {
        const message = `another container of the pod is called '${container['name']}'`;
        report.fail([...at, 'name'], message, 'rename one of them');
      }
      seen.add(container['name']);
      checkProbes(container, at, init, report);
      listOr(container['ports']).forEach(({ hostPort, containerPort }, i) => {
        if (host && hostPort !== undefined && hostPort !== containerPort) {
          const message = `with hostNetwork it must be containerPort ${containerPort}, got ${hostPort}`;
          report.fail([...at, 'ports', i, 'hostPort'], message, 'remove hostPort');
        }
      });
    }
  },
};

function checkProbes(container: YamlObject, at: readonly PathSegment[], init: boolean, report: Report): void {
  for (const name of PROBES) {
    if (container[name] === undefined) {
      continue;
    }
    const { successThreshold, terminationGracePeriodSeconds: grace } = objectOr(container[name]);
    if (init) {
      const message = 'an init container ends before anybody could ask it';
      report.fail([...at, name], message, 'remove it, or write restartPolicy: Always for a sidecar');
    } else if (name !== 'readinessProbe' && successThreshold !== undefined && successThreshold !== 1) {
      report.fail([...at, name, 'successThreshold'], `for a ${name} only 1 is allowed, got ${successThreshold}`);
    } else if (name === 'readinessProbe' && grace !== undefined) {
      report.fail([...at, name, 'terminationGracePeriodSeconds'], 'a readiness probe ends no container');
    }
  }
}
