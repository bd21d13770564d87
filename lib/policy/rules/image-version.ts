import { imageTag } from '../../_image';
import { WORKLOADS } from '../_pods';
import type { PolicyRule } from '../rule';
import { deployment, example } from './_examples';

/** An image says which version it is. */
export const imageVersion: PolicyRule = {
  name: 'image-version',
  family: 'security',
  severity: 'warning',
  kinds: WORKLOADS,
  summary: 'every image has a tag that is a version',
  why: 'With latest, or without a tag, two replicas may run two programs, and nobody can tell which one was running before (kubernetes.io, Images, Image names).',
  remediation: 'write a tag that is a version',
  example: () => example([deployment()], 'spec.template.spec.containers[0].image', 'registry.example.net/web:latest'),
  check(resource, world, report) {
    const pods = world.pods(resource);
    for (const { container, path } of pods?.containers ?? []) {
      const image = String(container['image'] ?? '');
      const tag = imageTag(image);
      const fixed = image.includes('@sha256:');
      if (tag === undefined || (tag === 'latest' && !fixed)) {
        report.fail(
          [...path, 'image'],
          `'${image}' ${tag === undefined ? 'has no tag' : 'is whatever was pushed last'}`,
        );
      }
    }
  },
};
