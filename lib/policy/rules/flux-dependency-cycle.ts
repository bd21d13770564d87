import { type Resource, listOr } from '../resource';
import type { PolicyRule } from '../rule';
import type { World } from '../world';
import { example, object } from './_examples';

const FLUX = 'kustomize.toolkit.fluxcd.io/v1';
const unit = (name: string, dependsOn: readonly string[]) =>
  object(FLUX, 'Kustomization', name, {
    spec: {
      interval: '30m',
      prune: true,
      path: './x',
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
      dependsOn: dependsOn.map((one) => ({ name: one })),
    },
  });

/** No unit waits for itself. */
export const fluxDependencyCycle: PolicyRule = {
  name: 'flux-dependency-cycle',
  family: 'gitops',
  severity: 'error',
  kinds: [`${FLUX}/Kustomization`],
  summary: 'no Flux Kustomization depends on itself, by way of others either',
  why: 'Each waits for the other to be ready: none of them is ever applied, and both say only that a dependency is not ready (fluxcd.io, Kustomization, Dependencies).',
  remediation: 'remove one dependency of the circle',
  example: () =>
    example([unit('db', ['base']), unit('base', ['crds']), unit('crds', [])], 'spec.dependsOn', [{ name: 'db' }], 2),
  check(resource, world, report) {
    const circle = world.once(circles).get(resource);
    if (circle !== undefined) {
      const next = circle[1] ?? resource;
      const index = dependencies(resource, world).indexOf(next);
      report.fail(
        ['spec', 'dependsOn', index],
        `it waits for itself: ${[...circle, resource].map(({ name }) => name).join(' -> ')}`,
      );
    }
  },
};

/** The units that a unit waits for, in the order in which they are written; `undefined` where one is not here. */
function dependencies({ namespace, spec }: Resource, world: World): readonly (Resource | undefined)[] {
  return listOr(spec['dependsOn']).map((one) =>
    world.find('Kustomization', String(one['namespace'] ?? namespace), String(one['name'])),
  );
}

/** The units that wait for themselves, each with the way that leads back to it. One walk over all of them. */
function circles(world: World): ReadonlyMap<Resource, readonly Resource[]> {
  const out = new Map<Resource, readonly Resource[]>();
  const done = new Set<Resource>();
  const way: Resource[] = [];
  const visit = (one: Resource): void => {
    const start = way.indexOf(one);
    if (start >= 0) {
      const circle = way.slice(start);
      circle.forEach((each, i) => out.set(each, [...circle.slice(i), ...circle.slice(0, i)]));
    } else if (!done.has(one)) {
      way.push(one);
      dependencies(one, world).forEach((next) => next !== undefined && visit(next));
      way.pop();
      done.add(one);
    }
  };
  world.all(`${FLUX}/Kustomization`).forEach(visit);
  return out;
}
