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
  summary: 'the project of every Application exists and allows its repository, its cluster and its namespace',
  why: 'An Application outside its project is never synced; the service keeps running as it was, and only the Application says why (argo-cd, Projects).',
  remediation: 'correct the name, or widen the AppProject by exactly this repository or namespace',
  example: () =>
    example(
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
    const entries = listOr(project.spec['destinations']);
    const here = entries.filter((one) => mayBeCluster(one, destination));
    // Argo CD reads a namespace that is not written as one without a name, and no pattern but '*' fits that.
    const field = here.length === 0 ? 'server' : 'namespace';
    const choice = here.length === 0 ? entries : here;
    if (
      !allowed(
        here.map((one) => text(one['namespace'])),
        text(destination['namespace']),
      )
    ) {
      report.fail(
        ['spec', 'destination', field],
        `project '${name}' does not allow ${field} '${text(destination[field])}'; it allows ` +
          (choice.map((one) => `'${text(one[field])}'`).join(', ') || 'none'),
        `write one of them, or widen the AppProject by exactly this ${field}`,
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

/** Whether an entry is for the destination's cluster. Which name belongs to which server is not to be seen from here. */
function mayBeCluster(entry: YamlObject, destination: YamlObject): boolean {
  const both = ['server', 'name'].filter((key) => entry[key] !== undefined && destination[key] !== undefined);
  return both.length === 0 || both.some((key) => fits(text(entry[key]), text(destination[key])));
}

/** Whether one pattern takes a name, and none that begins with `!` refuses it. */
function allowed(patterns: readonly string[], name: string): boolean {
  const refused = patterns.filter((one) => one.startsWith('!')).some((one) => fits(one.slice(1), name));
  return !refused && patterns.some((one) => !one.startsWith('!') && fits(one, name));
}

/** Whether a name fits a pattern in which `*` stands for anything, and `!` in front for the opposite. */
function fits(pattern: string, name: string): boolean {
  if (pattern.startsWith('!')) {
    return !fits(pattern.slice(1), name);
  }
  return (
    pattern === name ||
    (pattern.includes('*') &&
      new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(name))
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
