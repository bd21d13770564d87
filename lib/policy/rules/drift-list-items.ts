import { isObject, listOr, objectOr } from '../resource';
import type { PathSegment } from '../_path';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';
import { onlyFlux } from './_engines';

const ITEMS: readonly (readonly [string, readonly string[]])[] = [
  ['plugins', ['enabled', 'isWALArchiver']],
  ['managed.roles', ['connectionLimit', 'ensure', 'inherit']],
];

/** What the API server writes into list items is written by us. */
export const driftListItems: PolicyRule = {
  name: 'drift-list-items',
  family: 'gitops',
  severity: 'warning',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'defaults inside list items are written out',
  why: 'Argo CD compares lists as a whole: a default that the API server adds to an item is a difference for ever (argo-cd#28724).',
  remediation: 'write the default too',
  example: () => example([cluster()], 'spec.plugins[0].enabled'),
  check(resource, world, report) {
    if (onlyFlux(world)) {
      return;
    }
    const written = objectOr(resource.manifest['spec']);
    const look = (item: unknown, fields: readonly string[], path: readonly PathSegment[]): void => {
      const missing = fields.filter((field) => isObject(item) && item[field] === undefined);
      if (missing.length > 0) {
        report.fail(
          path,
          `the API server adds ${missing.join(' and ')} here, which Argo CD reports as a difference for ever`,
        );
      }
    };
    for (const [field, fields] of ITEMS) {
      const steps = field.split('.');
      const list = steps.reduce<unknown>((value, step) => objectOr(value)[step], written);
      listOr(list).forEach((item, i) => look(item, fields, ['spec', ...steps, i]));
    }
    listOr(written['externalClusters']).forEach((one, i) => {
      if (one['plugin'] !== undefined) {
        look(one['plugin'], ['enabled', 'isWALArchiver'], ['spec', 'externalClusters', i, 'plugin']);
      }
    });
    const monitoring = objectOr(written['monitoring']);
    const [first] = listOr(monitoring['customQueriesConfigMap']);
    if (
      first !== undefined &&
      monitoring['disableDefaultQueries'] !== true &&
      first['name'] !== 'cnpg-default-monitoring'
    ) {
      report.fail(
        'spec.monitoring.customQueriesConfigMap',
        'the webhook puts cnpg-default-monitoring first, which Argo CD reports as a difference for ever',
      );
    }
  },
};
