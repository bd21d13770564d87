import { type YamlObject, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { deployment, example } from './_examples';

const PROGRESS_SECONDS = 600;

/** A rollout can make a step. */
export const rolloutPossible: PolicyRule = {
  name: 'rollout-possible',
  family: 'kubernetes',
  severity: 'error',
  kinds: ['apps/v1/DaemonSet', 'apps/v1/Deployment', 'apps/v1/StatefulSet'],
  summary: 'a rollout may start one pod or stop one, and its pods can be ready before it is given up',
  why: 'The API server refuses a rollout that may neither start nor stop a pod, and a strategy with the settings of another (kubernetes.io, Deployments).',
  remediation: 'write rollingUpdate: {maxSurge: 1, maxUnavailable: 0}',
  example: () => example([deployment()], 'spec.strategy.rollingUpdate.maxSurge', 0),
  check(resource, _, report) {
    const field = resource.kind === 'Deployment' ? 'strategy' : 'updateStrategy';
    const { type = 'RollingUpdate', rollingUpdate } = objectOr(resource.spec[field]);
    if (rollingUpdate !== undefined && type !== 'RollingUpdate') {
      report.fail(['spec', field, 'rollingUpdate'], `it does not go with type ${type}`, 'remove rollingUpdate');
    } else if (rollingUpdate !== undefined) {
      checkStep(objectOr(rollingUpdate), ['spec', field, 'rollingUpdate'], resource.kind, report);
    }
    const ready = Number(resource.spec['minReadySeconds'] ?? 0);
    const limit = Number(resource.spec['progressDeadlineSeconds'] ?? PROGRESS_SECONDS);
    if (resource.kind === 'Deployment' && ready >= limit) {
      report.fail(
        'spec.progressDeadlineSeconds',
        `it must be above minReadySeconds ${ready}, got ${limit}`,
        `write at least ${ready + 1}`,
      );
    }
  },
};

function checkStep(rolling: YamlObject, path: readonly string[], kind: string, report: Report): void {
  // The defaults: 25 % and 25 % of a Deployment, one pod at a time of the others.
  const { maxSurge = kind === 'Deployment' ? '25%' : 0, maxUnavailable = kind === 'Deployment' ? '25%' : 1 } = rolling;
  const none = (value: unknown): boolean => Number.parseInt(String(value), 10) === 0;
  if (none(maxUnavailable) && (kind === 'StatefulSet' || none(maxSurge))) {
    const field = kind === 'StatefulSet' || rolling['maxSurge'] === undefined ? 'maxUnavailable' : 'maxSurge';
    report.fail([...path, field], 'the rollout may neither start nor stop a pod');
  }
  if (kind === 'DaemonSet' && !none(maxUnavailable) && !none(maxSurge)) {
    report.fail(
      [...path, 'maxSurge'],
      'a DaemonSet takes only one of maxSurge and maxUnavailable',
      'write maxUnavailable: 0',
    );
  }
  if (String(maxUnavailable).endsWith('%') && Number.parseInt(String(maxUnavailable), 10) > 100) {
    report.fail([...path, 'maxUnavailable'], `at most 100% can be away, got ${maxUnavailable}`);
  }
}
