import { parseQuantity } from '../_quantity';
import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

/** From the smallest to the largest. */
const ORDER = ['min', 'defaultRequest', 'default', 'max'];

/** The limits of a namespace leave room between them. */
export const limitRangeOrder: PolicyRule = {
  name: 'limit-range-order',
  family: 'kubernetes',
  severity: 'error',
  kinds: ['v1/LimitRange'],
  summary: 'the minimum of a LimitRange is at most the default request, that the default limit, that the maximum',
  why: 'The API server refuses it, and the namespace stays without the limits that it was to have (kubernetes.io, Limit Ranges).',
  remediation: 'write min, defaultRequest, default and max in ascending order',
  example: () =>
    example(
      [
        object('v1', 'LimitRange', 'limits', {
          spec: { limits: [{ type: 'Container', min: { memory: '64Mi' }, max: { memory: '1Gi' } }] },
        }),
      ],
      'spec.limits[0].max.memory',
      '32Mi',
    ),
  check(resource, _, report) {
    listOr(resource.spec['limits']).forEach((item, i) => {
      const names = new Set(ORDER.flatMap((field) => Object.keys(objectOr(item[field]))));
      for (const name of names) {
        let below: { field: string; amount: number; text: unknown } | undefined;
        for (const field of ORDER) {
          const text: unknown = objectOr(item[field])[name];
          const amount = text === undefined ? undefined : parseQuantity(text);
          if (amount === undefined) {
            continue;
          }
          if (below !== undefined && below.amount > amount) {
            const path = ['spec', 'limits', i, field, name];
            report.fail(path, `it must be at least ${below.field} ${String(below.text)}, got ${String(text)}`);
          }
          below = { field, amount, text };
        }
      }
    });
  },
};
