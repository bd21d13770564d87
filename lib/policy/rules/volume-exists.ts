import { WORKLOADS } from '../_pods';
import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import { nearest } from '../schema/_suggest';
import { container, deployment, example } from './_examples';
import { inNamespace } from './_labels';

/** A mounted volume must be declared in the same pod, and a claim must exist. */
export const volumeExists: PolicyRule = {
  name: 'volume-exists',
  family: 'references',
  severity: 'error',
  kinds: WORKLOADS,
  summary: 'every volume that a container mounts is a volume of its pod, and every claim exists',
  why: 'The API server refuses a pod with an unknown volume, but accepts a Deployment of such pods, which then never start (kubernetes.io, Volumes).',
  remediation: 'declare the volume, or correct the name',
  example: () =>
    example(
      [
        deployment({
          containers: [container({ volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] })],
          volumes: [{ name: 'tmp', emptyDir: {} }],
        }),
      ],
      'spec.template.spec.containers[0].volumeMounts[0].name',
      'temp',
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    const spec = pods?.spec ?? {};
    const names = listOr(spec['volumes']).map((volume) => String(volume['name']));
    const claimed = listOr(resource.spec['volumeClaimTemplates']).map((claim) => String(claim['metadata']?.name));
    for (const { container: one, path } of pods?.containers ?? []) {
      listOr(one['volumeMounts']).forEach((mount, i) => {
        const name = String(mount['name']);
        if (!names.includes(name) && !claimed.includes(name)) {
          const meant = nearest(name, names);
          report.fail(
            [...path, 'volumeMounts', i, 'name'],
            `the pod has no volume '${name}'; it has ${names.join(', ') || 'none'}`,
            meant === undefined ? undefined : `write '${meant}'`,
          );
        }
      });
    }
    listOr(spec['volumes']).forEach((volume, i) => {
      const name: unknown = volume['persistentVolumeClaim']?.claimName;
      // The controller puts the claim of a template in the place of a volume of its name.
      const replaced = claimed.includes(String(volume['name']));
      if (typeof name === 'string' && !replaced && !world.exists('PersistentVolumeClaim', resource.namespace, name)) {
        const path = [...(pods?.path ?? []), 'volumes', i, 'persistentVolumeClaim', 'claimName'];
        report.fail(path, `there is no PersistentVolumeClaim '${name}'${inNamespace(resource.namespace)}`);
      }
    });
  },
};
