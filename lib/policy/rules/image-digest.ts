import { WORKLOADS } from '../_pods';
import type { PolicyRule } from '../rule';
import { deployment, example } from './_examples';

/** An image is the one that was tested. */
export const imageDigest: PolicyRule = {
  name: 'image-digest',
  family: 'security',
  severity: 'warning',
  kinds: WORKLOADS,
  summary: 'every image is named by its digest',
  why: 'A tag can be moved: after the loss of a node the pod starts with another program than the drills tested (kubernetes.io, Images).',
  remediation: "append the digest: 'name:tag@sha256:...'",
  example: () => example([deployment()], 'spec.template.spec.containers[0].image', 'registry.example.net/web:1'),
  check(resource, world, report) {
    const pods = world.pods(resource);
    for (const { container, path } of pods?.containers ?? []) {
      const image = String(container['image'] ?? '');
      if (!image.includes('@sha256:')) {
        report.fail([...path, 'image'], `'${image}' may be another program tomorrow: it has no digest`);
      }
    }
  },
};
