import { isPrecious } from '../../gitops/guard';
import { recreationsOf } from '../../gitops/recreation';
import type { Resource } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const FORCE = 'kustomize.toolkit.fluxcd.io/force';

/** No engine is told to make anew what holds data. */
export const dataNotRecreated: PolicyRule = {
  name: 'data-not-recreated',
  family: 'gitops',
  severity: 'error',
  kinds: ['*'],
  summary:
    'nothing that holds data, or is protected from pruning, is marked to be forced, replaced or run as a hook, by annotation or label',
  why: 'An engine that may delete and create answers a change that a webhook refuses with an empty database (devantler-tech/platform#2159), and Argo CD deletes a hook before each sync to make it anew (argo-cd, Resource Hooks).',
  remediation: 'take it out',
  example: () => example([cluster()], `metadata.annotations['${FORCE}']`, 'Enabled'),
  check(resource, _, report) {
    const found = recreationsOf(resource);
    if (found.length === 0 || !(isPrecious(resource.ref) || isProtected(resource))) {
      return;
    }
    for (const { field, key, value, effect } of found) {
      report.fail(['metadata', field, key], `'${value}' ${effect}, and the data with it`);
    }
  },
};

/** Whether somebody said that the object must stay when it leaves git. */
function isProtected({ annotations }: Resource): boolean {
  return (
    annotations['kustomize.toolkit.fluxcd.io/prune'] === 'disabled' ||
    /(^|,)\s*Prune=(confirm|false)/.test(String(annotations['argocd.argoproj.io/sync-options']))
  );
}
