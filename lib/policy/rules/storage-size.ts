import { parseQuantity } from '../_quantity';
import { listOr, objectOr } from '../resource';
import type { PathSegment } from '../_path';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** Every volume has one size that Kubernetes can read. */
export const storageSize: PolicyRule = {
  name: 'storage-size',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'every volume of a Cluster has one size, which Kubernetes can read',
  why: "The CRD takes any text, so '20GB' passes the schema and is refused by the webhook (CloudNativePG, webhook: validateStorageSize, validateEphemeralVolumeSource).",
  remediation: "write a quantity such as '20Gi'",
  example: () => example([cluster()], 'spec.storage.size', '20GB'),
  check(resource, _, report) {
    const look = (volume: unknown, path: readonly PathSegment[]): void => {
      const { size, pvcTemplate } = objectOr(volume);
      const request: unknown = objectOr(objectOr(objectOr(pvcTemplate)['resources'])['requests'])['storage'];
      const asked = size ?? request;
      if (asked === undefined) {
        report.fail([...path, 'size'], 'the volume has no size: the webhook refuses it');
      } else if ((parseQuantity(asked) ?? 0) <= 0) {
        const fix = /^[0-9.]+\s*[KMGT]B$/i.test(String(asked))
          ? String(asked).replace(/\s*([KMGT])B$/i, '$1i')
          : undefined;
        report.fail(
          [...path, 'size'],
          `'${String(asked)}' is no quantity: the webhook refuses it`,
          fix === undefined ? undefined : `write '${fix}'`,
        );
      }
    };
    look(resource.spec['storage'], ['spec', 'storage']);
    const { ephemeralVolumeSource, ephemeralVolumesSizeLimit } = resource.spec;
    if (ephemeralVolumeSource !== undefined && objectOr(ephemeralVolumesSizeLimit)['temporaryData'] !== undefined) {
      report.fail(
        'spec.ephemeralVolumesSizeLimit.temporaryData',
        'temporary data lie on the volume of ephemeralVolumeSource, which has a size of its own',
        'remove one of the two',
      );
    }
    if (resource.spec['walStorage'] !== undefined) {
      look(resource.spec['walStorage'], ['spec', 'walStorage']);
    }
    listOr(resource.spec['tablespaces']).forEach((one, i) =>
      look(one['storage'], ['spec', 'tablespaces', i, 'storage']),
    );
  },
};
