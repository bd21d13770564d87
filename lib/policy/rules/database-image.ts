import { imageTag } from '../../_image';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** The image of PostgreSQL is a version. */
export const databaseImage: PolicyRule = {
  name: 'database-image',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'the image of PostgreSQL has a tag that is a version',
  why: 'CloudNativePG reads the major version from the tag and refuses latest or a bare digest; without imageName the operator picks its own default, and an upgrade of the operator then upgrades the database (CloudNativePG, Container Image Requirements).',
  remediation: 'write tag and digest: ghcr.io/cloudnative-pg/postgresql:18.4-standard-trixie@sha256:<digest>',
  example: () => example([cluster()], 'spec.imageName', 'ghcr.io/cloudnative-pg/postgresql:latest'),
  check(resource, _, report) {
    const { imageName, imageCatalogRef } = resource.manifest['spec'] ?? {};
    if (imageName === undefined) {
      if (imageCatalogRef === undefined) {
        report.fail('spec.imageName', 'the operator chooses the image, and changes it when it is upgraded itself');
      }
      return;
    }
    const tag = imageTag(String(imageName));
    if (tag === undefined || !/^\d+/.test(tag)) {
      report.fail('spec.imageName', `its tag must start with the version of PostgreSQL, got '${tag ?? 'none'}'`);
    } else if (Number.parseInt(tag, 10) < 13) {
      report.fail('spec.imageName', `CloudNativePG takes PostgreSQL 13 and newer, got '${tag}'`);
    }
  },
};
