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
    // The index keeps the last object of a name.
    const key = world.key(resource.kind, resource.ref.apiVersion);
    const last = world.find(key, resource.namespace, resource.name);
    if (last !== undefined && last !== resource && last.id.split('/')[0] === resource.id.split('/')[0]) {
      report.fail(
        'metadata.name',
        `${resource.kind} '${resource.name}' is declared twice: the two take turns with every apply`,
      );
    }
  },
};
