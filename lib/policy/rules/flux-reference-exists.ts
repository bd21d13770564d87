import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, object } from './_examples';
import { resolve } from './_resolve';

const FLUX = 'kustomize.toolkit.fluxcd.io/v1';
const kustomization = (name: string, spec: object = {}) =>
  object(FLUX, 'Kustomization', name, {
    spec: {
      interval: '30m',
      prune: true,
      path: './x',
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
      ...spec,
    },
  });

/** What a Flux Kustomization waits for must exist. */
export const fluxReferenceExists: PolicyRule = {
  name: 'flux-reference-exists',
  family: 'references',
  severity: 'error',
  kinds: [`${FLUX}/Kustomization`],
  summary: 'every Kustomization that another depends on exists, and every object whose health it waits for',
  why: 'A dependency that is not there is never ready: the unit waits for ever and nothing is applied (fluxcd.io, Kustomization, Dependencies).',
  remediation: 'correct the name, or name it as external',
  example: () =>
    example(
      [kustomization('shop-api', { dependsOn: [{ name: 'shop-db' }] }), kustomization('shop-db')],
      'spec.dependsOn[0].name',
      'shop-bd',
    ),
  check(resource, world, report) {
    listOr(resource.spec['dependsOn']).forEach((dependency, i) => {
      const namespace = String(dependency['namespace'] ?? resource.namespace);
      const path = ['spec', 'dependsOn', i, 'name'];
      resolve({ kind: 'Kustomization', name: String(dependency['name']), namespace, path }, world, report);
    });
    listOr(resource.spec['healthChecks']).forEach((target, i) => {
      const namespace = String(target['namespace'] ?? resource.namespace);
      const path = ['spec', 'healthChecks', i, 'name'];
      const kind = world.key(String(target['kind']), String(target['apiVersion'] ?? ''));
      resolve({ kind, name: String(target['name']), namespace, path }, world, report);
    });
    const { kind, name, namespace } = objectOr(resource.spec['sourceRef']);
    const home = String(namespace ?? resource.namespace);
    const sources = ['GitRepository', 'OCIRepository', 'Bucket'];
    const known = sources.some((source) => world.in(home, `source.toolkit.fluxcd.io/v1/${source}`).length > 0);
    if (known || world.exists(String(kind), home, String(name))) {
      resolve({ kind: String(kind), name: String(name), namespace: home, path: 'spec.sourceRef.name' }, world, report);
    } else {
      report.skip(`the sources in namespace '${home}' belong to the platform`);
    }
  },
};
