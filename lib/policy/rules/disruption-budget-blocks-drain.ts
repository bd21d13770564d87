import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { budget, deployment, example } from './_examples';
import { inNamespace, showSelector } from './_labels';

/** A budget lets at least one pod go. */
export const disruptionBudgetBlocksDrain: PolicyRule = {
  name: 'disruption-budget-blocks-drain',
  family: 'availability',
  severity: 'error',
  kinds: ['policy/v1/PodDisruptionBudget'],
  summary: 'every PodDisruptionBudget is about pods and lets one of them go',
  why: 'A budget that allows no disruption makes every drain hang until somebody deletes it: node upgrades stop (devantler-tech/platform and truvity, single instance with a budget). Without a number the controller counts no pods and allows none to go (emqx-operator#1227).',
  remediation: 'write maxUnavailable: 1, and at least two replicas',
  example: () => example([budget(), deployment()], 'spec.maxUnavailable', 0),
  check(resource, world, report) {
    const { maxUnavailable, minAvailable, selector } = resource.spec;
    if (maxUnavailable === undefined && minAvailable === undefined) {
      report.fail('spec', 'with neither maxUnavailable nor minAvailable it never lets a pod go: every drain hangs');
      return;
    }
    const pods = world.selected(resource.namespace, objectOr(selector));
    if (pods.length === 0 && !world.knowsPods(resource.namespace)) {
      report.skip(`not all pods${inNamespace(resource.namespace)} are known`);
      return;
    }
    if (pods.length === 0) {
      report.fail(
        'spec.selector',
        `no pod${inNamespace(resource.namespace)} has ${showSelector(selector)}, so it protects nothing`,
        "write labels of the pods' template",
      );
      return;
    }
    const replicas = pods.reduce<number | undefined>(
      (sum, one) => (one.replicas === undefined || sum === undefined ? undefined : sum + one.replicas),
      0,
    );
    if (replicas === undefined) {
      return;
    }
    const field = maxUnavailable === undefined ? 'minAvailable' : 'maxUnavailable';
    const value: unknown = maxUnavailable ?? minAvailable;
    const amount = typeof value === 'string' ? Math.ceil((Number.parseInt(value, 10) / 100) * replicas) : Number(value);
    const spare = field === 'maxUnavailable' ? amount : replicas - amount;
    if (spare <= 0) {
      report.fail(
        ['spec', field],
        `with ${replicas} replica${replicas === 1 ? '' : 's'} it never lets one go: every drain of their node hangs`,
      );
    }
  },
};
