import { listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { nearest } from '../schema/_suggest';
import { cluster, example } from './_examples';

/** Rules of pg_hba that name pods name selectors that there are. */
export const podSelectorRefs: PolicyRule = {
  name: 'pod-selector-refs',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'every ${podselector:name} in pg_hba is one of podSelectorRefs, which can be read',
  why: 'The line becomes a comment, and the programs that it was for cannot log in; the webhook refuses it since 1.29 (CloudNativePG, webhook: validatePodSelectorRefs).',
  remediation: 'name an entry of spec.podSelectorRefs',
  example: () =>
    example(
      [
        cluster({
          podSelectorRefs: [{ name: 'web', selector: { matchLabels: { app: 'web' } } }],
          postgresql: { pg_hba: ['hostssl shop shop ${podselector:web} scram-sha-256'] },
        }),
      ],
      'spec.podSelectorRefs[0].name',
      'api',
    ),
  check(resource, _, report) {
    const refs = listOr(resource.spec['podSelectorRefs']);
    refs.forEach((one, i) => checkSelector(one['selector'], i, report));
    const names = refs.map((one) => String(one['name']));
    const lines: unknown = objectOr(resource.spec['postgresql'])['pg_hba'];
    (Array.isArray(lines) ? lines : []).forEach((line, i) => {
      const path = ['spec', 'postgresql', 'pg_hba', i];
      const found = [...String(line).matchAll(/\$\{([^:}]*):([^}]*)\}/g)];
      for (const [text, type, name] of found) {
        if (type !== 'podselector') {
          report.fail(path, `CloudNativePG knows no '${text}'`, 'write ${podselector:<name>}');
        } else if (!names.includes(name as string)) {
          const meant = nearest(name as string, names);
          report.fail(
            path,
            `there is no selector '${name}'; there ${names.length === 0 ? 'is none' : `are ${names.join(', ')}`}`,
            meant === undefined ? undefined : `write '\${podselector:${meant}}'`,
          );
        }
      }
      if (found.length > 1) {
        report.fail(path, 'a line takes one selector at most', 'write a line for each');
      }
    });
  },
};

function checkSelector(selector: unknown, i: number, report: Report): void {
  listOr(objectOr(selector)['matchExpressions']).forEach(({ operator, values }, j) => {
    const some = Array.isArray(values) && values.length > 0;
    if (['In', 'NotIn'].includes(String(operator)) !== some) {
      const path = ['spec', 'podSelectorRefs', i, 'selector', 'matchExpressions', j, 'values'];
      report.fail(path, `${operator} takes ${some ? 'no' : 'at least one of'} values`, 'correct operator or values');
    }
  });
}
