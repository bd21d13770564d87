import type { PathSegment } from '../_path';
import { type YamlObject, listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { cluster, example } from './_examples';

const PATHS = ['bin_path', 'dynamic_library_path', 'extension_control_path', 'ld_library_path'];

/** Extensions have an image, a volume and paths inside it. */
export const extensionImages: PolicyRule = {
  name: 'extension-images',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'every extension has an image, a volume name of its own, and paths that stay inside the image',
  why: "An extension without an image is one that a catalog must know; '_' becomes '-' in the name of its volume, so two may become one; only the webhook says so (CloudNativePG, Image Volume Extensions; webhook: validateExtensions).",
  remediation: 'write image.reference',
  example: () =>
    example(
      [
        cluster({
          postgresql: {
            extensions: [{ name: 'vector', image: { reference: 'ghcr.io/cloudnative-pg/pgvector:0.8.6-18-trixie' } }],
          },
        }),
      ],
      'spec.postgresql.extensions[0].image.reference',
    ),
  check(resource, _, report) {
    const volumes = new Map<string, string>();
    const catalog = resource.spec['imageCatalogRef'] !== undefined;
    listOr(objectOr(resource.spec['postgresql'])['extensions']).forEach((extension, i) => {
      const path = ['spec', 'postgresql', 'extensions', i];
      const name = String(extension['name']);
      const volume = name.replaceAll('_', '-');
      const other = volumes.get(volume);
      if (other !== undefined) {
        report.fail([...path, 'name'], `'${name}' and '${other}' have the same volume, '${volume}'`, 'rename one');
      }
      volumes.set(volume, name);
      if (!catalog && (objectOr(extension['image'])['reference'] ?? '') === '') {
        report.fail([...path, 'image', 'reference'], `extension '${name}' has no image, and there is no catalog`);
      }
      checkPaths(extension, path, report);
      listOr(extension['env']).forEach((one, j) => {
        const [unknown] = String(one['value']).match(/\$\{(?!image_root\})[^}]*\}?/) ?? [];
        if (unknown !== undefined) {
          const fix = 'write ${image_root} for the place of the image';
          report.fail([...path, 'env', j, 'value'], `CloudNativePG knows no '${unknown}'`, fix);
        }
      });
    });
  },
};

function checkPaths(extension: YamlObject, path: readonly PathSegment[], report: Report): void {
  for (const field of PATHS) {
    const seen = new Set<string>();
    const list: unknown = extension[field];
    (Array.isArray(list) ? list.map(String) : []).forEach((one, i) => {
      const at = [...path, field, i];
      if (one === '') {
        report.fail(at, 'the path is empty', 'write a path, or remove it');
      } else if (one.split('/').includes('..')) {
        report.fail(at, `'${one}' leads out of the image`, "write a path inside it, without '..'");
      } else if (seen.has(one)) {
        report.fail(at, `'${one}' is in the list twice`, 'remove it');
      }
      seen.add(one);
    });
  }
}
