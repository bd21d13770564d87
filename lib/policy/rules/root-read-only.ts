import { listOr, objectOr } from '../resource';
import { WORKLOADS } from '../_pods';
import type { PolicyRule } from '../rule';
import { container, deployment, example } from './_examples';

/** A container cannot change its own program. */
export const rootReadOnly: PolicyRule = {
  name: 'root-read-only',
  family: 'security',
  severity: 'warning',
  kinds: WORKLOADS,
  summary: 'the root file system of every container is read-only',
  why: 'An intruder who can write can stay; a program that writes beside its volumes fills the disk of the node (kubernetes.io, Configure a Security Context).',
  remediation: 'write readOnlyRootFilesystem: true, and an emptyDir for /tmp',
  example: () =>
    example(
      [deployment({ containers: [container({ securityContext: { readOnlyRootFilesystem: true } })] })],
      'spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem',
      false,
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    listOr(pods?.spec?.['containers']).forEach((one, i) => {
      if (objectOr(one['securityContext'])['readOnlyRootFilesystem'] !== true) {
        report.fail(
          [...(pods?.path ?? []), 'containers', i, 'securityContext', 'readOnlyRootFilesystem'],
          `container '${one['name']}' may change its own file system`,
        );
      }
    });
  },
};
