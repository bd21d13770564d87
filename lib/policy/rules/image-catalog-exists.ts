import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example, object } from './_examples';
import { resolve } from './_resolve';

const POSTGRES = 'postgresql.cnpg.io';

/** An image catalog must be there and hold the major version. */
export const imageCatalogExists: PolicyRule = {
  name: 'image-catalog-exists',
  family: 'references',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'the image catalog of a Cluster exists and has its major version',
  why: 'Without it the operator stops at the image, before failover (CloudNativePG, Image Catalog).',
  remediation: 'name a catalog that has the major version',
  example: () =>
    example(
      [
        cluster({
          imageName: undefined,
          imageCatalogRef: { apiGroup: POSTGRES, kind: 'ImageCatalog', name: 'pg', major: 18 },
        }),
        object('postgresql.cnpg.io/v1', 'ImageCatalog', 'pg', {
          spec: { images: [{ major: 18, image: 'ghcr.io/cloudnative-pg/postgresql:18.4@sha256:00' }] },
        }),
      ],
      'spec.imageCatalogRef.major',
      17,
    ),
  check(resource, world, report) {
    const { kind, name, major } = objectOr(resource.spec['imageCatalogRef']);
    if (typeof name !== 'string') {
      return;
    }
    const namespace = kind === 'ClusterImageCatalog' ? '' : resource.namespace;
    const target = { kind: String(kind), name, namespace, path: 'spec.imageCatalogRef.name' };
    const catalog = world.find(target.kind, namespace, name);
    if (resolve(target, world, report).status === 'found' && catalog !== undefined) {
      const majors = listOr(catalog.spec['images']).map((image) => image['major'] as unknown);
      if (!majors.includes(major)) {
        report.fail(
          'spec.imageCatalogRef.major',
          `'${name}' has no image of PostgreSQL ${major}; it has ${majors.join(', ')}`,
        );
      }
    }
  },
};
