import { canonicalQuantity } from '../_quantity';
import { isObject, objectOr } from '../resource';
import type { PathSegment } from '../_path';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';
import { onlyFlux } from './_engines';

/** Quantities are written as the API server writes them back. */
export const canonicalQuantities: PolicyRule = {
  name: 'canonical-quantities',
  family: 'gitops',
  severity: 'warning',
  kinds: ['postgresql.cnpg.io/v1/Cluster', 'postgresql.cnpg.io/v1/Pooler'],
  summary: 'quantities of objects that a webhook rewrites are canonical',
  why: "The webhook of CloudNativePG reads and writes the whole object, and '1024Mi' comes back as '1Gi': a difference for ever (cloudnative-pg#10418).",
  remediation: 'write the canonical form',
  example: () => example([cluster()], 'spec.resources.requests.memory', '2048Mi'),
  check(resource, world, report) {
    if (onlyFlux(world)) {
      return;
    }
    const walk = (value: unknown, path: readonly PathSegment[]): void => {
      for (const [name, below] of isObject(value) ? Object.entries(value) : []) {
        const at = [...path, name];
        if ((name === 'requests' || name === 'limits') && isObject(below)) {
          for (const [resourceName, quantity] of Object.entries(below)) {
            const canonical = canonicalQuantity(quantity);
            if (canonical !== String(quantity)) {
              report.fail(
                [...at, resourceName],
                `'${String(quantity)}' comes back as '${canonical}', a difference for ever`,
                `write '${canonical}' in quotes`,
              );
            }
          }
        } else {
          walk(below, at);
        }
      }
    };
    walk(
      objectOr(resource.manifest['spec'])['resources'] === undefined
        ? {}
        : { resources: resource.manifest['spec'].resources },
      ['spec'],
    );
  },
};
