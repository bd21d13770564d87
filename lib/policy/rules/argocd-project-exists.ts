import { listOr, objectOr } from '../resource';
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
    const repository = objectOr(resource.spec['source'])['repoURL'] as unknown;
    const repositories = (project.spec['sourceRepos'] ?? []) as readonly string[];
    if (typeof repository === 'string' && !repositories.some((one) => fits(one, repository))) {
      report.fail(
        'spec.source.repoURL',
        `project '${name}' does not allow ${repository}; it allows ${repositories.join(', ')}`,
      );
    }
    const namespace = objectOr(resource.spec['destination'])['namespace'] as unknown;
    const allowed = listOr(project.spec['destinations']).map((one) => String(one['namespace'] ?? '*'));
    if (typeof namespace === 'string' && !allowed.some((one) => fits(one, namespace))) {
      report.fail(
        'spec.destination.namespace',
        `project '${name}' does not allow namespace '${namespace}'; it allows ${allowed.join(', ')}`,
      );
    }
  },
};

/** Whether a name fits a pattern in which `*` stands for anything. */
function fits(pattern: string, name: string): boolean {
  return (
    pattern === name ||
    (pattern.includes('*') &&
      new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(name))
  );
}
