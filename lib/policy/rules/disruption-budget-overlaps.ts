import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { budget, deployment, example } from './_examples';

/** A pod has one budget. */
export const disruptionBudgetOverlaps: PolicyRule = {
  name: 'disruption-budget-overlaps',
  family: 'availability',
  severity: 'error',
  kinds: ['policy/v1/PodDisruptionBudget'],
  summary: 'no pod has two PodDisruptionBudgets, and those of CloudNativePG are left to it',
  why: 'The eviction API refuses pods with more than one budget for good, so their node can never be drained (kubernetes.io, Safely Drain a Node).',
  remediation: 'narrow the selector, or remove one of the budgets',
  example: () =>
    example(
      [
        budget(),
        deployment(),
        budget({ selector: { matchLabels: { app: 'other' } } }, 'other'),
        deployment({}, {}, 'other'),
      ],
      'spec.selector.matchLabels.app',
      'web',
      2,
    ),
  check(resource, world, report) {
    const pods = world.selected(resource.namespace, objectOr(resource.spec['selector']));
    const operated = pods.find((one) => one.owner.kind === 'Cluster' && one.owner.spec['enablePDB'] !== false);
    if (operated !== undefined) {
      report.fail(
        'spec.selector',
        `CloudNativePG makes the budgets of Cluster '${operated.owner.name}' itself: with two, its pods can never be evicted`,
      );
      return;
    }
    const others = world.in(resource.namespace, 'policy/v1/PodDisruptionBudget').filter((one) => one !== resource);
    for (const other of others) {
      const shared = world
        .selected(other.namespace, objectOr(other.spec['selector']))
        .find((one) => pods.includes(one));
      if (shared !== undefined) {
        report.fail(
          'spec.selector',
          `'${other.name}' is also about the pods of ${shared.owner.kind} '${shared.owner.name}': with two budgets they can never be evicted`,
        );
      }
    }
  },
};
