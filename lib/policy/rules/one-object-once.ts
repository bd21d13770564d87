import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

/** An object is declared once. */
export const oneObjectOnce: PolicyRule = {
  name: 'one-object-once',
  family: 'gitops',
  severity: 'error',
  kinds: ['*'],
  summary: 'no object is declared twice',
  why: 'Two definitions take turns with every apply, and whichever unit loses it prunes it under the other (argo-cd, SharedResourceWarning).',
  remediation: 'remove one of the two, or rename it',
  example: () =>
    example([object('v1', 'ConfigMap', 'pages'), object('v1', 'ConfigMap', 'styles')], 'metadata.name', 'pages', 1),
  check(resource, world, report) {
    if (world.declaredAgain(resource) !== undefined) {
      report.fail(
        'metadata.name',
        `${resource.kind} '${resource.name}' is declared twice: the two take turns with every apply`,
      );
    }
  },
};
