import { HOSTNAME, type NodeRules, selected, tolerated } from './_eligible';
import { at, number, text } from './_read';
import { constraintSelects } from './_selection';
import type { Workload } from './_workload';
import type { Platform } from './platform';
import type { Spread } from './pod-set';

/** The hard spreads over nodes that count the workload's own pods. */
export function ownSpreads(workload: Workload): unknown[] {
  return workload.spreads.filter(
    (constraint) => at(constraint, 'topologyKey') === HOSTNAME && constraintSelects(constraint, workload, workload),
  );
}

/** What those spreads ask for, the strictest of each. */
export function spreadOf(platform: Platform, rules: NodeRules, workload: Workload): Spread | undefined {
  const hard = ownSpreads(workload);
  // Past the scheduler, nothing is spread.
  if (hard.length === 0 || rules.name !== undefined) {
    return undefined;
  }
  const honors = (constraint: unknown, policy: string, otherwise: string): boolean =>
    text(at(constraint, policy), otherwise) === 'Honor';
  const honorsTaints = (constraint: unknown): boolean => honors(constraint, 'nodeTaintsPolicy', 'Ignore');
  const honorsSelection = (constraint: unknown): boolean => honors(constraint, 'nodeAffinityPolicy', 'Honor');
  const nodes = platform.nodeFacts.map((node) => ({
    isSelected: selected(node, rules),
    isTolerated: tolerated(node, rules),
  }));
  const counting = (constraint: unknown): typeof nodes =>
    nodes.filter(
      ({ isSelected, isTolerated }) =>
        (isSelected || !honorsSelection(constraint)) && (isTolerated || !honorsTaints(constraint)),
    );
  const amount = (constraint: unknown, field: string): number =>
    number(workload.object, field, at(constraint, field), 1);
  const tooFew = (gone: 0 | 1): boolean =>
    hard.some((constraint) => {
      const counted = counting(constraint).length - (honorsTaints(constraint) ? gone : 0);
      return counted < amount(constraint, 'minDomains');
    });
  return {
    maxSkew: Math.min(...hard.map((constraint) => amount(constraint, 'maxSkew'))),
    countsLostNodes: !hard.every(honorsTaints),
    countsForeignNodes: hard.some((constraint) =>
      counting(constraint).some(({ isSelected, isTolerated }) => !(isSelected && isTolerated)),
    ),
    tooFewNodes: tooFew(0),
    tooFewNodesWithoutOne: tooFew(1),
  };
}
