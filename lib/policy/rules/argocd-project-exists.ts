import type { PathSegment } from '../_path';
import { type Resource, type YamlObject, listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, object } from './_examples';
import { resolve } from './_resolve';

const ARGO = 'argoproj.io/v1alpha1';

/** An Application must be in a project that exists and lets it in. */
export const argocdProjectExists: PolicyRule = {
  name: 'argocd-project-exists',
  family: 'references',
  severity: 'error',
  kinds: [`${ARGO}/Application`],
  summary: "the project of every Application exists and allows its repository and its destination's namespace",
  why: 'An Application outside its project is never synced; the service keeps running as it was, and only the Application says why (argo-cd, Projects).',
  remediation: 'correct the name, or widen the AppProject by exactly this repository or namespace',
  example: example(
    [
      object(ARGO, 'Application', 'shop', {
        spec: {
          project: 'shop',
          source: { repoURL: 'https://git.example.net/shop.git', path: 'dist' },
          destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
        },
      }),
      object(ARGO, 'AppProject', 'shop', {
        spec: {
          sourceRepos: ['https://git.example.net/shop.git'],
          destinations: [{ server: 'https://kubernetes.default.svc', namespace: 'shop' }],
        },
      }),
    ],
    'spec.project',
    'shpo',
  ),
  check(resource, world, report) {
    const name = String(resource.spec['project']);
    const project = world.find('AppProject', resource.namespace, name);
    if (name === 'default') {
      return;
    }
    resolve({ kind: 'AppProject', name, namespace: resource.namespace, path: 'spec.project' }, world, report);
    if (project === undefined) {
      return;
    }
    const repositories = (project.spec['sourceRepos'] ?? []) as readonly string[];
    for (const { repository, path } of sourcesOf(resource)) {
      if (!allowed(repositories, repository)) {
        report.fail(
          path,
          `project '${name}' does not allow ${repository}; it allows ${repositories.join(', ') || 'none'}`,
        );
      }
    }
    const destination = objectOr(resource.spec['destination']);
    const namespace = destination['namespace'] as unknown;
    const places = listOr(project.spec['destinations']).filter((one) => sameCluster(one, destination));
    const namespaces = places.map((one) => String(one['namespace'] ?? '*'));
    if (typeof namespace === 'string' && !allowed(namespaces, namespace)) {
      report.fail(
        'spec.destination.namespace',
        `project '${name}' does not allow namespace '${namespace}' there; it allows ${namespaces.join(', ') || 'none'}`,
      );
    }
  },
};

/** The repositories of an Application: one source, or several. */
function sourcesOf({
  spec,
}: Resource): readonly { readonly repository: string; readonly path: readonly PathSegment[] }[] {
  const one = [{ source: objectOr(spec['source']), path: ['spec', 'source', 'repoURL'] }];
  const several = listOr(spec['sources']).map((source, i) => ({ source, path: ['spec', 'sources', i, 'repoURL'] }));
  // Argo CD reads 'sources' alone where both are written.
  return (several.length > 0 ? several : one).flatMap(({ source, path }) =>
    typeof source['repoURL'] === 'string' ? [{ repository: source['repoURL'], path }] : [],
  );
}

/** Whether a destination of a project is about the cluster of an Application, as far as both say which. */
function sameCluster(place: YamlObject, destination: YamlObject): boolean {
  return ['server', 'name'].every((field) => {
    const pattern: unknown = place[field];
    const value: unknown = destination[field];
    return (
      typeof pattern !== 'string' ||
      typeof value !== 'string' ||
      fits(pattern.replace(/^!/, ''), value) !== pattern.startsWith('!')
    );
  });
}

/** Whether one pattern takes a name, and none that begins with `!` refuses it. */
function allowed(patterns: readonly string[], name: string): boolean {
  const refused = patterns.filter((one) => one.startsWith('!')).some((one) => fits(one.slice(1), name));
  return !refused && patterns.some((one) => !one.startsWith('!') && fits(one, name));
}

/** Whether a name fits a pattern in which `*` stands for anything. */
function fits(pattern: string, name: string): boolean {
  return (
    pattern === name ||
    (pattern.includes('*') &&
      new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(name))
  );
}
